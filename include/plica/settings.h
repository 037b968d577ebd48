/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Settings of a reconstruction: one struct, filled with defaults, changed as a struct or by name.
 *
 *     struct plica_settings settings;
 *     plica_settings_init(&settings, "LSQML", &err);
 *     settings.num_epochs = 50;
 *     plica_settings_set(&settings, "object.optimal_step_size_scaler", "0.8", &err);
 *
 * Names, meanings and defaults are pty-chi's where it has the option; the table that
 * plica_settings_table gives is the manual of each: unit, range, default, help. What the names
 * stand for in the mathematics is in doc/numerics.md.
 */
#ifndef PLICA_SETTINGS_H
#define PLICA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"

enum plica_initial_object {
	PLICA_INITIAL_FLAT,    /**< 1 everywhere */
	PLICA_INITIAL_DATASET, /**< the dataset's objectGuess: in synthetic data the truth */
};

enum plica_initial_phase {
	PLICA_PHASE_FLAT,           /**< 0 everywhere */
	PLICA_PHASE_CENTER_OF_MASS, /**< integrated from the patterns' centres of mass */
};

enum plica_noise_model {
	PLICA_NOISE_GAUSSIAN, /**< of amplitudes: f = sum (|Psi| - sqrt(I))^2 */
	PLICA_NOISE_POISSON,  /**< of counts: f = sum |Psi|^2 - I log |Psi|^2 */
};

enum plica_batching_mode {
	PLICA_BATCHING_RANDOM,  /**< a new random order of the positions every epoch */
	PLICA_BATCHING_UNIFORM, /**< fixed batches, each spread over the scan, in random order */
	PLICA_BATCHING_COMPACT, /**< fixed batches of neighbours; the object changes once an epoch */
};

/** What an epoch's loss tells: means over the valid pixels. */
enum plica_displayed_loss {
	PLICA_LOSS_MSE_SQRT, /**< (|Psi| - sqrt(I))^2, before each update */
	PLICA_LOSS_MSE,      /**< (|Psi|^2 - I)^2, after the epoch */
	PLICA_LOSS_POISSON,  /**< |Psi|^2 + e - (I + e) log(|Psi|^2 + e), after the epoch */
};

enum plica_denoise_mode {
	PLICA_DENOISE_NONE,
	PLICA_DENOISE_AUTO, /**< one total-variation step at the end; the raw object is kept too */
};

/** What rPIE's object update is regularised by. */
enum plica_pie_illumination {
	PLICA_PIE_BATCH, /**< the illumination of the batch: stable for any size */
	PLICA_PIE_SCAN,  /**< that of all positions: slow and safe, as in tike */
};

/** How the object is differentiated where positions are refined. */
enum plica_differentiation {
	PLICA_DIFFERENTIATION_STENCIL, /**< over nine pixels, exact to the eighth order */
	PLICA_DIFFERENTIATION_GAUSSIAN, /**< over three pixels: a Gaussian of 1/3 px, differentiated */
};

/** How a pattern between whole pixels comes about. */
enum plica_interpolation {
	PLICA_INTERPOLATION_FOURIER, /**< exactly, by a shift of the probe in Fourier space */
	PLICA_INTERPOLATION_NEAREST, /**< not at all: positions are rounded */
};

/** A shape outside of which the probe is 0. */
enum plica_probe_support {
	PLICA_SUPPORT_NONE,
	PLICA_SUPPORT_ELLIPSE,
	PLICA_SUPPORT_RECTANGLE,
};

/** Along which axes a scan grid prints itself on the object. */
enum plica_grid_direction {
	PLICA_GRID_XY,
	PLICA_GRID_X,
	PLICA_GRID_Y,
};

enum plica_grid_component {
	PLICA_GRID_PHASE,
	PLICA_GRID_MAGNITUDE,
};

/** How incoherent modes are made orthogonal. */
enum plica_orthogonalize_method {
	PLICA_ORTHOGONALIZE_SVD, /**< mixed unitarily, strongest first; no pattern changes */
	PLICA_ORTHOGONALIZE_GS,  /**< Gram-Schmidt from the first on */
};

/** When something happens: in the epochs e (the first is 0) with start <= e < stop and (e - start)
 * a multiple of stride. */
struct plica_plan {
	long start;
	long stop;
	long stride;
};

