/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Simulated data with a known truth.
 *
 * A *scene* is everything but the photons: object, probe and positions. It is made once and
 * exposed as often as wanted, at any dose and with any seed, so that a series of doses has the
 * same object, probe and positions.
 *
 * Model (doc/numerics.md): a patch at p covers the object from round(p) - N/2 on, ties to even;
 * the rest delta = p - round(p) moves the probe forward by a Fourier shift. The expected counts
 * are the sum over modes of |F[(T_delta P)(r) O(r)]|^2 with a unitary F, zero frequency at
 * [N/2, N/2]. The probe is scaled so that the mean over the scan of the expected photons of a
 * frame is the dose. Counts are Poisson deviates, keyed by (seed, index of the pattern): the same
 * seed gives the same bytes for any number of threads.
 */
#ifndef PLICA_SIMULATE_H
#define PLICA_SIMULATE_H

#include <stddef.h>
#include <stdint.h>

#include "plica/dataset.h"
#include "plica/error.h"

/** Largest dose, in photons per exposure, so that the counts of a pixel fit in 32 bits. */
#define PLICA_DOSE_LIMIT 1e9

/** A number that is NaN, a count that is 0 and a text that is NULL are "not given". */
struct plica_simulate_params {
	/** "cells", "siemens", "lines", or the path of an NPZ file with `objectGuess`. Not given:
	 * the pictures' object if there are pictures, else "cells". */
	const char *specimen;
	/** Pictures that make the object: both, of equal size, or one of them. */
	const char *amplitude_png;
	const char *phase_png;
	double amplitude_low;   /**< amplitude of black in [0, 1]; white is 1 */
	double phase_range_rad; /**< phase of white in (0, 2 pi); black is 0 */

	/** "zone-plate", "disc", "gaussian", or the path of an NPZ file with `probeGuess`. Not
	 * given: that of the specimen's NPZ file if it is one, else "zone-plate". */
	const char *probe;
	/** N, 8 to 4096; not given: 128, or the size of the file's probe. */
	size_t pattern_px;
	/** Disc: its diameter. Gaussian: full width of |P| at half maximum. Zone plate: that of the
	 * geometrical cone, which sets the defocus. Not given: 0.35 N. */
	double probe_diameter_px;
	/** Quadratic phase at the pupil's edge. Not given: 0, for a zone plate from the diameter.
	 */
	double defocus_rad;
	double pupil_fraction; /**< pupil's outer radius / N, in (0, 0.5) */
	double stop_fraction;  /**< radius of the central stop / that of the pupil, in [0, 0.9] */
	/** The probe that the dataset holds as first guess: "true", or "nominal", what a beamline
	 * would believe it to be (defocus 25 % short; without defocus a diameter 10 % too large).
	 * Not given: "nominal"; for a probe from a file, which has no nominal one, "true". */
	const char *probe_guess;

	/** "raster" or "fermat". Two of size, number and step (or overlap) fix the scan; those not
	 * given are 500 positions and an overlap of 0.7. A scan of a given object is by default as
	 * large as the object. */
	const char *scan;
	double size_px; /**< side of the scanned square, between the outermost positions */
	size_t count;   /**< number of positions */
	double step_px; /**< raster step; in general the root of the area per position */
	double overlap; /**< linear, in [0, 1): 1 - step / measured diameter of the probe */
	double jitter;  /**< in [0, 1]: moves by up to this fraction of the step, along each axis */

	uint64_t seed; /**< of specimen and scan */
	int threads;   /**< 0: as many as OpenMP likes; never changes the result */
};

/** The defaults: raster, jitter 0.2, seed 42, amplitude from 0.7, phase to 1.5 rad, a pupil of 0.18
 * N with a stop of 0.4; the rest is not given. */
PLICA_API struct plica_simulate_params plica_simulate_defaults(void);

/** A scene; owned by the caller, all arrays with it. */
struct plica_scene {
	size_t object_rows, object_cols;
	float _Complex *object;
	size_t probe_modes, pattern_px;
	/** Scaled so that the mean expected photons of a frame are 1. */
	float _Complex *probe;
	float _Complex *probe_guess; /**< of the same power */
	size_t count;
	double *y_px, *x_px;
	double step_px;           /**< as asked for */
	double probe_diameter_px; /**< measured (plica_probe_diameter_px) */
	double spacing_px;        /**< measured (plica_overlap_measure) */
	double linear_overlap;
	double area_overlap;
	char *description_json; /**< specimen, probe and scan, an object on one line */
	int threads;
};

/**
 * Makes a scene. A wrong parameter is PLICA_ERR_ARGUMENT, with the command line's name of it,
 * what was found and what was expected. Free with plica_scene_free.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_scene_create(struct plica_scene **out,
	const struct plica_simulate_params *params, struct plica_error *err);
/**
 * A scene of the same object and probe with another scan: `params` are those of `scene` but for the
 * scan. Without a size the new one is as large as the object.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_scene_rescan(struct plica_scene **out,
	const struct plica_scene *scene, const struct plica_simulate_params *params,
	struct plica_error *err);
PLICA_API void plica_scene_free(struct plica_scene *scene);

/**
 * Exposes the scene: `dose_photons` in (0, PLICA_DOSE_LIMIT] expected per frame on average.
 * `objectGuess` of the result is the truth, `probeGuess` the scene's guess at that dose; its
 * metadata say how it was made and what was measured. Free with plica_dataset_free.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_scene_expose(struct plica_dataset **out,
	const struct plica_scene *scene, double dose_photons, uint64_t seed,
	struct plica_error *err);

/**
 * The same dose as a thinning of the exposure that plica_scene_expose makes at `master_photons` with
 * this seed: each of its photons is kept with the probability dose / master. The counts are Poisson
 * deviates of the dose, and their noise goes with that of the master's and of its other thinnings.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_scene_expose_thinned(struct plica_dataset **out,
	const struct plica_scene *scene, double dose_photons, double master_photons, uint64_t seed,
	struct plica_error *err);

#endif
