/* SPDX-License-Identifier: BSD-3-Clause */
/* One batch of the PIE family against its formulas in double precision, term by term. */
#include <complex.h>
#include <string.h>

#include "base/memory.h"
#include "plica/reconstruct.h"
#include "recon/engine.h"
#include "recon/pie.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

/* Sums of the batch that holds all positions. */
struct sums {
	size_t side, rows, cols;
	double complex *gradient, *probe_gradient;
	double *power;
	double complex *object, *probe; /* before the update */
	struct plica_fft_double *fft;
};

static void sums_init(struct sums *sums, const struct plica_problem *problem, size_t side)
{
	*sums = (struct sums){
		.side = side, .rows = problem->object.rows, .cols = problem->object.cols};
	assert_ok(PLICA_NEW(&sums->gradient, sums->rows * sums->cols, &err));
	assert_ok(PLICA_NEW(&sums->object, sums->rows * sums->cols, &err));
	assert_ok(PLICA_NEW(&sums->power, sums->rows * sums->cols, &err));
	assert_ok(PLICA_NEW(&sums->probe_gradient, side * side, &err));
	assert_ok(PLICA_NEW(&sums->probe, side * side, &err));
	assert_ok(plica_fft_double_create(&sums->fft, side, side, &err));
}

static void sums_release(struct sums *sums)
{
	plica_free(sums->gradient);
	plica_free(sums->object);
	plica_free(sums->power);
	plica_free(sums->probe_gradient);
	plica_free(sums->probe);
	plica_fft_double_free(sums->fft);
}

/* chi = F^-1[ (sqrt(I) / |Psi| - 1) Psi ], in place of the exit wave. */
static void replace_modulus(double complex *wave, const float *pattern, const struct sums *sums)
{
	size_t side = sums->side;
	double n = (double)(side * side);

	plica_fft_double_forward(sums->fft, wave);
	for (size_t v = 0; v < side; v++)
		for (size_t u = 0; u < side; u++) {
			size_t from = (v + side / 2) % side * side + (u + side / 2) % side;
			double modulus = cabs(wave[v * side + u]) / (double)side;

			wave[v * side + u] *= ((double)pattern[from] / modulus - 1.0) / n;
		}
	plica_fft_double_inverse(sums->fft, wave);
}

static void add_position(struct sums *sums, const struct plica_dataset *dataset,
	const struct plica_problem *problem, size_t i)
{
	size_t side = sums->side, pixels = side * side;
	double y = dataset->y_px[i], x = dataset->x_px[i];
	double complex *incident = NULL, *chi = NULL;
	size_t first = (size_t)(rint(y) - (double)(side / 2) - problem->origin_y) * sums->cols +
		       (size_t)(rint(x) - (double)(side / 2) - problem->origin_x);

	assert_ok(PLICA_NEW(&incident, pixels, &err));
	assert_ok(PLICA_NEW(&chi, pixels, &err));
	synthetic_shift(incident, sums->probe, side, y - rint(y), x - rint(x), sums->fft);
	for (size_t k = 0; k < pixels; k++)
		chi[k] = incident[k] * sums->object[first + k / side * sums->cols + k % side];
	replace_modulus(chi, (const float *)dataset->patterns + i * pixels, sums);
	for (size_t k = 0; k < pixels; k++) {
		size_t to = first + k / side * sums->cols + k % side;

		sums->gradient[to] += conj(incident[k]) * chi[k];
		sums->power[to] += creal(incident[k] * conj(incident[k]));
		chi[k] *= conj(sums->object[to]);
	}
	synthetic_shift(chi, chi, side, rint(y) - y, rint(x) - x, sums->fft);
	for (size_t k = 0; k < pixels; k++)
		sums->probe_gradient[k] += chi[k];
	plica_free(incident);
	plica_free(chi);
}

/* What the problem holds now. */
static void take(double complex *object, double complex *probe, const struct plica_problem *problem)
{
	struct plica_product *product = NULL;

	assert_ok(plica_problem_product(&product, problem, &err));
	for (size_t k = 0; k < product->object_rows * product->object_cols; k++)
		object[k] = (double complex)product->object[k];
	for (size_t k = 0; k < product->probe_px * product->probe_px; k++)
		probe[k] = (double complex)product->probe[k];
	plica_product_free(product);
}

static double largest_square(const double complex *values, size_t count)
{
	double largest = 0.0;

	for (size_t k = 0; k < count; k++)
		largest = fmax(largest, creal(values[k] * conj(values[k])));
	return largest;
}

/* |found - expected| / |expected - before|. */
static double distance(const double complex *found, const double complex *expected,
	const double complex *before, size_t count)
{
	double difference = 0.0, change = 0.0;

	for (size_t k = 0; k < count; k++) {
		difference += pow(cabs(found[k] - expected[k]), 2.0);
		change += pow(cabs(expected[k] - before[k]), 2.0);
	}
	return sqrt(difference / change);
}

