/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Comparison of a reconstruction with a reference (the truth, or another reconstruction).
 *
 * What ptychographic data cannot determine is removed first. In the coordinates (y, x) of the
 * reference's pixels the reconstruction R and the reference T are taken to be related by
 *
 *     R(y, x) = f exp(2 pi i (k_y (y - y_c) / H + k_x (x - x_c) / W)) T(y - s_y, x - s_x)
 *
 * with the complex factor f, the linear phase ramp k (in cycles over the area compared, which is
 * H rows by W columns; y_c = (row0 + row1) / 2, x_c alike) and the shift s (in pixels). The factor
 * and the four real numbers k and s are those that minimise the complex NRMSE; struct plica_removed
 * holds them, and all figures are of the reconstruction with the three taken out, over the area
 * alone. On request the reconstruction is first turned and mirrored in all eight ways, each with
 * and without complex conjugation, and the one of the sixteen that fits best is taken.
 *
 * The shift is made by Fourier interpolation over the area and a margin of max_shift_px + 4 around it,
 * where the reconstruction reaches so far (beyond its rim: its mirror image). A shift by half a
 * pixel of a strong object rings a little: an NRMSE below about 0.005 (0.02 for phases of several
 * radians) then measures that.
 *
 * Every figure is a struct plica_metric: a number, or the reason why there is none. The figures
 * are formed in double precision from the single-precision arrays `aligned` and `reference` of
 * the result, so that anybody can form them again from these two.
 *
 * Definitions (a: aligned reconstruction, t: reference, both over the area; sums and means carry
 * the weight of the input when it has one):
 *
 *     complex NRMSE   sqrt(sum |a - t|^2 / sum |t|^2)
 *     amplitude error |a| - |t|; phase error arg(a conj(t)) in (-pi, pi], radians
 *     RMSE, MAE, MSE  of these errors
 *     PSNR            10 log10(range^2 / MSE) dB, range = max - min of the reference
 *     SSIM            scikit-image's: 7 x 7 uniform window, sample covariance, 3 px border left out;
 *                     of |.|, and of the phase counted from the reference's smallest (below)
 *     MS-SSIM         Wang, Simoncelli and Bovik (Asilomar 2003): five scales, 11 x 11 Gaussian
 *                     window of sigma 1.5; both pictures smoothed beforehand, see the options
 *     FRC             Fourier ring correlation over the largest centred square, Hann window, rings
 *                     one frequency bin wide; thresholds of van Heel and Schatz (2005)
 *     R-factor, E_F   of the measured data: plica_dataset_residual (plica/residual.h)
 *     ..._ptychopinn  PtychoPINN's own definitions, so that its tables can be made again; not to be
 *                     mixed with the others (doc/numerics.md, "PtychoPINN's figures")
 *
 * The phase pictures of SSIM, MS-SSIM and `range` are arg(a / u) and arg(t / u), where u is the
 * direction of the sum of t: so the middle of the reference's phases, not the accident of its
 * constant phase, is farthest from the cut at pi. SSIM, MS-SSIM, FRC and PtychoPINN's figures
 * ignore the weight.
 *
 * With n photons per object pixel the phase of one pixel is not known better than 1 / (2 sqrt(n))
 * rad. When the options say n, a phase RMSE below half of that is not believed, nor is what is
 * formed from the same errors: the complex NRMSE, MAE, MSE and PSNR of the phase have this as their
 * reason.
 */
#ifndef PLICA_COMPARE_H
#define PLICA_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "plica/error.h"

/** The shortest side of an area that can be compared, px. */
#define PLICA_COMPARE_LEAST_PX 8
/** The widest smoothing before MS-SSIM, sigma in px. */
#define PLICA_COMPARE_MOST_SIGMA_PX 8

/** A complex object on its pixel grid; borrowed. Row-major, contiguous. */
struct plica_compare_object {
	size_t rows;
	size_t cols;
	const float _Complex *data;
	/** Coordinates of pixel [0, 0], in a frame that both objects share; fractions allowed. */
	double origin_y_px;
	double origin_x_px;
};

/** Rows row0 ... row1 - 1 and columns col0 ... col1 - 1 of the reference's array. */
struct plica_compare_area {
	size_t row0;
	size_t row1;
	size_t col0;
	size_t col1;
};

struct plica_compare_input {
	struct plica_compare_object reconstruction;
	struct plica_compare_object reference;
	struct plica_compare_area area;
	/** One weight >= 0 per pixel of the reference (rows * cols), or NULL: all equal. */
	const float *weight;
};

