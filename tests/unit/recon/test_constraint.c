/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/constraint.h"

#include <complex.h>
#include <string.h>

#include "testing.h"
#include "tiny.h"

/* complex.h has it in single precision */
#define J CMPLX(0.0, 1.0)

static struct plica_error err;

/* A problem whose constraints are off until a test turns some on and calls begin. */
struct setup {
	struct plica_dataset *dataset;
	struct plica_settings settings;
	struct plica_problem *problem;
	struct plica_constraints *constraints;
};

static void init(struct setup *setup)
{
	*setup = (struct setup){.dataset = tiny_dataset(), .settings = tiny_settings("LSQML")};
	setup->settings.object.remove_object_probe_ambiguity.enabled = false;
	setup->settings.initial_object = PLICA_INITIAL_DATASET;
}

static void begin(struct setup *setup)
{
	assert_ok(plica_problem_create(&setup->problem, setup->dataset, &setup->settings, &err));
	assert_ok(plica_constraints_create(&setup->constraints, setup->problem, &err));
}

static void release(struct setup *setup)
{
	plica_constraints_free(setup->constraints);
	plica_problem_free(setup->problem);
	plica_dataset_free(setup->dataset);
}

static size_t floats_of(const struct plica_planes *object)
{
	return object->rows * object->stride;
}

static void set_pixel(struct plica_planes *object, size_t y, size_t x, double complex value)
{
	object->re[y * object->stride + x] = (float)creal(value);
	object->im[y * object->stride + x] = (float)cimag(value);
}

static double complex pixel(const struct plica_planes *object, size_t y, size_t x)
{
	size_t k = y * object->stride + x;

	return CMPLX((double)object->re[k], (double)object->im[k]);
}

static void fill(struct plica_planes *object, double complex value)
{
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++)
			set_pixel(object, y, x, value);
}

static void assert_pixel(
	const struct plica_planes *object, size_t y, size_t x, double complex expected)
{
	assert_close(cabs(pixel(object, y, x) - expected), 0.0, 1e-6);
}

static double residual_of(const struct setup *setup)
{
	struct plica_exit_sums sums;

	plica_problem_sums(setup->problem, &sums);
	return sums.residual;
}

static double power_of(const struct setup *setup)
{
	double power = 0.0;

	for (size_t k = 0; k < setup->problem->kernels->wave_floats; k++)
		power += pow((double)setup->problem->probe[k], 2.0);
	return power;
}

static void nothing_is_on_by_itself(void **state)
{
	struct setup setup;

	(void)state;
	init(&setup);
	begin(&setup);
	assert_false(plica_constraints_apply(setup.constraints, 0));
	release(&setup);
}

static void plans_say_when(void **state)
{
	static const bool expected[] = {false, true, false, false, true, false, false, false};
	struct setup setup;

	(void)state;
	init(&setup);
	setup.settings.object.smoothness.alpha = 0.1;
	setup.settings.object.smoothness.plan =
		(struct plica_plan){.start = 1, .stop = 7, .stride = 3};
	begin(&setup);
	for (long number = 0; number < 8; number++)
		assert_int_equal(
			plica_constraints_apply(setup.constraints, number), expected[number]);
	release(&setup);
}

static void limits_hold_magnitude_and_phase(void **state)
{
	struct setup setup;
	struct plica_planes *object;

	(void)state;
	init(&setup);
	setup.settings.object.hard_limits.enabled = true;
	setup.settings.object.hard_limits.abs_lim[0] = 0.5;
	setup.settings.object.hard_limits.abs_lim[1] = 1.25;
	setup.settings.object.hard_limits.phase_lim[0] = -0.5;
	setup.settings.object.hard_limits.phase_lim[1] = 0.25;
	begin(&setup);
	object = &setup.problem->object;
	fill(object, 1.0);
	assert_false(plica_constraints_apply(setup.constraints, 0));
	set_pixel(object, 3, 4, 2.0 * cexp(J * 0.125));
	set_pixel(object, 3, 5, 0.25 * cexp(J * 1.0));
	set_pixel(object, 3, 6, 0.75 * cexp(J * -3.0));
	set_pixel(object, 3, 7, 0.0);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	assert_pixel(object, 3, 4, 1.25 * cexp(J * 0.125));
	assert_pixel(object, 3, 5, 0.5 * cexp(J * 0.25));
	assert_pixel(object, 3, 6, 0.75 * cexp(J * -0.5));
	assert_pixel(object, 3, 7, 0.5);
	assert_pixel(object, 3, 8, 1.0);
	release(&setup);
}

