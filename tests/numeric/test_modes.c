/* SPDX-License-Identifier: BSD-3-Clause */
/* Mixtures: two modes, a background and intensities, against the model written out in double, and
 * what must hold for any number of threads and after any stop. */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/random.h"
#include "checkpointed.h"
#include "plica/reconstruct.h"
#include "recon/background.h"
#include "recon/line.h"
#include "recon/pass.h"
#include "synthetic.h"
#include "testing.h"

#define MODES ((size_t)2)
#define EPSILON 1e-2

static struct plica_error err;

struct fixture {
	struct synthetic synthetic;
	struct plica_settings settings;
	struct plica_problem *problem;
	struct plica_pass *pass;
	struct plica_fft_double *fft;
	size_t *positions;
};

/* The unknowns, and what a pass gives, in double and natural order. */
struct fields {
	double complex *object; /* canvas */
	double complex *probe;  /* modes */
	double *background;     /* zero frequency at N/2 */
	double objective;
};

static double random_number(uint64_t index)
{
	struct plica_random random;

	plica_random_start(&random, 11, PLICA_RANDOM_TEST, index);
	return plica_random_normal(&random);
}

static void wanted(struct plica_settings *settings, const char *algorithm)
{
	assert_ok(plica_settings_init(settings, algorithm, &err));
	settings->threads = 2;
	settings->batch_size = 7;
	settings->probe.modes = (long)MODES;
	settings->background.optimizable = true;
	settings->background.initial = 2.0;
	settings->opr_mode_weights.optimize_intensity_variation = true;
}

static struct synthetic_params params_of(size_t side)
{
	struct synthetic_params params = synthetic_defaults();

	params.side = side;
	params.per_axis = 4;
	params.guess_error = 0.3;
	params.diffuse = true;
	return params;
}

/* A rough object, a background and intensities that differ from pixel to pixel. */
static void roughen(struct plica_problem *problem)
{
	const struct plica_kernels *kernels = problem->kernels;
	size_t pixels = problem->side * problem->side;
	float *natural = NULL;

	for (size_t y = 0; y < problem->object.rows; y++)
		for (size_t x = 0; x < problem->object.cols; x++) {
			size_t k = y * problem->object.stride + x;

			problem->object.re[k] += (float)(0.2 * random_number(k));
			problem->object.im[k] += (float)(0.2 * random_number(k + 1000000));
		}
	assert_ok(PLICA_NEW(&natural, pixels, &err));
	for (size_t k = 0; k < pixels; k++)
		natural[k] = (float)(2.0 + fabs(random_number(k + 2000000)));
	kernels->table->pattern_from(kernels, problem->background, natural);
	plica_free(natural);
	for (size_t i = 0; i < problem->count; i++)
		problem->intensity[i] = 1.0 + 0.1 * random_number(i + 3000000);
}

static void fixture_init(struct fixture *fixture, size_t side)
{
	struct synthetic_params params = params_of(side);

	synthetic_init(&fixture->synthetic, &params);
	wanted(&fixture->settings, "ML");
	assert_ok(plica_problem_create(
		&fixture->problem, fixture->synthetic.dataset, &fixture->settings, &err));
	roughen(fixture->problem);
	assert_ok(plica_pass_create(
		&fixture->pass, fixture->problem, fixture->problem->count, true, &err));
	assert_ok(plica_fft_double_create(&fixture->fft, side, side, &err));
	assert_ok(PLICA_NEW(&fixture->positions, fixture->problem->count, &err));
	for (size_t i = 0; i < fixture->problem->count; i++)
		fixture->positions[i] = i;
}

static void fixture_release(struct fixture *fixture)
{
	plica_free(fixture->positions);
	plica_fft_double_free(fixture->fft);
	plica_pass_free(fixture->pass);
	plica_problem_free(fixture->problem);
	synthetic_release(&fixture->synthetic);
}

static void fields_init(struct fields *fields, const struct plica_problem *problem)
{
	size_t pixels = problem->side * problem->side;

	*fields = (struct fields){0};
	assert_ok(PLICA_NEW(&fields->object, problem->object.rows * problem->object.cols, &err));
	assert_ok(PLICA_NEW(&fields->probe, MODES * pixels, &err));
	assert_ok(PLICA_NEW(&fields->background, pixels, &err));
}

static void fields_release(struct fields *fields)
{
	plica_free(fields->object);
	plica_free(fields->probe);
	plica_free(fields->background);
}

