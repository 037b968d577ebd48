/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The product: what a reconstruction gives.
 *
 * File `reconstruction.npz`: reconstructed_object (H, W) complex64; object_origin (2,) float64,
 * row and column of its pixel [0, 0] in the coordinates of ycoords/xcoords; after denoising also
 * reconstructed_object_raw; reconstructed_probe (N, N) or (modes, N, N) complex64; where they were
 * asked for reconstructed_background (N, N) float32 and intensity (n,) float64; negative_counts ()
 * float64 where there were any; ycoords, xcoords (refined positions); position_map (4,) float64 of
 * refined ones (scale, asymmetry, rotation_rad, shear_rad); loss (epochs,) float64, what
 * displayed_loss_function says, the mean squared amplitude residual as a rule; algorithm,
 * timestamp, plica_version, options (JSON), input (JSON: path, sha256) strings.
 */
#ifndef PLICA_PRODUCT_H
#define PLICA_PRODUCT_H

#include <stddef.h>

#include "plica/error.h"

/** How refined positions lie to those given, by the least squares of an affine map
 * (doc/numerics.md, "Affine model"). */
struct plica_position_map {
	double scale;        /**< 1: none */
	double asymmetry;    /**< of the scale, y against x */
	double rotation_rad; /**< from x to y */
	double shear_rad;
};

struct plica_product {
	size_t object_rows, object_cols;
	float _Complex *object;
	float _Complex *object_raw; /**< before denoising, same shape; NULL without denoising */
	double origin_y_px, origin_x_px; /**< of object[0, 0] in the dataset's coordinates */
	size_t probe_modes, probe_px;
	float _Complex *probe; /**< probe_modes * N * N, sum |P|^2 = photons */
	float *background;     /**< N * N photons of every pattern, zero frequency at N/2; NULL */
	size_t position_count;
	double *y_px, *x_px; /**< positions, refined where that was asked for */
	double *intensity;   /**< photons at each position, relative to their mean; NULL: all 1 */
	/** Of refined positions; NULL: they are not, or do not determine one. */
	struct plica_position_map *position_map;
	size_t epoch_count;
	double *loss;           /**< one value an epoch */
	double fourier_error;   /**< E_F of the final object and probe; NaN when unknown */
	double negative_counts; /**< valid pixels whose counts were negative and set to 0 */
	char *algorithm;
	char *timestamp;    /**< ISO 8601, UTC */
	char *options_json; /**< NULL when unknown */
	char *input_json;   /**< path and sha256 of the input; NULL when unknown */
	char *version;      /**< of the program that made it; NULL when unknown */
};

/** Loads any reconstruction file of the contract: ours, pty-chi's, Tike's or a network's
 * (`reconstructed_object` or `psi`, or a pair of real pictures: reconstructed_amplitude and
 * reconstructed_phase, object_amplitude and object_phase, amplitude and phase, in radians). A
 * missing origin is (0, 0). */
PLICA_API PLICA_MUST_USE enum plica_status plica_product_load(
	struct plica_product **out, const char *path, struct plica_error *err);
/** Writes the file atomically. */
PLICA_API PLICA_MUST_USE enum plica_status plica_product_save(
	const struct plica_product *product, const char *path, struct plica_error *err);
/** Writes the 2 x 2 picture (object and probe, amplitude and phase) as PNG, atomically. */
PLICA_API PLICA_MUST_USE enum plica_status plica_product_save_picture(
	const struct plica_product *product, const char *path, struct plica_error *err);
PLICA_API void plica_product_free(struct plica_product *product);

#endif
