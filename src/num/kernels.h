/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The hot loops of the engines, behind a table of functions that exists once for every
 * instruction set and once as plain loops around FFTW (every size; the oracle of the tests), there
 * also with transforms in double precision, rounded where they end.
 *
 * Shapes. N is the pattern's side. A *wave* is N * N complex numbers in real space, a *spectrum*
 * the same in Fourier space, a *pattern* N * N amplitudes on the detector, or counts in their
 * place where a function takes a struct plica_pattern (num/pattern.h); all are stored
 * in the variant's own order and only the converters below know it. They take wave_floats and
 * pattern_floats floats, multiples of 16, so that many may follow each other in one array from
 * plica_allocate; whatever of that is no pixel is 0 and stays so, so that element-wise arithmetic
 * and sums may run over all of it. Object-sized arrays are split planes (struct plica_planes).
 *
 * Units. The transform is unitary, so that sum |wave|^2 = sum |spectrum|^2 = photons.
 *
 * Determinism. One call does the work of one pattern, on one thread, in an order that depends on
 * the variant alone; sums over pixels are formed in double from fixed lanes. Results are
 * bit-identical from run to run and for any number of threads, not between variants, nor, with
 * "avx512", between makers of processors.
 *
 * Equations: doc/numerics.md (detector step, gradients, step lengths).
 */
#ifndef PLICA_NUM_KERNELS_H
#define PLICA_NUM_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "num/pattern.h"
#include "plica/error.h"

/** Split complex planes: pixel (y, x) is re[y * stride + x] + i im[y * stride + x]. The planes are
 * padded: PLICA_PLANES_PAD floats may be read (never written) past the last column of a row. */
#define PLICA_PLANES_PAD 16
struct plica_planes {
	size_t rows;
	size_t cols;
	size_t stride; /**< an odd multiple of 16, >= cols + PLICA_PLANES_PAD */
	float *re;
	float *im;
};

PLICA_MUST_USE enum plica_status plica_planes_create(
	struct plica_planes *out, size_t rows, size_t cols, struct plica_error *err);
void plica_planes_release(struct plica_planes *planes);
void plica_planes_from(struct plica_planes *planes, const float _Complex *natural);
void plica_planes_to(float _Complex *natural, const struct plica_planes *planes);

enum plica_detector_model {
	PLICA_DETECTOR_GAUSSIAN, /**< chi = F^-1[ step (sqrt(I)/|Psi| - 1) Psi ] */
	PLICA_DETECTOR_POISSON,  /**< chi = F^-1[ step ((I + e)/(|Psi|^2 + e) - 1) Psi ] */
};

/** One pattern through the model: Psi = F(A O), A = w T_delta P. */
struct plica_exit_wave {
	/** The probe's spectrum when `shifted` (A is made from it), else the probe's wave. */
	const float *probe;
	bool shifted;
	double shift_y, shift_x; /**< delta in [-1/2, 1/2] px, when `shifted` */
	float amplitude;         /**< w: the square root of this position's intensity; 1: none */
	const struct plica_planes *object;
	size_t row, col; /**< of the patch's first pixel in the object */
	struct plica_pattern pattern;
	enum plica_detector_model model;
	float step;        /**< 1 = the full projection (Gaussian) */
	float epsilon;     /**< e of the Poisson model, photons */
	float *incident;   /**< out, wave: A; may be NULL */
	float *difference; /**< out, wave: chi; NULL: only the sums are wanted */
	/** Write `incident` and `difference` past the caches, see plica_kernels_should_stream.
	 * Changes no bit of any result. */
	bool streaming;
	/** in/out: the sum over patterns of w conj(O) chi, as a spectrum with the adjoint shift
	 * applied when `shifted`, else as a wave; may be NULL. */
	float *probe_sum;
};

