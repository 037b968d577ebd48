/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The problem that engines solve: patterns, positions, object and probe in the form in which the
 * kernels want them. Made from a dataset, turned into a product.
 *
 * The object's canvas is sized from the positions, with a margin, so that no patch leaves it and
 * no loop checks. Pixel [0, 0] of the canvas lies at (origin_y, origin_x) in the dataset's
 * coordinates; the patch of position p starts at row rint(p) - N/2 - origin, and the fraction
 * delta = p - rint(p) shifts the probe (doc/numerics.md, "Fractions of a pixel").
 */
#ifndef PLICA_RECON_PROBLEM_H
#define PLICA_RECON_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "num/kernels.h"
#include "plica/dataset.h"
#include "plica/product.h"
#include "plica/settings.h"
#include "recon/blur.h"

struct plica_problem {
	const struct plica_settings *settings;
	int threads;
	size_t count;           /**< J, positions */
	size_t side;            /**< N */
	double valid_pixels;    /**< of one pattern, mean over the patterns */
	bool same_pixels;       /**< every pattern has the same valid ones, those of the mask */
	size_t negative_counts; /**< valid pixels whose negative counts were set to 0 */
	double photons;         /**< mean over the patterns */
	struct plica_kernels *kernels;
	void **work;         /**< one scratch for each thread */
	void *patterns;      /**< J patterns in the kernels' order */
	bool counted;        /**< they are counts (num/pattern.h), else amplitudes */
	double *y_px, *x_px; /**< positions, in the dataset's coordinates */
	double origin_y, origin_x;
	size_t *row, *col; /**< first pixel of each patch on the canvas */
	double *shift_y, *shift_x;
	bool shifted;  /**< plica_problem_is_shifted */
	size_t roi[4]; /**< scanned box on the canvas: row0, row1, col0, col1 */
	struct plica_planes object;
	bool flat;           /**< the object to start from is 1 everywhere */
	size_t modes;        /**< M, incoherent probe modes; all of them in what follows */
	size_t probe_floats; /**< of all modes: M waves, one after the other */
	float *probe;        /**< waves */
	float *spectrum;     /**< of `probe`; plica_problem_probe_changed brings it up to date */
	float _Complex *natural; /**< scratch for the modes in natural order */
	float *background;       /**< photons of every pattern, as a pattern; NULL: none */
	float *background_scale; /**< 1/C of it, likewise; 0 where the pixel is invalid */
	struct plica_blur *blur; /**< of the detector; NULL: none */
	double *intensity;       /**< w: factor on the amplitudes of each position; NULL: all 1 */
	struct plica_exit_wave *mode; /**< scratch: for each thread one for each mode */
};

/** Which kernels the settings want, for plica_kernels_create. */
const char *plica_problem_kernels_name(const struct plica_settings *settings);

/** How many threads the settings ask for. */
int plica_problem_threads(const struct plica_settings *settings);
/** Canvas pixels beyond the outermost patch: room for rounding, and for positions that move. */
double plica_problem_margin_px(const struct plica_settings *settings);

/** Is some position not on a whole pixel, or may it leave it? */
bool plica_problem_is_shifted(
	const struct plica_dataset *dataset, const struct plica_settings *settings);

/** `settings` must outlive the problem. */
PLICA_MUST_USE enum plica_status plica_problem_create(struct plica_problem **out,
	const struct plica_dataset *dataset, const struct plica_settings *settings,
	struct plica_error *err);
/** The same, taking *dataset over, which is freed and set to NULL in every case: its patterns are
 * never held twice. */
PLICA_MUST_USE enum plica_status plica_problem_consume(struct plica_problem **out,
	struct plica_dataset **dataset, const struct plica_settings *settings,
	struct plica_error *err);
void plica_problem_free(struct plica_problem *problem);

/** Sets the object to 1. */
void plica_problem_flatten(struct plica_problem *problem);

/** Brings patch and fraction of position `index` up to date after y_px or x_px has changed; it must
 * not leave the canvas (settings.positions.max_correction makes room). */
void plica_problem_place(struct plica_problem *problem, size_t index);
/** Brings the spectrum up to date after the probe has changed. */
void plica_problem_probe_changed(struct plica_problem *problem);
/** Pattern `index` of the problem. */
struct plica_pattern plica_problem_pattern(const struct plica_problem *problem, size_t index);
/** Sums of the present model over all positions, in position order. */
void plica_problem_sums(struct plica_problem *problem, struct plica_exit_sums *total);
/** W of every canvas pixel: the first `modes` modes' power summed over the patches at whole-pixel
 * positions (rows x object.stride floats, zeroed first). */
void plica_problem_illumination(struct plica_problem *problem, float *power, size_t modes);
/** Multiplies the probe by `factor` and brings its spectrum up to date. */
void plica_problem_scale_probe(struct plica_problem *problem, double factor);
/** Adds |P|^2 of all modes to the N x N pixels of `power`, natural order. */
void plica_problem_probe_power(const struct plica_problem *problem, float *power);
/** The modes in natural order, in `natural` of the problem, and back from there. */
void plica_problem_modes_out(const struct plica_problem *problem);
void plica_problem_modes_in(struct plica_problem *problem);

/** Object, probe and positions as a new product; the other fields are left empty. */
PLICA_MUST_USE enum plica_status plica_problem_product(
	struct plica_product **out, const struct plica_problem *problem, struct plica_error *err);

#endif