struct plica_settings {
	const char *algorithm; /**< name of an engine, static */
	long num_epochs;       /**< every pattern once through its transforms each */
	long batch_size;       /**< positions a minibatch */
	int batching_mode;     /**< enum plica_batching_mode */
	long random_seed;
	long threads; /**< 0: as many as the process may use */
	struct {
		double gain;   /**< stored units a photon */
		double offset; /**< stored units without light */
	} data;
	double diffraction_blur_px;   /**< sigma of the detector's spread; 0: none */
	int displayed_loss;           /**< enum plica_displayed_loss */
	double exclude_below;         /**< photons; pixels with no more do not count; -1: all do */
	bool double_precision_fft;    /**< transforms in double, rounded where they end */
	int initial_object;           /**< enum plica_initial_object */
	int initial_phase;            /**< enum plica_initial_phase, of a flat object */
	int noise_model;              /**< enum plica_noise_model */
	double gaussian_noise_std;    /**< sigma; relaxation 1 / (4 sigma^2) */
	double poisson_epsilon;       /**< e of I + e and |Psi|^2 + e, photons */
	bool rescale_probe_intensity; /**< once, to the counts, before the first epoch */
	bool solve_steps_jointly;     /**< steps of object and probe from one problem */
	bool solve_steps_with_first_mode; /**< not with all incoherent modes */
	struct {
		double gain;          /**< 0: none */
		double mixing_factor; /**< mu; 0: the friction */
	} momentum;
	double preconditioning_damping_factor; /**< eta, of the illumination's maximum */
	struct {
		bool enabled;
		double width; /**< c, in rms radii of the probe */
		double cap;   /**< largest amplification */
	} low_frequency_boost;
	struct {
		long batch_size;
		double alpha;              /**< eta of the rPIE update */
		long max_epochs;           /**< the start ends by itself before, as a rule */
		long amplitude_iterations; /**< of the amplitude model, before the counts' */
		double counts_misfit;      /**< times the counting floor: then the counts */
	} start;                           /**< how ML begins */
	struct {
		bool optimizable;       /**< refine the positions */
		struct plica_plan plan; /**< ML: iterations of its conjugate gradients */
		double step_size;
		double update_magnitude_limit; /**< px a step and axis */
		int differentiation;           /**< enum plica_differentiation */
		bool clip_by_mad;              /**< to 10 mean absolute deviations */
		bool constrain_mean;           /**< keep their mean where it was */
		struct {
			double gain;
			double mixing_factor;
		} momentum;
		long momentum_memory; /**< epochs */
		struct {
			bool enabled;
			struct plica_plan plan;
			bool apply;                             /**< else it is only fitted */
			bool scale, asymmetry, rotation, shear; /**< free to change */
			double max_expected_error;              /**< px from the model */
			double flexibility; /**< part of the way to the model; 0: found */
		} affine;
		double max_correction; /**< px in all and axis */
	} positions;
	int denoise;             /**< enum plica_denoise_mode */
	double denoise_strength; /**< 0.5; 0.3 is careful */
	struct {
		double feedback; /**< of the PIE family's momentum; 0: none */
		double friction; /**< what stays of it */
		long period;     /**< batches */
	} mpie;
	struct {
		long epochs;          /**< over which the gain is looked at */
		double relative_gain; /**< of the loss; less of it ends the run; 0: never */
	} early_stop;
	struct {
		double alpha;                    /**< rPIE: regularisation; ePIE: step */
		int illumination;                /**< enum plica_pie_illumination */
		double optimal_step_size_scaler; /**< beta_O */
		double step_size;
		int patch_interpolation;          /**< enum plica_interpolation */
		bool multimodal_update;           /**< G of all modes, else of the first */
		bool precondition_with_all_modes; /**< W likewise */
		bool optimizable;
		struct plica_plan plan;
		struct {
			bool enabled;
			struct plica_plan plan;
		} remove_object_probe_ambiguity;
		struct {
			bool enabled;
			struct plica_plan plan;
			double abs_lim[2];   /**< least and greatest |O| */
			double phase_lim[2]; /**< least and greatest arg O, rad */
		} hard_limits;
		struct {
			double alpha; /**< weight of each of the eight neighbours; 0: off */
			struct plica_plan plan;
		} smoothness;
		struct {
			double weight; /**< of the mean of |O| over the canvas; 0: off */
			struct plica_plan plan;
		} l1_norm;
		struct {
			double weight; /**< of the mean of |O|^2; 0: off */
			struct plica_plan plan;
		} l2_norm;
		struct {
			double weight; /**< lambda of an epoch's step; 0: off */
			struct plica_plan plan;
		} tv;
		struct {
			bool enabled;
			struct plica_plan plan;
			double period_y_px, period_x_px; /**< of the scan */
			long window_size;                /**< bins about a harmonic */
			int direction;                   /**< enum plica_grid_direction */
			int component;                   /**< enum plica_grid_component */
		} grid_artifacts;
	} object;
	struct {
		double alpha;                    /**< step of PIE */
		double optimal_step_size_scaler; /**< beta_P */
		double step_size;
		bool optimizable;
		struct plica_plan plan;
		struct {
			bool enabled;
			struct plica_plan plan;
			double probe_power; /**< photons; 0: what it is when the run begins */
			bool scale_object;  /**< by the inverse */
		} power_constraint;
		struct {
			bool enabled;
			struct plica_plan plan;
			int fixed_probe_support;         /**< enum plica_probe_support */
			double center_y_px, center_x_px; /**< from pixel N/2 */
			double half_height_px, half_width_px;
			double threshold; /**< of the largest amplitude; 0: no shrink-wrap */
		} support_constraint;
		struct {
			bool enabled;
			struct plica_plan plan;
			bool use_total_intensity; /**< of all modes, else of the first */
			bool modes_individually;
		} center_constraint;
		long modes; /**< incoherent ones; 0: as many as the file has */
		struct {
			bool enabled;
			struct plica_plan plan;
			int method;             /**< enum plica_orthogonalize_method */
			bool sort_by_occupancy; /**< strongest first, before Gram-Schmidt */
		} orthogonalize_incoherent_modes;
	} probe;
	struct {
		bool optimizable;
		double initial; /**< photons a pixel; 0: guessed from the patterns */
	} background;
	struct {
		bool optimize_intensity_variation; /**< an intensity of each position */
		double update_relaxation;          /**< factor on its step */
		double floor;                      /**< least w */
		struct plica_plan plan;
	} opr_mode_weights;
};