static void take(struct fields *out, const struct plica_problem *problem,
	const struct plica_planes *object, const float *probe, const float *background)
{
	const struct plica_kernels *kernels = problem->kernels;
	size_t pixels = problem->side * problem->side;
	float complex *natural = NULL;
	float *pattern = NULL;

	assert_ok(PLICA_NEW(&natural, pixels, &err));
	assert_ok(PLICA_NEW(&pattern, pixels, &err));
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++)
			out->object[y * object->cols + x] =
				CMPLX((double)object->re[y * object->stride + x],
					(double)object->im[y * object->stride + x]);
	for (size_t m = 0; m < MODES; m++) {
		kernels->table->wave_to(kernels, natural, probe + m * kernels->wave_floats);
		for (size_t k = 0; k < pixels; k++)
			out->probe[m * pixels + k] = (double complex)natural[k];
	}
	kernels->table->pattern_to(kernels, pattern, background);
	for (size_t k = 0; k < pixels; k++)
		out->background[k] = (double)pattern[k];
	plica_free(natural);
	plica_free(pattern);
}

/* Pixel k of a transform, whose zero frequency is at 0, in a pattern, where it is at N/2. */
static size_t centred(size_t k, size_t n)
{
	return (k / n + n / 2) % n * n + (k % n + n / 2) % n;
}

/* One position, pixel by pixel: A, Psi and Ihat of the model at `point`. */
struct exposure {
	double complex incident[MODES][64 * 64];
	double complex detector[MODES][64 * 64];
	double expected[64 * 64];
};

static size_t canvas_at(const struct plica_problem *problem, size_t i, size_t k)
{
	return (problem->row[i] + k / problem->side) * problem->object.cols + problem->col[i] +
	       k % problem->side;
}

static void expose(
	struct exposure *out, const struct fixture *fixture, size_t i, const struct fields *point)
{
	const struct plica_problem *problem = fixture->problem;
	size_t n = problem->side;

	for (size_t k = 0; k < n * n; k++)
		out->expected[k] = point->background[centred(k, n)];
	for (size_t m = 0; m < MODES; m++) {
		double complex *incident = out->incident[m];
		double complex *detector = out->detector[m];

		synthetic_shift(incident, point->probe + m * n * n, n, problem->shift_y[i],
			problem->shift_x[i], fixture->fft);
		for (size_t k = 0; k < n * n; k++) {
			incident[k] *= problem->intensity[i];
			detector[k] = incident[k] * point->object[canvas_at(problem, i, k)];
		}
		plica_fft_double_forward(fixture->fft, detector);
		for (size_t k = 0; k < n * n; k++) {
			detector[k] /= (double)n;
			out->expected[k] += pow(cabs(detector[k]), 2.0);
		}
	}
}

/* The factor f of Psi, and the pixel's part of the objective. */
static double factor_of(double *objective, double amplitude, double expected, bool poisson)
{
	double counts = amplitude * amplitude + EPSILON;

	if (poisson) {
		*objective += 0.5 * (expected + EPSILON - counts * log(expected + EPSILON));
		return 0.5 * (counts / (expected + EPSILON) - 1.0);
	}
	*objective += pow(sqrt(expected) - amplitude, 2.0);
	return amplitude / sqrt(expected) - 1.0;
}

static void add_gradients(struct fields *out, const struct fixture *fixture, size_t i,
	struct exposure *exposure, const struct fields *point)
{
	const struct plica_problem *problem = fixture->problem;
	size_t n = problem->side;

	for (size_t m = 0; m < MODES; m++) {
		double complex *chi = exposure->detector[m];

		plica_fft_double_inverse(fixture->fft, chi);
		for (size_t k = 0; k < n * n; k++) {
			size_t at = canvas_at(problem, i, k);

			chi[k] /= (double)n;
			out->object[at] += conj(exposure->incident[m][k]) * chi[k];
			chi[k] *= problem->intensity[i] * conj(point->object[at]);
		}
		synthetic_shift(
			chi, chi, n, -problem->shift_y[i], -problem->shift_x[i], fixture->fft);
		for (size_t k = 0; k < n * n; k++)
			out->probe[m * n * n + k] += chi[k];
	}
}

