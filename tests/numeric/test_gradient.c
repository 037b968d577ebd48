/* SPDX-License-Identifier: BSD-3-Clause */
/* The pass' sums are the gradients of the objectives: slopes along random directions, and zero at
 * the truth. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "recon/line.h"
#include "recon/pass.h"
#include "recon/positions.h"
#include "recon/vector.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

struct fixture {
	struct synthetic synthetic;
	struct plica_settings settings;
	struct plica_problem *problem;
	struct plica_pass *pass;
	size_t *positions;
};

/* `blur_px`: of the detector. */
static void fixture_init_blurred(
	struct fixture *fixture, const struct synthetic_params *params, double blur_px)
{
	synthetic_init(&fixture->synthetic, params);
	assert_ok(plica_settings_init(&fixture->settings, "ML", &err));
	fixture->settings.threads = 2;
	fixture->settings.positions.optimizable = true;
	fixture->settings.diffraction_blur_px = blur_px;
	assert_ok(plica_problem_create(
		&fixture->problem, fixture->synthetic.dataset, &fixture->settings, &err));
	assert_ok(plica_pass_create(
		&fixture->pass, fixture->problem, fixture->problem->count, true, &err));
	assert_ok(PLICA_NEW(&fixture->positions, fixture->problem->count, &err));
	for (size_t i = 0; i < fixture->problem->count; i++)
		fixture->positions[i] = i;
}

static void fixture_init(struct fixture *fixture, const struct synthetic_params *params)
{
	fixture_init_blurred(fixture, params, 0.0);
}

static void fixture_release(struct fixture *fixture)
{
	plica_free(fixture->positions);
	plica_pass_free(fixture->pass);
	plica_problem_free(fixture->problem);
	synthetic_release(&fixture->synthetic);
}

/* f at the present point; leaves the gradients in the pass. */
static double objective(struct fixture *fixture, bool poisson)
{
	struct plica_pass *pass = fixture->pass;
	double sum = 0.0;

	pass->model = poisson ? PLICA_DETECTOR_POISSON : PLICA_DETECTOR_GAUSSIAN;
	pass->step = poisson ? 0.5F : 1.0F;
	pass->epsilon = 1e-2F;
	plica_pass_run(pass, fixture->positions, fixture->problem->count);
	for (size_t i = 0; i < fixture->problem->count; i++)
		sum += poisson ? 0.5 * pass->sums[i].poisson : pass->sums[i].residual;
	return sum;
}

static void fill(float *values, size_t count, double scale, uint64_t index)
{
	struct plica_random random;

	plica_random_start(&random, 7, PLICA_RANDOM_TEST, index);
	for (size_t k = 0; k < count; k++)
		values[k] = (float)(scale * plica_random_normal(&random));
}

/* Moves object (or probe) by t along a direction whose pads are zero. */
static void move(struct fixture *fixture, const struct plica_vector *direction, float t)
{
	struct plica_problem *problem = fixture->problem;
	size_t floats = problem->object.rows * problem->object.stride;

	for (size_t k = 0; k < floats; k++) {
		problem->object.re[k] += t * direction->object.re[k];
		problem->object.im[k] += t * direction->object.im[k];
	}
	for (size_t k = 0; k < problem->kernels->wave_floats; k++)
		problem->probe[k] += t * direction->probe[k];
	plica_problem_probe_changed(problem);
}

static void make_direction(struct fixture *fixture, struct plica_vector *direction, bool probe)
{
	const struct plica_problem *problem = fixture->problem;
	size_t cols = problem->object.cols;

	assert_ok(plica_vector_create(direction, problem, &err));
	if (probe) {
		float _Complex *natural = NULL;

		assert_ok(PLICA_NEW(&natural, problem->side * problem->side, &err));
		fill((float *)natural, 2 * problem->side * problem->side, 1.0, 1);
		problem->kernels->table->wave_from(problem->kernels, direction->probe, natural);
		plica_free(natural);
		return;
	}
	for (size_t y = 0; y < problem->object.rows; y++) {
		fill(direction->object.re + y * problem->object.stride, cols, 0.1, 2 + 2 * y);
		fill(direction->object.im + y * problem->object.stride, cols, 0.1, 3 + 2 * y);
	}
}

/* (f(t) - f(-t)) / 2t; the point is left where it was. */
static double difference(
	struct fixture *fixture, const struct plica_vector *direction, bool poisson, float t)
{
	double forward, backward;

	move(fixture, direction, t);
	forward = objective(fixture, poisson);
	move(fixture, direction, -2.0F * t);
	backward = objective(fixture, poisson);
	move(fixture, direction, t);
	return (forward - backward) / (2.0 * (double)t);
}

