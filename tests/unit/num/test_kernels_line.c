/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernels for directions: line search and sums of the position step. */
#include "num/kernels.h"

#include "kernels_rig.h"

/* A move of the position; object and direction stand for the slopes. */
#define MOVE_Y 0.02F
#define MOVE_X (-0.3F)

static float _Complex *moved_direction(const struct fixture *fixture, bool moves)
{
	size_t count = fixture->rows * fixture->rows;
	float _Complex *sum = new_array(count, sizeof(*sum));

	memcpy(sum, fixture->direction, count * sizeof(*sum));
	for (size_t i = 0; moves && i < count; i++)
		sum[i] += MOVE_Y * fixture->object[i] + MOVE_X * fixture->direction[i];
	return sum;
}

/* The objective at the trial object and probe, as exit_wave's reference has it. */
static double reference_objective(
	const struct fixture *fixture, const struct plica_exit_wave *args, double t, bool moves)
{
	struct fixture trial = *fixture;
	struct expected expected;
	size_t pixels = fixture->size * fixture->size;
	size_t floats = fixture->rows * fixture->rows;
	float _Complex *direction = moved_direction(fixture, moves);
	double objective;

	trial.probe = new_array(pixels, sizeof(*trial.probe));
	trial.object = new_array(floats, sizeof(*trial.object));
	for (size_t i = 0; i < pixels; i++)
		trial.probe[i] = fixture->probe[i] + (float)t * fixture->probe_direction[i];
	for (size_t i = 0; i < floats; i++)
		trial.object[i] = fixture->object[i] + (float)t * direction[i];
	reference_exit_wave(&expected, &trial, args);
	objective = args->model == PLICA_DETECTOR_POISSON ? expected.sums.poisson
							  : expected.sums.residual;
	expected_release(&expected);
	plica_free(direction);
	plica_free(trial.probe);
	plica_free(trial.object);
	return objective;
}

static void check_line_of(
	struct rig *rig, enum plica_detector_model model, bool shifted, bool moves)
{
	struct plica_exit_wave args = arguments(rig, model, shifted);
	const struct plica_kernel_table *table = rig->kernels->table;
	struct plica_line_search line;
	double found[TRIALS];

	memcpy(rig->difference, rig->probe_direction, rig->kernels->wave_floats * sizeof(float));
	if (shifted)
		table->forward(rig->kernels, rig->work, rig->difference, rig->difference);
	line = line_arguments(rig, &args, rig->difference);
	if (moves) {
		line.slope_y = &rig->object;
		line.slope_x = &rig->direction;
		line.move_y = MOVE_Y;
		line.move_x = MOVE_X;
	}
	table->line_search(rig->kernels, rig->work, &line, found);
	for (size_t k = 0; k < TRIALS; k++) {
		double expected = reference_objective(&rig->fixture, &args, trial_steps[k], moves);

		assert_sum("objective", found[k], expected, expected, TOLERANCE);
	}
}

static void check_line_search(const char *variant, size_t size)
{
	struct rig moved = rig_create(variant, size, 1.0);
	struct rig still = rig_create(variant, size, 0.0);

	check_line_of(&moved, PLICA_DETECTOR_GAUSSIAN, true, false);
	check_line_of(&moved, PLICA_DETECTOR_POISSON, true, true);
	check_line_of(&still, PLICA_DETECTOR_GAUSSIAN, false, true);
	check_line_of(&still, PLICA_DETECTOR_POISSON, false, false);
	rig_release(&moved);
	rig_release(&still);
}

static void line_search_is_the_objective_at_every_step(void **state)
{
	(void)state;
	for_each_variant(check_line_search);
}

static void reference_position_sums(double sums[PLICA_POSITION_SUMS], const struct fixture *f)
{
	memset(sums, 0, PLICA_POSITION_SUMS * sizeof(*sums));
	for (size_t i = 0; i < f->size * f->size; i++) {
		double _Complex a = (double _Complex)f->probe[i];
		double _Complex chi = (double _Complex)f->probe_direction[i];
		double _Complex y = a * object_at(f, f->direction, i);
		double _Complex x = a * object_at(f, f->object, i);

		sums[0] += creal(conj(y) * y);
		sums[1] += creal(conj(x) * x);
		sums[2] += creal(conj(y) * x);
		sums[3] += creal(conj(y) * chi);
		sums[4] += creal(conj(x) * chi);
	}
}

static void check_position_sums(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct fixture *f = &rig.fixture;
	struct plica_stored_waves waves = probe_and(&rig, rig.probe_direction);
	double found[PLICA_POSITION_SUMS];
	double expected[PLICA_POSITION_SUMS];
	double power = 0.0;

	reference_position_sums(expected, f);
	for (size_t i = 0; i < size * size; i++)
		power += pow(cabs((double _Complex)f->probe_direction[i]), 2.0);
	rig.kernels->table->position_sums(rig.kernels, found, &rig.direction, &rig.object, &waves);
	for (size_t i = 0; i < PLICA_POSITION_SUMS; i++) {
		const double scale[PLICA_POSITION_SUMS] = {expected[0], expected[1],
			sqrt(expected[0] * expected[1]), sqrt(expected[0] * power),
			sqrt(expected[1] * power)};

		assert_sum("position sum", found[i], expected[i], scale[i], TOLERANCE);
	}
	rig_release(&rig);
}

static void position_sums_agree_with_the_literal_sums(void **state)
{
	(void)state;
	for_each_variant(check_position_sums);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_search_is_the_objective_at_every_step),
		cmocka_unit_test(position_sums_agree_with_the_literal_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
