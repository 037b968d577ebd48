/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/packing.h"

#include <omp.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/dataset.h"
#include "recon/detector.h"

/* Patterns that are packed between two sums, and let go together. */
#define CHUNK ((size_t)64)

/* Over the valid pixels of one pattern. */
struct sums {
	double photons;
	double pixels;
	size_t negative; /* counts that were set to 0 */
};

struct packing {
	const struct plica_problem *problem;
	const struct plica_dataset *dataset;
	float *target;  /* of all patterns */
	float *natural; /* one pattern for each thread */
	struct sums sums[CHUNK];
	struct sums total;
	double mask_pixels; /* valid by the mask */
	bool same_pixels;   /* no pattern so far has other valid pixels than these */
};

static double pixels_of_mask(const struct plica_dataset *dataset)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	size_t valid = 0;

	for (size_t k = 0; k < pixels; k++)
		valid += dataset->mask == NULL || dataset->mask[k] != 0;
	return (double)valid;
}

static void mark_invalid(float *amplitudes, const struct plica_dataset *dataset)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;

	if (dataset->mask == NULL)
		return;
	for (size_t k = 0; k < pixels; k++)
		if (dataset->mask[k] == 0)
			amplitudes[k] = -1.0F;
}

static struct sums sums_of(const float *amplitudes, size_t count)
{
	double photons = 0.0;
	double pixels = 0.0;

#pragma omp simd reduction(+ : photons, pixels)
	for (size_t k = 0; k < count; k++) {
		bool valid = amplitudes[k] >= 0.0F;

		photons += valid ? (double)amplitudes[k] * (double)amplitudes[k] : 0.0;
		pixels += valid ? 1.0 : 0.0;
	}
	return (struct sums){.photons = photons, .pixels = pixels};
}

/* Amplitudes, -1 where invalid. */
static struct sums load_pattern(float *natural, const struct packing *packing, size_t index)
{
	const struct plica_settings *settings = packing->problem->settings;
	size_t pixels = packing->problem->side * packing->problem->side;
	size_t negative = 0;
	struct sums sums;

	plica_dataset_amplitudes(natural, packing->dataset, index);
	mark_invalid(natural, packing->dataset);
	if (plica_detector_is_calibrated(settings))
		negative = plica_detector_calibrate(natural, pixels, settings);
	sums = sums_of(natural, pixels);
	sums.negative = negative;
	return sums;
}

static void pack_pattern(struct packing *packing, size_t index)
{
	const struct plica_kernels *kernels = packing->problem->kernels;
	size_t pixels = kernels->size * kernels->size;
	float *natural = packing->natural + (size_t)omp_get_thread_num() * pixels;

	packing->sums[index % CHUNK] = load_pattern(natural, packing, index);
	kernels->table->pattern_from(
		kernels, packing->target + index * kernels->pattern_floats, natural);
}

static void pack_chunk(struct packing *packing, size_t first, size_t end)
{
#pragma omp parallel for schedule(static) num_threads(packing->problem->threads)
	for (size_t i = first; i < end; i++)
		pack_pattern(packing, i);
	for (size_t i = first; i < end; i++) { /* in order, whatever the threads */
		const struct sums *sums = &packing->sums[i % CHUNK];

		packing->total.photons += sums->photons;
		packing->total.pixels += sums->pixels;
		packing->total.negative += sums->negative;
		packing->same_pixels = packing->same_pixels && sums->pixels == packing->mask_pixels;
	}
}

/* A packed pattern takes the bytes of a stored one. */
static bool fits_in_place(const struct plica_problem *problem, const struct plica_dataset *own)
{
	return own != NULL &&
	       plica_pattern_bytes(own) == problem->kernels->pattern_floats * sizeof(float);
}

static void pack_all(struct packing *packing, struct plica_dataset *own)
{
	size_t count = packing->problem->count;
	bool in_place = own != NULL && packing->target == own->patterns;

	for (size_t first = 0; first < count; first += CHUNK) {
		size_t end = first + CHUNK < count ? first + CHUNK : count;

		pack_chunk(packing, first, end);
		if (own != NULL && !in_place)
			plica_forget((char *)own->patterns + first * plica_pattern_bytes(own),
				(end - first) * plica_pattern_bytes(own));
	}
	if (own == NULL)
		return;
	if (!in_place)
		plica_free(own->patterns);
	own->patterns = NULL;
}

static enum plica_status create(struct packing *packing, struct plica_problem *problem,
	struct plica_dataset *own, struct plica_error *err)
{
	enum plica_status status;
	size_t pixels = problem->side * problem->side;

	PLICA_TRY(PLICA_NEW(&packing->natural, (size_t)problem->threads * pixels, err));
	if (fits_in_place(problem, own))
		problem->patterns = own->patterns;
	else
		PLICA_TRY(plica_allocate((void **)(void *)&problem->patterns, problem->count,
			problem->kernels->pattern_floats * sizeof(float), err));
	packing->target = problem->patterns;
out:
	return status;
}

enum plica_status plica_pack_patterns(struct plica_problem *problem,
	const struct plica_dataset *dataset, struct plica_dataset *own, struct plica_error *err)
{
	enum plica_status status;
	struct packing packing = {.problem = problem,
		.dataset = dataset,
		.mask_pixels = pixels_of_mask(dataset),
		.same_pixels = true};
	double count = (double)problem->count;

	PLICA_TRY(create(&packing, problem, own, err));
	pack_all(&packing, own);
	problem->photons = packing.total.photons / count;
	problem->valid_pixels = packing.total.pixels / count;
	problem->negative_counts = packing.total.negative;
	problem->same_pixels = packing.same_pixels;
	if (!(packing.total.photons > 0.0))
		status = plica_error_set(err, PLICA_ERR_DATA,
			"nothing to reconstruct: no photon in any valid pixel of %zu patterns",
			problem->count);
out:
	plica_free(packing.natural);
	return status;
}