/** Sums over the valid pixels of one pattern. */
struct plica_exit_sums {
	double residual; /**< sum (|Psi| - sqrt(I))^2 */
	double modelled; /**< sum |Psi|^2 */
	double measured; /**< sum I */
	double poisson;  /**< sum |Psi|^2 + e - (I + e) log(|Psi|^2 + e); Poisson model only */
};

/**
 * One pattern of several incoherent modes: Ihat = sum_m |Psi_m|^2 + background, and the chi of every
 * mode from one common factor. In what was said above, Ihat stands for |Psi|^2.
 */
struct plica_mixture {
	/** All at one position; pattern, model, step and epsilon are those of mode[0]. Each has its
	 * own probe, shift, amplitude and outputs; `probe_sum` asks for `difference`. */
	const struct plica_exit_wave *mode;
	size_t modes;            /**< >= 1 */
	const float *background; /**< photons, as a pattern; NULL: none */
	/** in/out, Poisson model: the factor alpha in [0, 1] on every chi that minimises the
	 * likelihood along it, brought nearer by PLICA_RELAXATION_STEPS steps of Newton's method
	 * (doc/numerics.md, "Poisson step"), then applied beside `step`; NULL: none. */
	float *relaxation;
	/** in/out, as a pattern: the sum over patterns of what each Psi is multiplied by to give
	 * F chi, 0 on invalid pixels; may be NULL. */
	float *factor_sum;
	/** A detector that does more than to count in each pixel by itself; NULL: it does not. Turns
	 * Ihat without its background, a pattern, into what is expected, in place; with `back` it
	 * applies the adjoint to the factor of every Psi instead. `factor_sum` is of the factor
	 * before. */
	void (*detector)(void *context, float *pattern, bool back);
	void *detector_context;
};

#define PLICA_RELAXATION_STEPS 3

/** a11, a22, Re a12, Im a12, b1, b2 of the two-by-two step-length problem:
 * u = dO A, v = dP O; a11 = sum |u|^2, a22 = sum |v|^2, a12 = sum u conj(v),
 * b1 = sum Re(conj(u) chi), b2 = sum Re(conj(v) chi). */
#define PLICA_PAIR_SUMS 6

/** Sums of the position step, X_y = A dO/dy and X_x = A dO/dx: sum |X_y|^2, sum |X_x|^2,
 * sum Re(conj(X_y) X_x), sum Re(conj(X_y) chi), sum Re(conj(X_x) chi). */
#define PLICA_POSITION_SUMS 5

/**
 * One pattern along a line of objects O + t dO, probes P + t dP and, on request, positions that
 * move by t (move_y, move_x) pixels:
 *
 *     Psi(t) = F(A O) + t F(A D + B O) + t^2 F(B D)
 *     A = w T_delta P,  B = w T_delta dP,  D = dO + move_y dO/dy + move_x dO/dx
 */
#define PLICA_MOST_TRIALS 8
struct plica_line_search {
	const float *probe;           /**< P's spectrum when `shifted`, else its wave */
	const float *probe_direction; /**< dP, likewise */
	bool shifted;
	double shift_y, shift_x;
	float amplitude; /**< w */
	const struct plica_planes *object;
	const struct plica_planes *direction;         /**< dO; with the object's stride */
	const struct plica_planes *slope_y, *slope_x; /**< likewise; NULL: nothing moves */
	float move_y, move_x;
	size_t row, col;
	struct plica_pattern pattern;
	enum plica_detector_model model;
	float epsilon;
	size_t trials; /**< up to PLICA_MOST_TRIALS */
	double t[PLICA_MOST_TRIALS];
};

/** What exit_wave has stored of one pattern, and the patch of the object that it belongs to. */
struct plica_stored_waves {
	size_t row, col;
	const float *incident;   /**< A */
	const float *difference; /**< chi */
};

struct plica_kernels;