/* A point becomes the kernel, about itself; a flat object stays, up to the rim. */
static void smoothing_is_centred(void **state)
{
	struct setup setup;
	struct plica_planes *object;

	(void)state;
	init(&setup);
	setup.settings.object.smoothness.alpha = 0.1;
	begin(&setup);
	object = &setup.problem->object;
	fill(object, 1.0 + 2.0 * J);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	assert_pixel(object, 0, 0, 1.0 + 2.0 * J);
	assert_pixel(object, object->rows - 1, object->cols - 1, 1.0 + 2.0 * J);
	fill(object, 0.0);
	set_pixel(object, 10, 12, 1.0 - 3.0 * J);
	(void)plica_constraints_apply(setup.constraints, 0);
	for (size_t y = 8; y <= 12; y++)
		for (size_t x = 10; x <= 14; x++) {
			bool near = y >= 9 && y <= 11 && x >= 11 && x <= 13;
			double weight = y == 10 && x == 12 ? 0.2 : 0.1 * near;

			assert_pixel(object, y, x, weight * (1.0 - 3.0 * J));
		}
	release(&setup);
}

static void norms_shrink(void **state)
{
	struct setup setup;
	struct plica_planes *object;
	double pixels;

	(void)state;
	init(&setup);
	setup.settings.object.l1_norm.weight = 100.0;
	setup.settings.object.l2_norm.weight = 50.0;
	begin(&setup);
	object = &setup.problem->object;
	pixels = (double)object->rows * (double)object->cols;
	set_pixel(object, 2, 2, 3.0 + 4.0 * J);
	set_pixel(object, 2, 3, 0.99 * 100.0 / pixels * J);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	assert_pixel(object, 2, 2,
		(3.0 + 4.0 * J) * (1.0 - 100.0 / pixels / 5.0) / (1.0 + 100.0 / pixels));
	assert_pixel(object, 2, 3, 0.0);
	release(&setup);
}

/* The power is held, at what was asked for or at the start's, and no pattern changes. */
static void power_is_held(void **state)
{
	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		struct setup setup;
		double target, residual;

		init(&setup);
		setup.settings.probe.power_constraint.enabled = true;
		setup.settings.probe.power_constraint.probe_power = asked != 0 ? 777.0 : 0.0;
		begin(&setup);
		target = asked != 0 ? 777.0 : power_of(&setup);
		plica_problem_scale_probe(setup.problem, 1.5);
		residual = residual_of(&setup);
		assert_true(plica_constraints_apply(setup.constraints, 0));
		assert_close(power_of(&setup), target, 1e-5 * target);
		assert_close(residual_of(&setup), residual, 1e-5 * residual);
		release(&setup);
	}
}

static void power_may_leave_the_object(void **state)
{
	struct setup setup;

	(void)state;
	init(&setup);
	setup.settings.probe.power_constraint.enabled = true;
	setup.settings.probe.power_constraint.scale_object = false;
	begin(&setup);
	fill(&setup.problem->object, 1.0);
	plica_problem_scale_probe(setup.problem, 1.5);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	assert_pixel(&setup.problem->object, 5, 5, 1.0);
	release(&setup);
}

static void the_ambiguity_goes_without_a_trace(void **state)
{
	struct setup setup;
	double residual;

	(void)state;
	init(&setup);
	setup.settings.object.remove_object_probe_ambiguity.enabled = true;
	begin(&setup);
	for (size_t k = 0; k < floats_of(&setup.problem->object); k++)
		setup.problem->object.re[k] *= 3.0F;
	residual = residual_of(&setup);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	assert_false(plica_constraints_apply(setup.constraints, 1));
	assert_close(residual_of(&setup), residual, 1e-5 * residual);
	assert_close(cabs(pixel(&setup.problem->object, 12, 12)), 1.0, 0.2);
	release(&setup);
}