/** What a mask leaves of an area. */
struct plica_compare_mask {
	double share;          /**< of the area's pixels, 0 to 1 */
	double photons_per_px; /**< mean illumination of these pixels */
};

/** The level of plica_compare_mask unless somebody wants another. */
#define PLICA_COMPARE_MASK_LEVEL 0.1

/**
 * Makes an illumination (photons per pixel of the reference, rows * cols) the weights of a
 * comparison, in place: 1 where it has `level` of its largest value or more, else 0; 0 everywhere
 * without any light, unless the level is 0.
 */
PLICA_API void plica_compare_mask(struct plica_compare_mask *out, float *illumination,
	const struct plica_compare_input *input, double level);

struct plica_compare_options {
	/** Largest shift looked for on either axis, 1 to 1000 px; default 20. */
	double max_shift_px;
	/** Gaussian smoothing of both pictures before MS-SSIM, sigma in px, 0 (none) to
	 * PLICA_COMPARE_MOST_SIGMA_PX; default 1. */
	double msssim_sigma_px;
	/** Try the eight orientations, with and without conjugation; default false. */
	bool try_orientations;
	/** Photons per object pixel that the data hold; 0 = unknown (default): no figure is then
	 * found to be better than shot noise allows. Only for comparisons with a truth. */
	double photons_per_px;
};

/** Sets the defaults. */
PLICA_API void plica_compare_options_init(struct plica_compare_options *options);

/** A figure, or why there is none: `value` is NaN exactly when `reason` is not NULL. The text is
 * static, a clause in lower case. */
struct plica_metric {
	double value;
	const char *reason;
};

/** The figures, in the order in which they are shown. */
enum plica_metric_kind {
	PLICA_METRIC_NRMSE,
	PLICA_METRIC_PHASE_RMSE,
	PLICA_METRIC_AMPLITUDE_RMSE,
	PLICA_METRIC_PHASE_MAE,
	PLICA_METRIC_AMPLITUDE_MAE,
	PLICA_METRIC_PHASE_MSE,
	PLICA_METRIC_AMPLITUDE_MSE,
	PLICA_METRIC_PHASE_PSNR,
	PLICA_METRIC_AMPLITUDE_PSNR,
	PLICA_METRIC_PHASE_SSIM,
	PLICA_METRIC_AMPLITUDE_SSIM,
	PLICA_METRIC_PHASE_MSSSIM,
	PLICA_METRIC_AMPLITUDE_MSSSIM,
	PLICA_METRIC_FRC_HALF,     /**< first crossing of 0.5, fraction of Nyquist */
	PLICA_METRIC_FRC_SEVENTH,  /**< of 1/7 */
	PLICA_METRIC_FRC_ONE_BIT,  /**< of the 1-bit curve */
	PLICA_METRIC_FRC_HALF_BIT, /**< of the 1/2-bit curve */
	PLICA_METRIC_FRC_MEAN,     /**< mean of the curve from the first ring to Nyquist */
	/* of the data, not of the two objects: plica_compare leaves a reason in them */
	PLICA_METRIC_R_FACTOR,
	PLICA_METRIC_FOURIER_ERROR,
	PLICA_METRIC_PHASE_MAE_PTYCHOPINN,
	PLICA_METRIC_AMPLITUDE_MAE_PTYCHOPINN,
	PLICA_METRIC_PHASE_MSE_PTYCHOPINN,
	PLICA_METRIC_AMPLITUDE_MSE_PTYCHOPINN,
	PLICA_METRIC_PHASE_PSNR_PTYCHOPINN,
	PLICA_METRIC_AMPLITUDE_PSNR_PTYCHOPINN,
	PLICA_METRIC_PHASE_SSIM_PTYCHOPINN,
	PLICA_METRIC_AMPLITUDE_SSIM_PTYCHOPINN,
	PLICA_METRIC_PHASE_MSSSIM_PTYCHOPINN,
	PLICA_METRIC_AMPLITUDE_MSSSIM_PTYCHOPINN,
	PLICA_METRIC_PHASE_FRC50_PTYCHOPINN, /**< a ring's index, fractions allowed */
	PLICA_METRIC_AMPLITUDE_FRC50_PTYCHOPINN,
	PLICA_METRIC_COUNT,
};

/** The first of PtychoPINN's figures; all that follow are its own as well. */
#define PLICA_METRIC_PTYCHOPINN PLICA_METRIC_PHASE_MAE_PTYCHOPINN

