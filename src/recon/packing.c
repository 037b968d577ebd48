/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/packing.h"

#include <math.h>
#include <omp.h>
#include <stdint.h>

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
	float *natural; /* one pattern for each thread */
	float *ordered; /* likewise, in the kernels' order, before it becomes counts; or NULL */
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

/* Of whole photon counts, or -1. */
static void store_counts(uint16_t *counts, const float *amplitudes, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		float rounded = amplitudes[k] * amplitudes[k] + 0.5F;
		bool valid = amplitudes[k] >= 0.0F;

		counts[k] = (uint16_t)(valid ? (int32_t)rounded : PLICA_INVALID_COUNT);
	}
}

static void pack_pattern(struct packing *packing, size_t index)
{
	const struct plica_problem *problem = packing->problem;
	const struct plica_kernels *kernels = problem->kernels;
	size_t thread = (size_t)omp_get_thread_num();
	float *natural = packing->natural + thread * kernels->size * kernels->size;
	size_t floats = kernels->pattern_floats;
	float *ordered = problem->counted ? packing->ordered + thread * floats
					  : (float *)problem->patterns + index * floats;

	packing->sums[index % CHUNK] = load_pattern(natural, packing, index);
	kernels->table->pattern_from(kernels, ordered, natural);
	if (problem->counted)
		store_counts((uint16_t *)problem->patterns + index * floats, ordered, floats);
}

static void pack_chunk(struct packing *packing, size_t first, size_t end, int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
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

size_t plica_packed_bytes(const struct plica_kernels *kernels, bool counted)
{
	return kernels->pattern_floats * (counted ? sizeof(uint16_t) : sizeof(float));
}

/* A packed pattern takes the bytes of a stored one, or at most half of them: then all chunks but
 * the first go where everything has been read. */
static bool fits_in_place(const struct plica_problem *problem, const struct plica_dataset *own)
{
	size_t packed = plica_packed_bytes(problem->kernels, problem->counted);
	size_t stored = plica_pattern_bytes(own);

	return packed == stored || 2 * packed <= stored;
}

/* The patterns' memory, of which each chunk that has been read goes back, if it is not the same. */
static void pack_all(struct packing *packing, struct plica_dataset *own)
{
	const struct plica_problem *problem = packing->problem;
	size_t count = problem->count;
	bool in_place = own != NULL && problem->patterns == own->patterns;
	bool shrinks = in_place && plica_packed_bytes(problem->kernels, problem->counted) !=
					   plica_pattern_bytes(own);

	for (size_t first = 0; first < count; first += CHUNK) {
		size_t end = first + CHUNK < count ? first + CHUNK : count;

		pack_chunk(packing, first, end, shrinks && first == 0 ? 1 : problem->threads);
		if (own != NULL && !in_place)
			plica_forget((char *)own->patterns + first * plica_pattern_bytes(own),
				(end - first) * plica_pattern_bytes(own));
	}
}

/* After the last pattern. */
static void give_back(const struct plica_problem *problem, struct plica_dataset *own)
{
	size_t packed = problem->count * plica_packed_bytes(problem->kernels, problem->counted);
	size_t stored = problem->count * plica_pattern_bytes(own);

	if (problem->patterns != own->patterns)
		plica_free(own->patterns);
	else
		plica_forget((char *)own->patterns + packed, stored - packed);
	own->patterns = NULL;
}

/* Are these the roots of whole numbers that fit, bit for bit? Negative ones are invalid. */
static bool are_roots(const float *amplitudes, size_t count)
{
	const float most = (float)PLICA_INVALID_COUNT;
	int32_t others = 0;

#pragma omp simd reduction(+ : others)
	for (size_t k = 0; k < count; k++) {
		float square = amplitudes[k] * amplitudes[k];
		int32_t whole = (int32_t)((square < most ? square : most) + 0.5F);
		bool same = sqrtf((float)whole) == amplitudes[k] && whole < PLICA_INVALID_COUNT;

		others += same || amplitudes[k] < 0.0F ? 0 : 1;
	}
	return others == 0;
}

static bool chunk_is_counted(
	const struct plica_dataset *dataset, size_t first, float *natural, int threads)
{
	size_t end =
		first + CHUNK < dataset->pattern_count ? first + CHUNK : dataset->pattern_count;
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	bool counted = true;

#pragma omp parallel for schedule(static) reduction(&& : counted) num_threads(threads)
	for (size_t i = first; i < end; i++) {
		float *amplitudes = natural + (size_t)omp_get_thread_num() * pixels;

		plica_dataset_amplitudes(amplitudes, dataset, i);
		mark_invalid(amplitudes, dataset);
		counted = counted && are_roots(amplitudes, pixels);
	}
	return counted;
}

enum plica_status plica_are_counts(bool *out, const struct plica_dataset *dataset,
	const struct plica_settings *settings, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	int threads = plica_problem_threads(settings);
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	float *natural = NULL;

	*out = settings->data.gain == 1.0 && settings->data.offset == 0.0;
	PLICA_TRY(PLICA_NEW(&natural, (size_t)threads * pixels, err));
	for (size_t first = 0; *out && first < dataset->pattern_count; first += CHUNK)
		*out = chunk_is_counted(dataset, first, natural, threads);
out:
	plica_free(natural);
	return status;
}

static enum plica_status create(struct packing *packing, struct plica_problem *problem,
	struct plica_dataset *own, struct plica_error *err)
{
	enum plica_status status;
	size_t threads = (size_t)problem->threads;

	PLICA_TRY(plica_are_counts(&problem->counted, packing->dataset, problem->settings, err));
	PLICA_TRY(PLICA_NEW(&packing->natural, threads * problem->side * problem->side, err));
	if (problem->counted)
		PLICA_TRY(PLICA_NEW(
			&packing->ordered, threads * problem->kernels->pattern_floats, err));
	if (own != NULL && fits_in_place(problem, own))
		problem->patterns = own->patterns;
	else
		PLICA_TRY(plica_allocate(&problem->patterns, problem->count,
			plica_packed_bytes(problem->kernels, problem->counted), err));
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
	if (own != NULL)
		give_back(problem, own);
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
	plica_free(packing.ordered);
	return status;
}