/* df/dt = -2 <r, h>, against central differences, extrapolated to steps of length zero. */
static void check_slope(bool poisson, bool probe, double blur_px)
{
	struct synthetic_params params = synthetic_defaults();
	struct fixture fixture;
	struct plica_vector direction, gradient;
	double slope, measured;

	params.guess_error = 0.3;
	params.diffuse = true; /* no dark pixels, where |Psi| has a kink */
	fixture_init_blurred(&fixture, &params, blur_px);
	make_direction(&fixture, &direction, probe);
	assert_ok(plica_vector_create(&gradient, fixture.problem, &err));
	(void)objective(&fixture, poisson);
	memcpy(gradient.object.re, fixture.pass->gradient.re,
		gradient.object.rows * gradient.object.stride * sizeof(float));
	memcpy(gradient.object.im, fixture.pass->gradient.im,
		gradient.object.rows * gradient.object.stride * sizeof(float));
	memcpy(gradient.probe, fixture.pass->probe_gradient,
		fixture.problem->kernels->wave_floats * sizeof(float));
	slope = -2.0 * plica_vector_dot(&gradient, &direction);
	measured = (4.0 * difference(&fixture, &direction, poisson, 0.005F) -
			   difference(&fixture, &direction, poisson, 0.01F)) /
		   3.0;
	print_message("# slope %.6g, differences %.6g\n", slope, measured);
	assert_true(fabs(measured / slope - 1.0) < 3e-3);
	plica_vector_release(&direction);
	plica_vector_release(&gradient);
	fixture_release(&fixture);
}

static void object_gradient_of_amplitudes(void **state)
{
	(void)state;
	check_slope(false, false, 0.0);
}

static void probe_gradient_of_amplitudes(void **state)
{
	(void)state;
	check_slope(false, true, 0.0);
}

static void object_gradient_of_counts(void **state)
{
	(void)state;
	check_slope(true, false, 0.0);
}

static void probe_gradient_of_counts(void **state)
{
	(void)state;
	check_slope(true, true, 0.0);
}

static void gradients_of_a_detector_that_blurs(void **state)
{
	(void)state;
	for (int k = 0; k < 4; k++)
		check_slope(k / 2 == 1, k % 2 == 1, 0.8);
}

static void move_position(struct fixture *fixture, size_t index, double dy, double dx)
{
	fixture->problem->y_px[index] += dy;
	fixture->problem->x_px[index] += dx;
	plica_problem_place(fixture->problem, index);
}

/* An object with slopes everywhere, and nothing near Nyquist. */
static void make_waves(struct plica_problem *problem)
{
	struct plica_planes *object = &problem->object;

	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			double v = (double)y, u = (double)x;

			object->re[y * object->stride + x] =
				(float)(1.0 + 0.3 * sin(0.5 * v + 0.3 * u));
			object->im[y * object->stride + x] = (float)(0.2 * cos(0.4 * u - 0.6 * v));
		}
}

/* df/dy = -2 r_y of one position, likewise x. The probe has to be dark at the patch's rim: its shift
 * is cyclic, that of the object is not. */
static void position_gradient_of_counts(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct fixture fixture;
	struct plica_position_search *search = NULL;
	const size_t index = 45;
	const double t = 0.01;

	(void)state;
	fixture_init(&fixture, &params);
	make_waves(fixture.problem);
	assert_ok(plica_position_search_create(&search, fixture.problem, &err));
	plica_position_search_begin(search);
	(void)objective(&fixture, true);
	plica_position_search_add(search, fixture.pass, fixture.positions, fixture.problem->count);
	for (int axis = 0; axis < 2; axis++) {
		double dy = axis == 0 ? t : 0.0;
		double dx = axis == 0 ? 0.0 : t;
		double slope =
			-2.0 * search->residual[axis == 0 ? index : fixture.problem->count + index];
		double forward, backward;

		move_position(&fixture, index, dy, dx);
		forward = objective(&fixture, true);
		move_position(&fixture, index, -2.0 * dy, -2.0 * dx);
		backward = objective(&fixture, true);
		move_position(&fixture, index, dy, dx);
		print_message(
			"# slope %.6g, difference %.6g\n", slope, (forward - backward) / (2.0 * t));
		assert_true(fabs((forward - backward) / (2.0 * t) / slope - 1.0) < 0.05);
	}
	plica_position_search_free(search);
	fixture_release(&fixture);
}

#define LINE_STRIDE ((size_t)5)

/* f along the line over all positions, put together from every part that a search may look at. */
static void try_parts(
	struct plica_line *line, double f[PLICA_LINE_TRIALS], const double t[PLICA_LINE_TRIALS])
{
	double cost = 0.0;