/* Phases: a slow wave, and the grid's along y, x and both, at a period of a quarter of 28 px. */
static void print_grid(struct plica_planes *object, const double *amplitudes)
{
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			double v = 2.0 * M_PI * (double)y / 4.0;
			double u = 2.0 * M_PI * (double)x / 4.0;
			double slow = 0.3 * cos(2.0 * M_PI * (double)x / (double)object->cols);
			double phase = slow + amplitudes[0] * cos(v) + amplitudes[1] * cos(u) +
				       amplitudes[2] * cos(v + u);

			set_pixel(object, y, x, 1.5 * cexp(J * (phase + 2.5)));
		}
}

static void the_grid_is_taken_out(void **state)
{
	static const double printed[] = {0.1, 0.07, 0.05};
	static const double left[][3] = {
		[PLICA_GRID_XY] = {0.0, 0.0, 0.0},
		[PLICA_GRID_X] = {0.1, 0.0, 0.05},
		[PLICA_GRID_Y] = {0.0, 0.07, 0.05},
	};

	(void)state;
	for (int direction = PLICA_GRID_XY; direction <= PLICA_GRID_Y; direction++) {
		struct setup setup;
		struct plica_planes expected;
		struct plica_planes *object;

		init(&setup);
		setup.settings.object.grid_artifacts.enabled = true;
		setup.settings.object.grid_artifacts.period_y_px = 4.0;
		setup.settings.object.grid_artifacts.period_x_px = 4.0;
		setup.settings.object.grid_artifacts.direction = direction;
		begin(&setup);
		object = &setup.problem->object;
		assert_int_equal(object->rows % 4 + object->cols % 4, 0);
		assert_ok(plica_planes_create(&expected, object->rows, object->cols, &err));
		print_grid(object, printed);
		print_grid(&expected, left[direction]);
		assert_true(plica_constraints_apply(setup.constraints, 0));
		for (size_t y = 0; y < object->rows; y++)
			for (size_t x = 0; x < object->cols; x++)
				assert_close(cabs(pixel(object, y, x) - pixel(&expected, y, x)),
					0.0, 1e-5);
		plica_planes_release(&expected);
		release(&setup);
	}
}

static void the_grid_may_be_in_the_magnitude(void **state)
{
	struct setup setup;
	struct plica_planes *object;

	(void)state;
	init(&setup);
	setup.settings.object.grid_artifacts.enabled = true;
	setup.settings.object.grid_artifacts.period_y_px = 4.0;
	setup.settings.object.grid_artifacts.period_x_px = 4.0;
	setup.settings.object.grid_artifacts.component = PLICA_GRID_MAGNITUDE;
	begin(&setup);
	object = &setup.problem->object;
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++)
			set_pixel(object, y, x,
				(1.0 + 0.1 * cos(M_PI * (double)x / 2.0)) *
					cexp(0.1 * J * (double)(x % 3)));
	assert_true(plica_constraints_apply(setup.constraints, 0));
	for (size_t x = 0; x < object->cols; x++)
		assert_pixel(object, 7, x, cexp(0.1 * J * (double)(x % 3)));
	release(&setup);
}

static void take_probe(float complex *natural, const struct setup *setup)
{
	const struct plica_kernels *kernels = setup->problem->kernels;

	kernels->table->wave_to(kernels, natural, setup->problem->probe);
}