/** The functions of one variant; `self` is the plan for one size. */
struct plica_kernel_table {
	const char *name;              /**< "fftw", "fftw-double", "sse2", "avx2", "avx512" */
	bool (*supports)(size_t size); /**< on this machine, at this N */
	enum plica_status (*prepare)(struct plica_kernels *self, struct plica_error *err);
	void (*release)(struct plica_kernels *self);

	void (*wave_from)(
		const struct plica_kernels *self, float *wave, const float _Complex *natural);
	void (*wave_to)(
		const struct plica_kernels *self, float _Complex *natural, const float *wave);
	/** `natural` has its zero frequency at [0, 0]. */
	void (*spectrum_to)(
		const struct plica_kernels *self, float _Complex *natural, const float *spectrum);
	/** `natural` has its zero frequency at [N/2, N/2]. */
	void (*pattern_from)(
		const struct plica_kernels *self, float *pattern, const float *natural);
	void (*pattern_to)(const struct plica_kernels *self, float *natural, const float *pattern);

	/** spectrum = F wave, and wave = F^-1 spectrum; in place when both are the same. */
	void (*forward)(
		const struct plica_kernels *self, void *work, float *spectrum, const float *wave);
	void (*inverse)(
		const struct plica_kernels *self, void *work, float *wave, const float *spectrum);

	void (*exit_wave)(const struct plica_kernels *self, void *work,
		const struct plica_exit_wave *args, struct plica_exit_sums *sums);

	/** As exit_wave, of incoherent modes. */
	void (*exit_mixture)(const struct plica_kernels *self, void *work,
		const struct plica_mixture *args, struct plica_exit_sums *sums);
	/** objective[k] = exit_wave's `residual` (Gaussian) or `poisson` (Poisson) at t[k], for five
	 * transforms in all (three when not `shifted`). */
	void (*line_search)(const struct plica_kernels *self, void *work,
		const struct plica_line_search *args, double *objective);

	/** sum += conj(incident) difference, for the object rows [first_row, end_row) only. */
	void (*scatter)(const struct plica_kernels *self, struct plica_planes *sum,
		size_t first_row, size_t end_row, const struct plica_stored_waves *waves);
	/** sum[y * stride + x] += |incident|^2, for those rows only. */
	void (*scatter_power)(const struct plica_kernels *self, float *sum, size_t stride,
		size_t first_row, size_t end_row, const struct plica_stored_waves *waves);
	void (*pair_sums)(const struct plica_kernels *self, double sums[PLICA_PAIR_SUMS],
		const struct plica_planes *object, const struct plica_planes *direction,
		const float *probe_direction, const struct plica_stored_waves *waves);
	/** slope_x has slope_y's stride. */
	void (*position_sums)(const struct plica_kernels *self, double sums[PLICA_POSITION_SUMS],
		const struct plica_planes *slope_y, const struct plica_planes *slope_x,
		const struct plica_stored_waves *waves);
};

struct plica_kernels {
	const struct plica_kernel_table *table;
	size_t size;        /**< N */
	size_t wave_floats; /**< floats of a wave or a spectrum */
	size_t pattern_floats;
	size_t work_bytes; /**< of one thread's scratch, from plica_allocate */
	void *plan;        /**< the variant's own */
};

/**
 * The fastest variant for patterns of `size` on this machine, or the one called `name` (NULL:
 * the fastest; the environment is not consulted). An unknown or unsupported name is an error
 * that lists those that would do. Free with plica_kernels_free.
 */
PLICA_MUST_USE enum plica_status plica_kernels_create(
	struct plica_kernels **out, size_t size, const char *name, struct plica_error *err);
void plica_kernels_free(struct plica_kernels *kernels);

/**
 * Whether exit waves had better be written with `streaming`: when `waves` of them, all written
 * before the first is read again, fill more than a quarter of this machine's last-level cache.
 */
bool plica_kernels_should_stream(const struct plica_kernels *kernels, size_t waves);

/** The tables compiled in, NULL-terminated, fastest first. */
const struct plica_kernel_table *const *plica_kernel_tables(void);

#endif
