/* SPDX-License-Identifier: BSD-3-Clause */
/* What the detector did to the patterns is undone, or left out, by every engine. */
#include <math.h>
#include <string.h>

#include "plica/reconstruct.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

static void make_scan(struct synthetic *synthetic)
{
	struct synthetic_params params = synthetic_defaults();

	params.diffuse = true; /* no pixel is dark by itself */
	params.guess_error = 0.2;
	synthetic_init(synthetic, &params);
}

static struct plica_settings settings_of(const char *algorithm)
{
	struct plica_settings settings;

	assert_ok(plica_settings_init(&settings, algorithm, &err));
	settings.num_epochs = 20;
	settings.batch_size = 16;
	settings.threads = 1;
	return settings;
}

static double run(const struct synthetic *synthetic, const struct plica_settings *settings,
	struct plica_product **product)
{
	struct plica_product *made = NULL;
	double error;

	assert_ok(plica_reconstruct(&made, synthetic->dataset, settings, NULL, &err));
	error = synthetic_error(synthetic, made);
	if (product != NULL)
		*product = made;
	else
		plica_product_free(made);
	return error;
}

/* Calls `change` for every stored amplitude, with a number of its own. */
static void change_patterns(
	const struct plica_dataset *dataset, float (*change)(float amplitude, size_t number))
{
	float *amplitudes = dataset->patterns;
	size_t pixels = dataset->pattern_px * dataset->pattern_px;

	for (size_t k = 0; k < dataset->pattern_count * pixels; k++)
		amplitudes[k] = change(amplitudes[k], k);
}

static float as_stored(float amplitude, size_t number)
{
	(void)number;
	return sqrtf(3.5F * amplitude * amplitude + 40.0F);
}

/* Counts in stored units with an offset give what the photons themselves do. */
static void gain_and_offset_are_undone(void **state)
{
	const char *const *names = plica_algorithms();
	struct synthetic synthetic;
	double plain[8];

	(void)state;
	make_scan(&synthetic);
	for (size_t i = 0; names[i] != NULL; i++) {
		struct plica_settings settings = settings_of(names[i]);

		plain[i] = run(&synthetic, &settings, NULL);
	}
	change_patterns(synthetic.dataset, as_stored);
	for (size_t i = 0; names[i] != NULL; i++) {
		struct plica_settings settings = settings_of(names[i]);
		struct plica_product *product = NULL;
		double error;

		settings.data.gain = 3.5;
		settings.data.offset = 40.0;
		error = run(&synthetic, &settings, &product);
		print_message("# %s: %.4g, %.4g of photons\n", names[i], error, plain[i]);
		assert_close(error, plain[i], 0.02 * plain[i] + 1e-3);
		assert_close(product->negative_counts, 0.0, 0.0);
		plica_product_free(product);
	}
	synthetic_release(&synthetic);
}

/* Pixels die at random, other ones in every pattern. */
static float as_dead(float amplitude, size_t number)
{
	return number * 2654435761U % 1000 < 80 ? 0.0F : amplitude;
}

static void dead_pixels_are_left_out(void **state)
{
	const char *const *names = plica_algorithms();
	struct synthetic synthetic;

	(void)state;
	make_scan(&synthetic);
	change_patterns(synthetic.dataset, as_dead);
	for (size_t i = 0; names[i] != NULL; i++) {
		struct plica_settings settings = settings_of(names[i]);
		struct plica_product *product = NULL;
		double with, without;

		with = run(&synthetic, &settings, NULL);
		settings.exclude_below = 0.0;
		without = run(&synthetic, &settings, &product);
		print_message("# %s: %.4g without dead pixels, %.4g with; loss %.3g\n", names[i],
			without, with, product->loss[product->epoch_count - 1]);
		assert_true(without < 0.5 * with);
		assert_true(product->fourier_error < 1e-3);
		plica_product_free(product);
	}
	synthetic_release(&synthetic);
}

#define BLUR_PX 0.7

/* One axis of all patterns, `pitch` floats from pixel to pixel; cyclic, in double. */
static void blur_axis(const struct plica_dataset *dataset, size_t pitch)
{
	size_t side = dataset->pattern_px;
	float *patterns = dataset->patterns;
	double weight[7], total = 0.0, line[64];

	for (int t = 0; t < 7; t++)
		total += weight[t] = exp(-0.5 * (t - 3) * (t - 3) / (BLUR_PX * BLUR_PX));
	for (size_t k = 0; k < dataset->pattern_count * side; k++) {
		float *first =
			patterns + (pitch == 1 ? k * side : k / side * side * side + k % side);

		for (size_t x = 0; x < side; x++) {
			line[x] = 0.0;
			for (size_t t = 0; t < 7; t++)
				line[x] += weight[t] / total *
					   (double)first[(x + side + t - 3) % side * pitch];
		}
		for (size_t x = 0; x < side; x++)
			first[x * pitch] = (float)line[x];
	}
}

static float squared(float amplitude, size_t number)
{
	(void)number;
	return amplitude * amplitude;
}

static float rooted(float counts, size_t number)
{
	(void)number;
	return sqrtf(counts);
}

/* A detector that spreads its signal, known or not. */
static void a_known_blur_is_undone(void **state)
{
	const char *const *names = plica_algorithms();
	struct synthetic synthetic;

	(void)state;
	make_scan(&synthetic);
	change_patterns(synthetic.dataset, squared);
	blur_axis(synthetic.dataset, 1);
	blur_axis(synthetic.dataset, synthetic.side);
	change_patterns(synthetic.dataset, rooted);
	for (size_t i = 0; names[i] != NULL; i++) {
		struct plica_settings settings = settings_of(names[i]);
		struct plica_product *product[2];
		double error[2];

		for (int known = 0; known < 2; known++) {
			settings.diffraction_blur_px = known ? BLUR_PX : 0.0;
			error[known] = run(&synthetic, &settings, &product[known]);
		}
		print_message("# %s: %.4g, E_F %.3g, with the blur known %.4g, %.3g\n", names[i],
			error[0], product[0]->fourier_error, error[1], product[1]->fourier_error);
		assert_true(error[1] < 0.5 * error[0]);
		assert_true(product[1]->fourier_error < 0.1 * product[0]->fourier_error);
		for (int known = 0; known < 2; known++)
			plica_product_free(product[known]);
	}
	synthetic_release(&synthetic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gain_and_offset_are_undone),
		cmocka_unit_test(dead_pixels_are_left_out),
		cmocka_unit_test(a_known_blur_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