struct plica_setting;

/** The defaults of `algorithm` ("ML", "LSQML", "rPIE", "ePIE"); an unknown one is an error with the
 * nearest name. */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_init(
	struct plica_settings *settings, const char *algorithm, struct plica_error *err);

/**
 * Sets the option `name` from text. An unknown name (the nearest is given), one that the engine
 * does not use, a text of the wrong type or a value out of range is an error that says what was
 * found and expected.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_set(struct plica_settings *settings,
	const char *name, const char *text, struct plica_error *err);

/** Checks every value against its range, and limits against each other, for settings that were
 * changed as a struct. */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_check(
	const struct plica_settings *settings, struct plica_error *err);

/** Does the settings' engine use this row? Setting another one is an error. */
PLICA_API bool plica_setting_applies(
	const struct plica_setting *row, const struct plica_settings *settings);

/** All settings that apply as one JSON object, to be freed with free(). */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_json(
	char **out, const struct plica_settings *settings, struct plica_error *err);

enum plica_setting_type {
	PLICA_SETTING_INTEGER,
	PLICA_SETTING_NUMBER,
	PLICA_SETTING_BOOL,
	PLICA_SETTING_CHOICE,
};

/** The engines, as bits in the order of plica_algorithms. */
enum {
	PLICA_SETTING_FOR_ML = 1,
	PLICA_SETTING_FOR_LSQML = 2,
	PLICA_SETTING_FOR_RPIE = 4,
	PLICA_SETTING_FOR_EPIE = 8,
	PLICA_SETTING_FOR_PIE = 12,
	PLICA_SETTING_FOR_ALL = 15,
};

/** One row of the manual. */
struct plica_setting {
	const char *name;
	enum plica_setting_type type;
	size_t offset;              /**< in struct plica_settings */
	double least, most;         /**< closed range of a number */
	const char *const *choices; /**< NULL-terminated, in the order of the enum; else NULL */
	unsigned int engines;       /**< PLICA_SETTING_FOR_... bits: who uses it */
	const char *unit;           /**< "epochs", "px", ...; "" without one */
	const char *help;
};

/** Room for the text of any value, terminating zero included. */
#define PLICA_SETTING_TEXT 32

/** The value of `row` as text, as plica_settings_set takes it. */
PLICA_API void plica_settings_get(char out[PLICA_SETTING_TEXT],
	const struct plica_settings *settings, const struct plica_setting *row);

/** The rows, `*count` of them. */
PLICA_API const struct plica_setting *plica_settings_table(size_t *count);
/** The names of the engines, NULL-terminated. */
PLICA_API const char *const *plica_algorithms(void);

#endif