/* The objective at `point` and minus its gradients, over positions first, first + stride, ... */
static void reference(struct fields *out, const struct fixture *fixture, const struct fields *point,
	bool poisson, size_t stride)
{
	const struct plica_problem *problem = fixture->problem;
	size_t n = problem->side;
	struct exposure *exposure = NULL;
	float *pattern = NULL;

	assert_ok(PLICA_NEW(&exposure, 1, &err));
	assert_ok(PLICA_NEW(&pattern, n * n, &err));
	out->objective = 0.0;
	for (size_t i = 0; i < problem->count; i += stride) {
		expose(exposure, fixture, i, point);
		plica_dataset_amplitudes(pattern, fixture->synthetic.dataset, i);
		for (size_t k = 0; k < n * n; k++) {
			double f = factor_of(&out->objective, (double)pattern[centred(k, n)],
				exposure->expected[k], poisson);

			out->background[centred(k, n)] += f;
			for (size_t m = 0; m < MODES; m++)
				exposure->detector[m][k] *= f;
		}
		add_gradients(out, fixture, i, exposure, point);
	}
	plica_free(exposure);
	plica_free(pattern);
}

/* |a - b| / |b| */
static double distance(const double *a, const double *b, size_t count)
{
	double difference = 0.0, power = 0.0;

	for (size_t k = 0; k < count; k++) {
		difference += (a[k] - b[k]) * (a[k] - b[k]);
		power += b[k] * b[k];
	}
	return sqrt(difference / power);
}

static void check_gradients(size_t side, bool poisson)
{
	struct fixture fixture;
	struct fields point, expected, found;
	struct plica_problem *problem;
	struct plica_pass *pass;
	double sum = 0.0;

	fixture_init(&fixture, side);
	problem = fixture.problem;
	pass = fixture.pass;
	fields_init(&point, problem);
	fields_init(&expected, problem);
	fields_init(&found, problem);
	take(&point, problem, &problem->object, problem->probe, problem->background);
	reference(&expected, &fixture, &point, poisson, 1);
	pass->model = poisson ? PLICA_DETECTOR_POISSON : PLICA_DETECTOR_GAUSSIAN;
	pass->step = poisson ? 0.5F : 1.0F;
	pass->epsilon = (float)EPSILON;
	plica_pass_begin(pass, 0, problem->object.rows);
	plica_pass_add(pass, fixture.positions, problem->count);
	plica_pass_end(pass);
	take(&found, problem, &pass->gradient, pass->probe_gradient, pass->factor_sum);
	for (size_t i = 0; i < problem->count; i++)
		sum += poisson ? 0.5 * pass->sums[i].poisson : pass->sums[i].residual;
	assert_close(sum / expected.objective, 1.0, 1e-6);
	assert_close(distance((const double *)found.object, (const double *)expected.object,
			     2 * problem->object.rows * problem->object.cols),
		0.0, 1e-5);
	assert_close(distance((const double *)found.probe, (const double *)expected.probe,
			     2 * MODES * side * side),
		0.0, 1e-5);
	assert_close(distance(found.background, expected.background, side * side), 0.0, 1e-5);
	fields_release(&point);
	fields_release(&expected);
	fields_release(&found);
	fixture_release(&fixture);
}

/* 24: the plain kernels; 64: the vectors. */
static void gradients_are_those_of_the_formulas(void **state)
{
	(void)state;
	check_gradients(24, false);
	check_gradients(24, true);
	check_gradients(64, false);
	check_gradients(64, true);
}