	memset(f, 0, PLICA_LINE_TRIALS * sizeof(*f));
	for (size_t first = 0; first < LINE_STRIDE; first++) {
		double part[PLICA_LINE_TRIALS];

		cost += plica_line_try(line, part, t, first, LINE_STRIDE);
		for (size_t k = 0; k < PLICA_LINE_TRIALS; k++)
			f[k] += part[k];
	}
	assert_close(cost, 1.25, 1e-12);
}

static void make_line(struct fixture *fixture, struct plica_line **line,
	struct plica_vector *direction, bool probe, bool poisson)
{
	make_direction(fixture, direction, probe);
	assert_ok(plica_line_create(line, fixture->problem, direction, &err));
	(*line)->model = poisson ? PLICA_DETECTOR_POISSON : PLICA_DETECTOR_GAUSSIAN;
	(*line)->epsilon = 1e-2F;
}

/* Along object or probe the trials are the objective at the trial points. */
static void check_line(bool poisson, bool probe)
{
	const double t[PLICA_LINE_TRIALS] = {0.0, 0.03, 0.1, 0.3, 1.0, 2.0};
	struct synthetic_params params = synthetic_defaults();
	struct fixture fixture;
	struct plica_vector direction;
	struct plica_line *line = NULL;
	double f[PLICA_LINE_TRIALS];

	params.guess_error = 0.3;
	fixture_init(&fixture, &params);
	make_line(&fixture, &line, &direction, probe, poisson);
	try_parts(line, f, t);
	for (size_t k = 0; k < PLICA_LINE_TRIALS; k++) {
		double direct;

		move(&fixture, &direction, (float)t[k]);
		direct = objective(&fixture, poisson);
		move(&fixture, &direction, -(float)t[k]);
		print_message("# t %g: %.9g, directly %.9g\n", t[k], f[k], direct);
		assert_true(fabs(f[k] - direct) < 1e-5 * fabs(direct));
	}
	plica_line_free(line);
	plica_vector_release(&direction);
	fixture_release(&fixture);
}

static void a_line_of_objects_is_the_objective(void **state)
{
	(void)state;
	check_line(false, false);
	check_line(true, false);
}

static void a_line_of_probes_is_the_objective(void **state)
{
	(void)state;
	check_line(false, true);
	check_line(true, true);
}

/* Along positions it is so to first order: its slope at 0 is -2 <r, h>. */
static void a_line_of_positions_has_the_slope(void **state)
{
	const double t[PLICA_LINE_TRIALS] = {-0.1, -0.05, 0.0, 0.05, 0.1, 0.2};
	struct synthetic_params params = synthetic_defaults();
	struct fixture fixture;
	struct plica_vector direction;
	struct plica_position_search *search = NULL;
	struct plica_line *line = NULL;
	double f[PLICA_LINE_TRIALS];
	double slope = 0.0;
	double measured;

	(void)state;
	fixture_init(&fixture, &params);
	make_waves(fixture.problem);
	assert_ok(plica_vector_create(&direction, fixture.problem, &err));
	assert_ok(plica_position_search_create(&search, fixture.problem, &err));
	assert_ok(plica_line_create(&line, fixture.problem, &direction, &err));
	line->model = PLICA_DETECTOR_POISSON;
	line->epsilon = 1e-2F;
	line->search = search;
	search->active = true;
	plica_position_search_begin(search);
	(void)objective(&fixture, true);
	plica_position_search_add(search, fixture.pass, fixture.positions, fixture.problem->count);
	for (size_t k = 0; k < 2 * fixture.problem->count; k++) {
		search->direction[k] = k % 3 == 0 ? 1.0 : -0.5;
		slope -= 2.0 * search->direction[k] * search->residual[k];
	}
	try_parts(line, f, t);
	measured = (8.0 * (f[3] - f[1]) - (f[4] - f[0])) / 0.6;
	print_message("# slope %.6g, differences %.6g\n", slope, measured);
	assert_true(fabs(measured / slope - 1.0) < 1e-3);
	plica_line_free(line);
	plica_position_search_free(search);
	plica_vector_release(&direction);
	fixture_release(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(object_gradient_of_amplitudes),
		cmocka_unit_test(probe_gradient_of_amplitudes),
		cmocka_unit_test(object_gradient_of_counts),
		cmocka_unit_test(probe_gradient_of_counts),
		cmocka_unit_test(gradients_of_a_detector_that_blurs),
		cmocka_unit_test(position_gradient_of_counts),
		cmocka_unit_test(a_line_of_objects_is_the_objective),
		cmocka_unit_test(a_line_of_probes_is_the_objective),
		cmocka_unit_test(a_line_of_positions_has_the_slope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
