/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Seconds per epoch, beside the floor: two transforms per pattern, the data in the cache. What is
 * above the floor is what the engine's own passes cost. One line for each size and number of
 * threads; the fastest of the epochs after the first, since that one warms everything up.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/try.h"
#include "num/fft.h"
#include "plica/reconstruct.h"
#include "plica/simulate.h"

#define EPOCHS 12
#define TRANSFORMS 4000
#define DOSE_PHOTONS 1e4

struct stopwatch {
	double last_s;
	double best_s; /* of one epoch; 0 before the second */
};

static int on_epoch(void *context, const struct plica_progress *progress)
{
	struct stopwatch *watch = context;
	double epoch_s = progress->seconds - watch->last_s;

	watch->last_s = progress->seconds;
	if (progress->epoch > 1 && (watch->best_s <= 0.0 || epoch_s < watch->best_s))
		watch->best_s = epoch_s;
	return 0;
}

static enum plica_status make_data(
	struct plica_dataset **out, size_t pattern_px, size_t count, struct plica_error *err)
{
	enum plica_status status;
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene *scene = NULL;

	params.pattern_px = pattern_px;
	params.count = count;
	PLICA_TRY(plica_scene_create(&scene, &params, err));
	PLICA_TRY(plica_scene_expose(out, scene, DOSE_PHOTONS, 42, err));
out:
	plica_scene_free(scene);
	return status;
}

/* Seconds for one transform of one thread, over and over on the same array. */
static enum plica_status measure_transform(double *out_s, size_t side, struct plica_error *err)
{
	enum plica_status status;
	struct plica_fft *fft = NULL;
	float _Complex *data = NULL;
	double start_s;

	PLICA_TRY(plica_fft_create(&fft, side, side, err));
	PLICA_TRY(PLICA_NEW(&data, side * side, err));
	start_s = plica_seconds();
	for (int i = 0; i < TRANSFORMS; i++)
		plica_fft_forward(fft, data);
	*out_s = (plica_seconds() - start_s) / TRANSFORMS;
out:
	plica_free(data);
	plica_fft_free(fft);
	return status;
}

static enum plica_status measure_epoch(double *out_s, const struct plica_dataset *dataset,
	const char *algorithm, long threads, struct plica_error *err)
{
	enum plica_status status;
	struct plica_product *product = NULL;
	struct plica_settings settings;
	struct stopwatch watch = {0};
	const struct plica_reconstruct_hooks hooks = {.progress = on_epoch, .context = &watch};

	PLICA_TRY(plica_settings_init(&settings, algorithm, err));
	settings.num_epochs = EPOCHS;
	settings.threads = threads;
	PLICA_TRY(plica_reconstruct(&product, dataset, &settings, &hooks, err));
	*out_s = watch.best_s;
out:
	plica_product_free(product);
	return status;
}

static enum plica_status bench(size_t side, size_t count, struct plica_error *err)
{
	enum plica_status status;
	struct plica_dataset *dataset = NULL;
	double transform_s;

	PLICA_TRY(make_data(&dataset, side, count, err));
	PLICA_TRY(measure_transform(&transform_s, side, err));
	for (long threads = 1; threads <= omp_get_num_procs(); threads *= 2) {
		double floor_s = 2.0 * (double)count * transform_s / (double)threads;
		double epoch_s;

		PLICA_TRY(measure_epoch(&epoch_s, dataset, "LSQML", threads, err));
		(void)printf("%4zu x %3zu^2  %ld thread%s  %8.2f ms/epoch  floor %7.2f ms  %5.2f "
			     "floors\n",
			count, side, threads, threads == 1 ? " " : "s", epoch_s * 1e3,
			floor_s * 1e3, epoch_s / floor_s);
		(void)fflush(stdout);
	}
out:
	plica_dataset_free(dataset);
	return status;
}

int main(void)
{
	static const struct {
		size_t side, count;
	} cases[] = {{64, 1024}, {128, 512}, {256, 128}};
	struct plica_error err = {{0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (bench(cases[i].side, cases[i].count, &err) != PLICA_OK) {
			(void)fprintf(stderr, "bench-epoch: %s\n", err.text);
			return EXIT_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}