/* Trial values are the objective at the point t along the line, over every so many positions. */
static void the_line_search_sees_the_mixture(void **state)
{
	struct fixture fixture;
	struct fields point, there;
	struct plica_vector direction;
	struct plica_line *line = NULL;
	struct plica_planes moved;
	double t[PLICA_LINE_TRIALS], f[PLICA_LINE_TRIALS];
	float *probe = NULL, *background = NULL;
	size_t stride = 3;

	(void)state;
	fixture_init(&fixture, 24);
	fields_init(&point, fixture.problem);
	fields_init(&there, fixture.problem);
	plica_pass_run(fixture.pass, fixture.positions, fixture.problem->count);
	assert_ok(plica_vector_create(&direction, fixture.problem, &err));
	assert_ok(plica_line_create(&line, fixture.problem, &direction, &err));
	assert_ok(plica_planes_create(&moved, direction.object.rows, direction.object.cols, &err));
	assert_ok(PLICA_NEW(&probe, fixture.problem->probe_floats, &err));
	assert_ok(PLICA_NEW(&background, fixture.problem->kernels->pattern_floats, &err));
	line->model = PLICA_DETECTOR_POISSON;
	line->epsilon = (float)EPSILON;
	memcpy(direction.probe, fixture.pass->probe_gradient,
		fixture.problem->probe_floats * sizeof(float));
	for (size_t k = 0; k < direction.object.rows * direction.object.stride; k++)
		direction.object.re[k] = 1e-4F * fixture.pass->gradient.re[k];
	for (size_t k = 0; k < fixture.problem->kernels->pattern_floats; k++)
		direction.background[k] = 0.1F * fixture.pass->factor_sum[k];
	for (size_t k = 0; k < PLICA_LINE_TRIALS; k++)
		t[k] = 0.01 * plica_line_factors[k];
	(void)plica_line_try(line, f, t, 0, stride);
	for (size_t trial = 0; trial < PLICA_LINE_TRIALS; trial++) {
		float step = (float)t[trial];

		for (size_t k = 0; k < moved.rows * moved.stride; k++) {
			moved.re[k] = fixture.problem->object.re[k] + step * direction.object.re[k];
			moved.im[k] = fixture.problem->object.im[k];
		}
		for (size_t k = 0; k < fixture.problem->probe_floats; k++)
			probe[k] = fixture.problem->probe[k] + step * direction.probe[k];
		plica_background_move(background, fixture.problem, step, direction.background);
		take(&point, fixture.problem, &moved, probe, background);
		reference(&there, &fixture, &point, true, stride);
		assert_close(f[trial], there.objective, 1e-6 * fabs(there.objective));
	}
	assert_true(f[1] < f[0]);
	plica_free(probe);
	plica_free(background);
	plica_planes_release(&moved);
	plica_line_free(line);
	plica_vector_release(&direction);
	fields_release(&point);
	fields_release(&there);
	fixture_release(&fixture);
}

static void check_same_bits(const struct plica_product *a, const struct plica_product *b)
{
	size_t pixels = a->probe_px * a->probe_px;

	assert_int_equal(a->probe_modes, MODES);
	assert_memory_equal(
		a->object, b->object, a->object_rows * a->object_cols * sizeof(*a->object));
	assert_memory_equal(a->probe, b->probe, MODES * pixels * sizeof(*a->probe));
	assert_memory_equal(a->background, b->background, pixels * sizeof(*a->background));
	assert_memory_equal(a->intensity, b->intensity, a->position_count * sizeof(*a->intensity));
	assert_memory_equal(a->loss, b->loss, a->epoch_count * sizeof(*a->loss));
	assert_memory_equal(&a->fourier_error, &b->fourier_error, sizeof(a->fourier_error));
}

static struct plica_product *run(const struct plica_dataset *dataset,
	const struct plica_settings *settings, const struct plica_reconstruct_hooks *hooks)
{
	struct plica_product *product = NULL;
	enum plica_status status;

	for (int stops = 0; stops < 50; stops++) {
		status = plica_reconstruct(&product, dataset, settings, hooks, &err);
		if (status == PLICA_OK)
			return product;
		assert_int_equal(status, PLICA_ERR_INTERRUPTED);
	}
	fail_msg("it never ends");
	return NULL;
}

static void neither_threads_nor_stops_change_a_bit(void **state)
{
	static const long threads[] = {1, 3, 8, 16};
	const struct plica_reconstruct_hooks hooks = {.progress = stop_at_once,
		.checkpoint_path = checkpoint_path,
		.checkpoint_seconds = 1e9,
		.resume = true};
	struct synthetic_params params = params_of(24);
	struct synthetic synthetic;

	(void)state;
	synthetic_init(&synthetic, &params);
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		struct plica_settings settings;
		struct plica_product *expected, *found;

		wanted(&settings, *name);
		settings.num_epochs = 8;
		expected = run(synthetic.dataset, &settings, NULL);
		(void)unlink(checkpoint_path);
		found = run(synthetic.dataset, &settings, &hooks);
		check_same_bits(found, expected);
		plica_product_free(found);
		for (size_t k = 0; k < sizeof(threads) / sizeof(threads[0]); k++) {
			settings.threads = threads[k];
			found = run(synthetic.dataset, &settings, NULL);
			check_same_bits(found, expected);
			plica_product_free(found);
		}
		plica_product_free(expected);
	}
	synthetic_release(&synthetic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_are_those_of_the_formulas),
		cmocka_unit_test(the_line_search_sees_the_mixture),
		cmocka_unit_test(neither_threads_nor_stops_change_a_bit),
	};

	return cmocka_run_group_tests(tests, checkpointed_setup, checkpointed_teardown);
}