/* A shape that is given leaves the probe inside alone. */
static void a_fixed_support_cuts_its_shape(void **state)
{
	(void)state;
	for (int shape = PLICA_SUPPORT_ELLIPSE; shape <= PLICA_SUPPORT_RECTANGLE; shape++) {
		struct setup setup;
		float complex before[TINY_PIXELS], after[TINY_PIXELS];

		init(&setup);
		setup.settings.probe.support_constraint.enabled = true;
		setup.settings.probe.support_constraint.fixed_probe_support = shape;
		setup.settings.probe.support_constraint.threshold = 0.0;
		setup.settings.probe.support_constraint.center_y_px = 1.0;
		setup.settings.probe.support_constraint.half_height_px = 3.0;
		setup.settings.probe.support_constraint.half_width_px = 5.0;
		begin(&setup);
		take_probe(before, &setup);
		assert_true(plica_constraints_apply(setup.constraints, 0));
		take_probe(after, &setup);
		for (size_t k = 0; k < TINY_PIXELS; k++) {
			double v = fabs((double)(k / TINY_SIDE) - 9.0) / 3.0;
			double u = fabs((double)(k % TINY_SIDE) - 8.0) / 5.0;
			bool inside = shape == PLICA_SUPPORT_ELLIPSE ? v * v + u * u <= 1.0
								     : v <= 1.0 && u <= 1.0;

			assert_true(after[k] == (inside ? before[k] : 0.0F));
		}
		release(&setup);
	}
}

static void make_probe(struct setup *setup, double y0, double x0, double floor)
{
	for (size_t k = 0; k < TINY_PIXELS; k++) {
		double y = (double)(k / TINY_SIDE) - y0;
		double x = (double)(k % TINY_SIDE) - x0;

		setup->dataset->probe[k] = (float)(10.0 * exp(-0.5 * (y * y + x * x)) + floor);
	}
}

/* Shrink-wrap takes a dim floor away, and not the probe. */
static void shrink_wrap_follows_the_probe(void **state)
{
	struct setup setup;
	float complex before[TINY_PIXELS], after[TINY_PIXELS];

	(void)state;
	init(&setup);
	setup.settings.probe.support_constraint.enabled = true;
	make_probe(&setup, 8.0, 8.0, 0.002);
	begin(&setup);
	take_probe(before, &setup);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	take_probe(after, &setup);
	assert_true(after[0] == 0.0F && after[TINY_SIDE + 1] == 0.0F);
	for (size_t y = 6; y <= 10; y++)
		for (size_t x = 6; x <= 10; x++) {
			size_t k = y * TINY_SIDE + x;

			assert_close((double)cabsf(after[k] - before[k]), 0.0,
				1e-5 * (double)cabsf(before[k]));
		}
	release(&setup);
}

/* A probe 3 px up and 2 to the right comes to the middle, with no change of any pattern. */
static void the_probe_is_centred_with_the_object(void **state)
{
	struct setup setup;
	float complex probe[TINY_PIXELS];
	double residual;

	(void)state;
	init(&setup);
	setup.settings.probe.center_constraint.enabled = true;
	make_probe(&setup, 5.0, 10.0, 0.0);
	begin(&setup);
	for (size_t k = 0; k < floats_of(&setup.problem->object); k++)
		setup.problem->object.im[k] *= (float)(k % 5);
	residual = residual_of(&setup);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	take_probe(probe, &setup);
	assert_close((double)crealf(probe[8 * TINY_SIDE + 8]), 10.0, 1e-5);
	assert_close(residual_of(&setup), residual, 1e-4 * residual);
	assert_false(plica_constraints_apply(setup.constraints, 1));
	release(&setup);
}

/* The power's middle of one mode, from pixel N/2, along y. */
static double middle_of(const struct setup *setup, size_t mode)
{
	double power = 0.0, moment = 0.0;

	plica_problem_modes_out(setup->problem);
	for (size_t k = 0; k < TINY_PIXELS; k++) {
		double a = (double)cabsf(setup->problem->natural[mode * TINY_PIXELS + k]);

		power += a * a;
		moment += a * a * ((double)(k / TINY_SIDE) - TINY_SIDE / 2.0);
	}
	return moment / power;
}

static void center_modes(bool total, bool individually, double middle[2])
{
	struct setup setup;

	init(&setup);
	setup.settings.probe.modes = 2;
	setup.settings.probe.center_constraint.enabled = true;
	setup.settings.probe.orthogonalize_incoherent_modes.enabled = false;
	setup.settings.probe.center_constraint.use_total_intensity = total;
	setup.settings.probe.center_constraint.modes_individually = individually;
	make_probe(&setup, 6.0, 8.0, 0.0);
	begin(&setup);
	plica_problem_modes_out(setup.problem); /* a second mode, stronger and 6 px further down */
	for (size_t k = 0; k < TINY_PIXELS; k++)
		setup.problem->natural[TINY_PIXELS + (k + 6 * TINY_SIDE) % TINY_PIXELS] =
			2.0F * setup.problem->natural[k];
	plica_problem_modes_in(setup.problem);
	assert_true(plica_constraints_apply(setup.constraints, 0));
	for (size_t mode = 0; mode < 2; mode++)
		middle[mode] = middle_of(&setup, mode);
	release(&setup);
}

