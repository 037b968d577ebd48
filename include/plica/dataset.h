/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The dataset: measured diffraction patterns with their positions, first guesses and provenance.
 *
 * File contract DATA-001 (an NPZ archive):
 *
 *   diffraction        (n, N, N)  amplitude, the square root of photon counts; zero frequency
 *   (alias diff3d)                at index N/2. Float types; integer types are taken as counts.
 *   probeGuess         (N, N) or (modes, N, N) complex: the illumination
 *   objectGuess        (H, W) complex: ground truth or first guess
 *   xcoords, ycoords   (n,) real: patch centres in pixels of the object array, x the column
 *   mask               (N, N) optional: non-zero = valid detector pixel
 *   _metadata          () string, optional: JSON (dose, seeds, view, selection, units)
 *
 * A patch at position (y, x) covers rows y - N/2 ... y - N/2 + N - 1 of the object array, so that
 * its pixel [N/2, N/2] lies on the position. Fractions of a pixel are allowed.
 *
 * Patterns stay in their stored type; plica_dataset_amplitudes converts one pattern at a time.
 * Whatever was recognised as a legacy layout, worked around or ignored is said in `notes`.
 */
#ifndef PLICA_DATASET_H
#define PLICA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"

/** How a stored pattern value is to be read. */
enum plica_pattern_kind {
	PLICA_PATTERN_AMPLITUDE, /**< square root of photon counts */
	PLICA_PATTERN_INTENSITY, /**< photon counts */
};

enum plica_pattern_type {
	PLICA_PATTERN_F16,
	PLICA_PATTERN_F32,
	PLICA_PATTERN_F64,
	PLICA_PATTERN_U8,
	PLICA_PATTERN_U16,
	PLICA_PATTERN_U32,
};

struct plica_dataset {
	char *path;           /**< where it was loaded from; NULL for one made in memory */
	size_t pattern_count; /**< n */
	size_t pattern_px;    /**< N */
	enum plica_pattern_kind pattern_kind;
	enum plica_pattern_type pattern_type;
	void *patterns; /**< n * N * N values of that type, zero frequency at N/2 */
	double *y_px;   /**< n patch centres, rows */
	double *x_px;   /**< n patch centres, columns */
	size_t probe_modes;
	float _Complex *probe;  /**< probe_modes * N * N, in sqrt(photons): sum |P|^2 = photons */
	size_t object_rows;     /**< H, or 0 without an object */
	size_t object_cols;     /**< W */
	float _Complex *object; /**< H * W, or NULL */
	uint8_t *mask;          /**< N * N, 1 = valid, or NULL: all valid */
	char *metadata_json;    /**< the text of _metadata, or NULL */
	size_t note_count;
	char **notes; /**< what was unusual in the file, a sentence each */
};

/**
 * Loads and checks a DATA-001 file; every violation of the contract is an error that names the
 * key, what was found and what was expected. Free with plica_dataset_free.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_load(
	struct plica_dataset **out, const char *path, struct plica_error *err);

/** Writes a DATA-001 file atomically: float32 amplitudes, complex64, float64 coordinates. */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_save(
	const struct plica_dataset *dataset, const char *path, struct plica_error *err);

/**
 * A zeroed dataset in memory with float32 amplitudes; the caller fills it.
 * object_rows = 0 leaves the object out.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_create(struct plica_dataset **out,
	size_t pattern_count, size_t pattern_px, size_t probe_modes, size_t object_rows,
	size_t object_cols, struct plica_error *err);
PLICA_API void plica_dataset_free(struct plica_dataset *dataset);

/** A new dataset of the given patterns, in the given order; everything else is copied. An index
 * that is not below pattern_count is PLICA_ERR_ARGUMENT. */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_select(struct plica_dataset **out,
	const struct plica_dataset *dataset, const size_t *indices, size_t count,
	struct plica_error *err);

/** Replaces the metadata text (copied). */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_set_metadata(
	struct plica_dataset *dataset, const char *json, struct plica_error *err);

/** Pattern `index` as N * N amplitudes, zero frequency at N/2. */
PLICA_API void plica_dataset_amplitudes(
	float *out, const struct plica_dataset *dataset, size_t index);

/** Mean photons per pattern (the measured dose), summed in double over valid pixels. */
PLICA_API double plica_dataset_mean_photons(const struct plica_dataset *dataset);

/**
 * The probe guess's FWHM-equivalent diameter in pixels, over all modes: that of the uniform disc
 * with half of the power within the same radius.
 */
PLICA_API double plica_dataset_probe_diameter_px(const struct plica_dataset *dataset);

/** Mean photons per object pixel of the lit area: the box of the positions, a probe's diameter
 * larger on both axes. */
PLICA_API double plica_dataset_photons_per_px(const struct plica_dataset *dataset);

/** One finding of the contract check; `message` is a whole sentence. */
struct plica_finding {
	bool is_error; /**< else a warning */
	char *field;
	char *found;
	char *expected;
	char *message;
};

struct plica_findings {
	size_t count;
	struct plica_finding *item;
};

/**
 * The contract check of `plica validate`: every finding, not only the first. Returns an error
 * status only when the check itself could not be made (no memory); a file that cannot be opened
 * is a finding.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_validate(
	struct plica_findings *out, const char *path, struct plica_error *err);
PLICA_API void plica_findings_release(struct plica_findings *findings);

#endif