/** The name in files ("phase_rmse"), and the one for people ("phase RMSE"); never NULL. */
PLICA_API const char *plica_metric_key(enum plica_metric_kind kind);
PLICA_API const char *plica_metric_label(enum plica_metric_kind kind);
/** "rad", "dB", "of Nyquist" or "". */
PLICA_API const char *plica_metric_unit(enum plica_metric_kind kind);

/** What is done to the array of a reconstruction, about its centre, before it is aligned. Rotations
 * are anticlockwise as the array is drawn, row 0 on top. */
enum plica_orientation {
	PLICA_ORIENTATION_IDENTITY,
	PLICA_ORIENTATION_FLIP_Y,     /**< rows in reverse order */
	PLICA_ORIENTATION_FLIP_X,     /**< columns in reverse order */
	PLICA_ORIENTATION_ROTATE_180, /**< both */
	PLICA_ORIENTATION_TRANSPOSE,  /**< rows become columns */
	PLICA_ORIENTATION_ROTATE_90,
	PLICA_ORIENTATION_ROTATE_270,
	PLICA_ORIENTATION_ANTITRANSPOSE, /**< the transpose, rotated by 180 degrees */
	PLICA_ORIENTATION_COUNT,
};

/** "identity", "flip-y", "rotate-90", ...; never NULL. */
PLICA_API const char *plica_orientation_name(enum plica_orientation orientation);

/** f, k and s of the model above, and what was done to the reconstruction before. */
struct plica_removed {
	double factor_re;
	double factor_im;
	double ramp_y_cycles; /**< over the rows of the area */
	double ramp_x_cycles; /**< over its columns */
	double shift_y_px;    /**< beyond what the two origins say */
	double shift_x_px;
	enum plica_orientation orientation; /**< identity unless others were to be tried */
	bool conjugated;
};

/** The FRC curve; ring i gathers the frequencies whose distance from zero rounds to i bins. */
struct plica_frc_curve {
	size_t ring_count; /**< side / 2 + 1 of the square */
	double *frequency; /**< of each ring, as a fraction of Nyquist: 2 i / side */
	double *frc;       /**< in [-1, 1]; NaN where a ring has no power */
	double *one_bit;   /**< threshold curves */
	double *half_bit;
};

struct plica_comparison {
	struct plica_removed removed;
	/** What was compared: the input's area, less rows and columns at its rim that the shifted
	 * reconstruction does not cover. */
	struct plica_compare_area area;
	struct plica_metric metric[PLICA_METRIC_COUNT];
	double amplitude_range; /**< max - min of the reference's amplitude over the area */
	double phase_range_rad; /**< the same of its phase */
	struct plica_frc_curve frc;
	size_t rows; /**< of the two arrays: row1 - row0 of the area */
	size_t cols;
	float _Complex *aligned;   /**< the reconstruction with f, k and s removed */
	float _Complex *reference; /**< the reference over the area */
};

/**
 * Compares; `options` NULL means the defaults. Free the result with plica_comparison_free.
 *
 * Errors: PLICA_ERR_ARGUMENT for an area that is empty, too small or outside the reference, for
 * options out of range; PLICA_ERR_DATA when the reconstruction does not cover the area or is zero
 * over it, the reference is flat over it (no truth to compare with) or all weights there are zero;
 * PLICA_ERR_NUMERIC for NaN or infinite pixels.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_compare(struct plica_comparison **out,
	const struct plica_compare_input *input, const struct plica_compare_options *options,
	struct plica_error *err);
PLICA_API void plica_comparison_free(struct plica_comparison *comparison);

/** Where the FRC first crosses another threshold, as a fraction of Nyquist; no number where
 * PLICA_METRIC_FRC_MEAN is none, for the same reason. */
PLICA_API struct plica_metric plica_comparison_crossing(
	const struct plica_comparison *comparison, double threshold);

/**
 * The area that a scan covers well, in a reference whose pixel [0, 0] is at the origin of
 * `reference`: from the smallest position rounded up to the largest rounded down, cut at the
 * reference's rim. PLICA_ERR_DATA when that is less than PLICA_COMPARE_LEAST_PX a side.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_compare_area_of_positions(
	struct plica_compare_area *out, const struct plica_compare_object *reference,
	const double *y_px, const double *x_px, size_t count, struct plica_error *err);

/** The part of the reference that the reconstruction covers; the same errors. */
PLICA_API PLICA_MUST_USE enum plica_status plica_compare_area_of_overlap(
	struct plica_compare_area *out, const struct plica_compare_object *reference,
	const struct plica_compare_object *reconstruction, struct plica_error *err);

#endif