/* The first is at -2, the second at +4, with four times the power. */
static void several_modes_have_a_middle_or_one_each(void **state)
{
	double middle[2];

	(void)state;
	center_modes(true, false, middle);
	assert_close(middle[0], -5.0, 0.2);
	assert_close(middle[1], 1.0, 0.2);
	center_modes(false, false, middle);
	assert_close(middle[0], 0.0, 0.2);
	assert_close(middle[1], 6.0, 0.2);
	center_modes(true, true, middle);
	assert_close(middle[0], 0.0, 0.2);
	assert_close(middle[1], 0.0, 0.2);
}

static double variation(const struct plica_planes *object)
{
	double sum = 0.0;

	for (size_t y = 0; y + 1 < object->rows; y++)
		for (size_t x = 0; x + 1 < object->cols; x++)
			sum += hypot(cabs(pixel(object, y + 1, x) - pixel(object, y, x)),
				cabs(pixel(object, y, x + 1) - pixel(object, y, x)));
	return sum;
}

/* Mixing changes no pattern, but Gram and Schmidt drop what modes share. */
static void known_modes_are_mixed_at_most(void **state)
{
	(void)state;
	for (int method = PLICA_ORTHOGONALIZE_SVD; method <= PLICA_ORTHOGONALIZE_GS; method++)
		for (int known = 0; known < 2; known++) {
			struct setup setup;
			struct plica_problem *problem;

			init(&setup);
			setup.settings.probe.modes = 2;
			setup.settings.probe.optimizable = !known;
			setup.settings.probe.orthogonalize_incoherent_modes.method = method;
			begin(&setup);
			problem = setup.problem;
			memcpy(problem->probe + problem->kernels->wave_floats, problem->probe,
				problem->kernels->wave_floats * sizeof(float));
			assert_int_equal(plica_constraints_apply(setup.constraints, 0),
				!known || method == PLICA_ORTHOGONALIZE_SVD);
			release(&setup);
		}
}

static void total_variation_falls_with_its_weight(void **state)
{
	static const double weights[] = {1e-3, 1e-2, 1e-1};
	double last = INFINITY;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct setup setup;
		double before, after;

		init(&setup);
		setup.settings.object.tv.weight = weights[i];
		begin(&setup);
		for (size_t k = 0; k < floats_of(&setup.problem->object); k++)
			setup.problem->object.re[k] += 0.01F * (float)((k * 7919) % 13);
		before = variation(&setup.problem->object);
		assert_true(plica_constraints_apply(setup.constraints, 0));
		after = variation(&setup.problem->object);
		assert_true(after < before && after < last);
		last = after;
		release(&setup);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_on_by_itself),
		cmocka_unit_test(plans_say_when),
		cmocka_unit_test(limits_hold_magnitude_and_phase),
		cmocka_unit_test(smoothing_is_centred),
		cmocka_unit_test(norms_shrink),
		cmocka_unit_test(power_is_held),
		cmocka_unit_test(power_may_leave_the_object),
		cmocka_unit_test(the_ambiguity_goes_without_a_trace),
		cmocka_unit_test(the_grid_is_taken_out),
		cmocka_unit_test(the_grid_may_be_in_the_magnitude),
		cmocka_unit_test(a_fixed_support_cuts_its_shape),
		cmocka_unit_test(shrink_wrap_follows_the_probe),
		cmocka_unit_test(the_probe_is_centred_with_the_object),
		cmocka_unit_test(several_modes_have_a_middle_or_one_each),
		cmocka_unit_test(known_modes_are_mixed_at_most),
		cmocka_unit_test(total_variation_falls_with_its_weight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