/* The formulas of recon/pie.h. */
static void expect(double complex *object, double complex *probe, const struct sums *sums,
	const struct plica_settings *settings, size_t count)
{
	size_t canvas = sums->rows * sums->cols, pixels = sums->side * sums->side;
	bool extended = strcmp(settings->algorithm, "ePIE") == 0;
	double alpha = settings->object.alpha;
	double probe_power = largest_square(sums->probe, pixels);
	double transmission = extended ? largest_square(sums->object, canvas) : 1.0;

	for (size_t k = 0; k < canvas; k++) {
		double scale =
			extended ? alpha / fmax(sums->power[k], probe_power)
				 : 1.0 / ((1.0 - alpha) * sums->power[k] + alpha * probe_power);

		object[k] = sums->object[k] + scale * sums->gradient[k];
	}
	for (size_t k = 0; k < pixels; k++)
		probe[k] = sums->probe[k] + settings->probe.alpha * sums->probe_gradient[k] /
						    ((double)count * transmission);
}

static void check(const char *algorithm)
{
	struct synthetic_params params = synthetic_defaults();
	struct synthetic synthetic;
	struct plica_settings settings;
	struct plica_problem *problem = NULL;
	const struct plica_engine *engine = NULL;
	struct plica_epoch epoch = {0};
	struct sums sums;
	double complex *expected[2] = {NULL}, *found[2] = {NULL};
	void *state = NULL;
	size_t canvas, pixels = params.side * params.side;

	params.guess_error = 0.3;
	params.diffuse = true;
	synthetic_init(&synthetic, &params);
	assert_ok(plica_settings_init(&settings, algorithm, &err));
	settings.batch_size = (long)synthetic.dataset->pattern_count;
	settings.probe.alpha = 0.7;
	assert_ok(plica_problem_create(&problem, synthetic.dataset, &settings, &err));
	assert_ok(plica_engine_find(&engine, algorithm, &err));
	assert_ok(engine->create(&state, problem, &err));
	sums_init(&sums, problem, params.side);
	canvas = sums.rows * sums.cols;
	for (int k = 0; k < 2; k++) {
		assert_ok(PLICA_NEW(&expected[k], canvas, &err));
		assert_ok(PLICA_NEW(&found[k], canvas, &err));
	}
	take(sums.object, sums.probe, problem);
	for (size_t i = 0; i < synthetic.dataset->pattern_count; i++)
		add_position(&sums, synthetic.dataset, problem, i);
	expect(expected[0], expected[1], &sums, &settings, synthetic.dataset->pattern_count);
	engine->epoch(state, 0, &epoch);
	take(found[0], found[1], problem);
	assert_close(distance(found[0], expected[0], sums.object, canvas), 0.0, 1e-5);
	assert_close(distance(found[1], expected[1], sums.probe, pixels), 0.0, 1e-5);
	for (int k = 0; k < 2; k++) {
		plica_free(expected[k]);
		plica_free(found[k]);
	}
	sums_release(&sums);
	engine->destroy(state);
	plica_problem_free(problem);
	synthetic_release(&synthetic);
}

static void one_batch_is_the_formula(void **state)
{
	(void)state;
	check("rPIE");
	check("ePIE");
}

static double run(const struct synthetic *synthetic, const struct plica_settings *settings)
{
	struct plica_product *product = NULL;
	double error;

	assert_ok(plica_reconstruct(&product, synthetic->dataset, settings, NULL, &err));
	error = synthetic_error(synthetic, product);
	plica_product_free(product);
	return error;
}

/* Momentum takes ePIE farther in the same epochs. */
static void momentum_is_faster(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct synthetic synthetic;
	struct plica_settings settings;
	double plain;

	(void)state;
	params.guess_error = 0.2;
	synthetic_init(&synthetic, &params);
	assert_ok(plica_settings_init(&settings, "ePIE", &err));
	settings.num_epochs = 12;
	settings.threads = 1;
	plain = run(&synthetic, &settings);
	settings.mpie.feedback = 0.3;
	settings.mpie.period = 7;
	assert_true(run(&synthetic, &settings) < plain);
	synthetic_release(&synthetic);
}

/* A batch is a part of a full step. */
static void the_scans_illumination_converges(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct synthetic synthetic;
	struct plica_settings settings;

	(void)state;
	synthetic_init(&synthetic, &params);
	assert_ok(plica_settings_init(&settings, "rPIE", &err));
	settings.num_epochs = 60;
	settings.threads = 1;
	settings.batch_size = 13;
	settings.object.illumination = PLICA_PIE_SCAN;
	assert_true(run(&synthetic, &settings) < 0.1);
	synthetic_release(&synthetic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_batch_is_the_formula),
		cmocka_unit_test(momentum_is_faster),
		cmocka_unit_test(the_scans_illumination_converges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
