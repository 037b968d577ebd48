/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/settings.h"

#include <string.h>

#include "recon/engine.h"
#include "recon/modes.h"
#include "recon/position_step.h"

static const char *const initial_objects[] = {"flat", "dataset", NULL};
static const char *const initial_phases[] = {"flat", "center_of_mass", NULL};
static const char *const denoise_modes[] = {"none", "auto", NULL};
static const char *const batching_modes[] = {"random", "uniform", "compact", NULL};
static const char *const supports[] = {"none", "ellipse", "rectangle", NULL};
static const char *const grid_directions[] = {"xy", "x", "y", NULL};
static const char *const grid_components[] = {"phase", "magnitude", NULL};
static const char *const orthogonalize_methods[] = {"svd", "gs", NULL};
static const char *const losses[] = {"mse_sqrt", "mse", "poisson", NULL};
static const char *const differentiations[] = {"stencil", "gaussian", NULL};
static const char *const interpolations[] = {"fourier", "nearest", NULL};
static const char *const illuminations[] = {"batch", "scan", NULL};
static const char *const noise_models[] = {"gaussian", "poisson", NULL};

#define AT(member) offsetof(struct plica_settings, member)
#define FOR(engine) PLICA_SETTING_FOR_##engine

/* Later than any epoch: the plan has no end. */
#define NEVER 1000000L
#define ALWAYS {.start = 0, .stop = NEVER, .stride = 1}

/* The plan of what `name` says, at `offset` of the settings. */
#define PLAN_AT(offset, member) ((offset) + offsetof(struct plica_plan, member))
#define PLAN_ROWS(name, offset, engines)                                                           \
	{name ".start", PLICA_SETTING_INTEGER, PLAN_AT(offset, start), 0, NEVER, NULL, engines,    \
		"epochs", "first epoch with it, counted from 0"},                                  \
		{name ".stop", PLICA_SETTING_INTEGER, PLAN_AT(offset, stop), 0, NEVER, NULL,       \
			engines, "epochs", "first epoch without it again"},                        \
		{name ".stride", PLICA_SETTING_INTEGER, PLAN_AT(offset, stride), 1, NEVER, NULL,   \
			engines, "epochs", "every so many epochs"}

static const struct plica_setting table[] = {
	{"num_epochs", PLICA_SETTING_INTEGER, AT(num_epochs), 0, 1e6, NULL, FOR(ALL), "epochs",
		"passes over all patterns"},
	{"batch_size", PLICA_SETTING_INTEGER, AT(batch_size), 1, 1e9, NULL, FOR(LSQML) | FOR(PIE),
		"positions", "positions in a minibatch; object and probe change after each"},
	{"batching_mode", PLICA_SETTING_CHOICE, AT(batching_mode), 0, 0, batching_modes, FOR(LSQML),
		"",
		"minibatches: drawn anew every epoch, spread over the scan, or of neighbours with "
		"one object update an epoch"},
	{"random_seed", PLICA_SETTING_INTEGER, AT(random_seed), 0, 9e15, NULL, FOR(ALL), "",
		"seed of the order of positions"},
	{"threads", PLICA_SETTING_INTEGER, AT(threads), 0, 1024, NULL, FOR(ALL), "threads",
		"0: as many as the process may use; the result does not depend on it"},
	{"data.gain", PLICA_SETTING_NUMBER, AT(data.gain), 1e-9, 1e9, NULL, FOR(ALL),
		"stored units/photon", "of the detector; patterns that hold photons have 1"},
	{"data.offset", PLICA_SETTING_NUMBER, AT(data.offset), -1e9, 1e9, NULL, FOR(ALL),
		"stored units",
		"of the detector without light, taken off before the gain; negative counts become "
		"0"},
	{"exclude_measured_pixels_below", PLICA_SETTING_NUMBER, AT(exclude_below), -1, 1e9, NULL,
		FOR(ALL), "photons",
		"a pixel with this count or less is left out of its pattern; -1: none is"},
	{"diffraction_pattern_blur_sigma", PLICA_SETTING_NUMBER, AT(diffraction_blur_px), 0, 16,
		NULL, FOR(ALL), "px",
		"a Gaussian by which the detector spreads its signal over pixels; 0: none, and "
		"quicker"},
	{"displayed_loss_function", PLICA_SETTING_CHOICE, AT(displayed_loss), 0, 0, losses,
		FOR(ALL), "",
		"what an epoch's loss tells, not what is minimised; mse and poisson take another "
		"pass over the patterns"},
	{"use_double_precision_for_fft", PLICA_SETTING_BOOL, AT(double_precision_fft), 0, 1, NULL,
		FOR(ALL), "",
		"transforms in double precision, three times slower in all; all else stays single"},
	{"initial_object", PLICA_SETTING_CHOICE, AT(initial_object), 0, 0, initial_objects,
		FOR(ALL), "",
		"start from a flat object (initial_phase), or from the file's objectGuess"},
	{"initial_phase", PLICA_SETTING_CHOICE, AT(initial_phase), 0, 0, initial_phases, FOR(ALL),
		"", "of a flat object: none, or what the patterns' centres of mass tell of it"},
	{"noise_model", PLICA_SETTING_CHOICE, AT(noise_model), 0, 0, noise_models,
		FOR(ML) | FOR(LSQML), "",
		"what is fitted, by ML in its last stage: gaussian amplitudes or poisson counts"},
	{"gaussian_noise_std", PLICA_SETTING_NUMBER, AT(gaussian_noise_std), 0.5, 100, NULL,
		FOR(LSQML), "sqrt(photons)",
		"noise of an amplitude; 0.5 is Poisson's, larger values relax the modulus step"},
	{"poisson_epsilon", PLICA_SETTING_NUMBER, AT(poisson_epsilon), 1e-6, 1, NULL,
		FOR(ML) | FOR(LSQML), "photons",
		"added to model and counts; keep it below 1e-3 of the mean count, or at the "
		"variance of the read noise"},
	{"rescale_probe_intensity_in_first_epoch", PLICA_SETTING_BOOL, AT(rescale_probe_intensity),
		0, 1, NULL, FOR(ALL), "",
		"scale the probe to the measured counts before the first epoch"},
	{"single_slice_solve_obj_prb_step_size_jointly", PLICA_SETTING_BOOL,
		AT(solve_steps_jointly), 0, 1, NULL, FOR(LSQML), "",
		"step lengths of object and probe from one problem; false: each by itself, halved"},
	{"momentum_acceleration_gain", PLICA_SETTING_NUMBER, AT(momentum.gain), 0, 1, NULL,
		FOR(LSQML), "",
		"part of the velocity that is added once an epoch: to the first mode, with compact "
		"batches to the object too; 0 is none, 0.5 quick, 0.8 risky"},
	{"momentum_acceleration_gradient_mixing_factor", PLICA_SETTING_NUMBER,
		AT(momentum.mixing_factor), 0, 1, NULL, FOR(LSQML), "",
		"part of an update that goes into the velocity; 0: as much as friction takes out"},
	{"solve_step_sizes_only_using_first_probe_mode", PLICA_SETTING_BOOL,
		AT(solve_steps_with_first_mode), 0, 1, NULL, FOR(LSQML), "",
		"step lengths from the first incoherent mode alone"},
	{"preconditioning_damping_factor", PLICA_SETTING_NUMBER, AT(preconditioning_damping_factor),
		1e-6, 1e3, NULL, FOR(LSQML), "",
		"damping of the object direction, relative to the brightest illumination"},
	{"low_frequency_boost.enabled", PLICA_SETTING_BOOL, AT(low_frequency_boost.enabled), 0, 1,
		NULL, FOR(ML) | FOR(LSQML), "", "amplify slow phase changes, which converge last"},
	{"low_frequency_boost.width", PLICA_SETTING_NUMBER, AT(low_frequency_boost.width), 0.1, 10,
		NULL, FOR(ML) | FOR(LSQML), "rms radii of the probe", "what counts as slow"},
	{"low_frequency_boost.cap", PLICA_SETTING_NUMBER, AT(low_frequency_boost.cap), 1, 1e4, NULL,
		FOR(ML) | FOR(LSQML), "", "largest amplification"},
	{"start.batch_size", PLICA_SETTING_INTEGER, AT(start.batch_size), 1, 1e9, NULL, FOR(ML),
		"positions", "positions in a minibatch of the sequential start"},
	{"start.alpha", PLICA_SETTING_NUMBER, AT(start.alpha), 1e-3, 1, NULL, FOR(ML), "",
		"regularisation of the start: small is fast and noisy, large is slow"},
	{"start.max_epochs", PLICA_SETTING_INTEGER, AT(start.max_epochs), 1, 1000, NULL, FOR(ML),
		"epochs", "the start ends when it has settled, or here"},
	{"start.amplitude_iterations", PLICA_SETTING_INTEGER, AT(start.amplitude_iterations), 0,
		1e6, NULL, FOR(ML), "iterations",
		"of the amplitude model at least, before the counts are fitted"},
	{"start.counts_misfit", PLICA_SETTING_NUMBER, AT(start.counts_misfit), 0.1, 1e9, NULL,
		FOR(ML), "counting floors",
		"the counts are fitted once the misfit is below this; large: always"},
	{"positions.optimizable", PLICA_SETTING_BOOL, AT(positions.optimizable), 0, 1, NULL,
		FOR(ML) | FOR(LSQML), "", "refine the positions together with object and probe"},
	{"positions.optimization_plan.start", PLICA_SETTING_INTEGER, AT(positions.plan.start), 0,
		NEVER, NULL, FOR(ML) | FOR(LSQML), "epochs",
		"first epoch that refines them; of ML first iteration after the start"},
	{"positions.optimization_plan.stop", PLICA_SETTING_INTEGER, AT(positions.plan.stop), 0,
		NEVER, NULL, FOR(ML) | FOR(LSQML), "epochs",
		"first epoch that does not any more, counted likewise"},
	{"positions.optimization_plan.stride", PLICA_SETTING_INTEGER, AT(positions.plan.stride), 1,
		NEVER, NULL, FOR(ML) | FOR(LSQML), "epochs",
		"every so many epochs refine them; ML begins new directions at each change"},
	{"positions.step_size", PLICA_SETTING_NUMBER, AT(positions.step_size), 0, 10, NULL,
		FOR(LSQML), "", "factor on the least-squares step of each position"},
	{"positions.update_magnitude_limit", PLICA_SETTING_NUMBER,
		AT(positions.update_magnitude_limit), 1e-3, 10, NULL, FOR(ML) | FOR(LSQML), "px",
		"largest step of a position and axis"},
	{"positions.clip_update_magnitude_by_mad", PLICA_SETTING_BOOL, AT(positions.clip_by_mad), 0,
		1, NULL, FOR(LSQML), "",
		"limit steps to ten times the mean absolute deviation of the batch's as well"},
	{"positions.correction_options.differentiation_method", PLICA_SETTING_CHOICE,
		AT(positions.differentiation), 0, 0, differentiations, FOR(ML) | FOR(LSQML), "",
		"of the object: by a stencil over nine pixels, or a gaussian over three"},
	{"positions.max_correction", PLICA_SETTING_NUMBER, AT(positions.max_correction), 0.1, 100,
		NULL, FOR(ML) | FOR(LSQML), "px",
		"farthest that a position may move in all, on each axis"},
	{"positions.constrain_position_mean", PLICA_SETTING_BOOL, AT(positions.constrain_mean), 0,
		1, NULL, FOR(ML) | FOR(LSQML), "", "keep the positions' mean where it was"},
	{"positions.momentum_acceleration_gain", PLICA_SETTING_NUMBER, AT(positions.momentum.gain),
		0, 1, NULL, FOR(LSQML), "",
		"part of the positions' velocity that is added; 0 is none"},
	{"positions.momentum_acceleration_gradient_mixing_factor", PLICA_SETTING_NUMBER,
		AT(positions.momentum.mixing_factor), 0, 1, NULL, FOR(LSQML), "",
		"part of a step that goes into the velocity; 0: as much as friction takes out"},
	{"positions.momentum_acceleration_memory", PLICA_SETTING_INTEGER,
		AT(positions.momentum_memory), 1, PLICA_MOST_POSITION_MEMORY, NULL, FOR(LSQML),
		"epochs", "how far back steps are compared"},
	{"positions.affine_transform_constraint.enabled", PLICA_SETTING_BOOL,
		AT(positions.affine.enabled), 0, 1, NULL, FOR(ML) | FOR(LSQML), "",
		"pull refined positions towards an affine map of those that were given"},
	PLAN_ROWS("positions.affine_transform_constraint.optimization_plan",
		AT(positions.affine.plan), FOR(ML) | FOR(LSQML)),
	{"positions.affine_transform_constraint.apply_constraint", PLICA_SETTING_BOOL,
		AT(positions.affine.apply), 0, 1, NULL, FOR(ML) | FOR(LSQML), "",
		"false: positions are not pulled; how the map fits is told with the result anyway"},
	{"positions.affine_transform_constraint.degrees_of_freedom.scale", PLICA_SETTING_BOOL,
		AT(positions.affine.scale), 0, 1, NULL, FOR(ML) | FOR(LSQML), "",
		"the map may change the scale"},
	{"positions.affine_transform_constraint.degrees_of_freedom.asymmetry", PLICA_SETTING_BOOL,
		AT(positions.affine.asymmetry), 0, 1, NULL, FOR(ML) | FOR(LSQML), "",
		"the map may scale the axes differently"},
	{"positions.affine_transform_constraint.degrees_of_freedom.rotation", PLICA_SETTING_BOOL,
		AT(positions.affine.rotation), 0, 1, NULL, FOR(ML) | FOR(LSQML), "",
		"the map may rotate"},
	{"positions.affine_transform_constraint.degrees_of_freedom.shear", PLICA_SETTING_BOOL,
		AT(positions.affine.shear), 0, 1, NULL, FOR(ML) | FOR(LSQML), "",
		"the map may shear"},
	{"positions.affine_transform_constraint.max_expected_error", PLICA_SETTING_NUMBER,
		AT(positions.affine.max_expected_error), 1e-3, 100, NULL, FOR(ML) | FOR(LSQML),
		"px", "farther from the map positions are pulled back strongly"},
	{"positions.affine_transform_constraint.override_update_flexibility", PLICA_SETTING_NUMBER,
		AT(positions.affine.flexibility), 0, 1, NULL, FOR(ML) | FOR(LSQML), "",
		"part of the way to the map that all positions go; 0: by how well each is known"},
	{"denoise", PLICA_SETTING_CHOICE, AT(denoise), 0, 0, denoise_modes, FOR(ML), "",
		"one total-variation step at the end, its strength from the photons; the raw "
		"object is kept"},
	{"denoise_strength", PLICA_SETTING_NUMBER, AT(denoise_strength), 0, 10, NULL, FOR(ML), "",
		"of that step, in standard deviations of a pixel; 0.3 is careful"},
	{"object.alpha", PLICA_SETTING_NUMBER, AT(object.alpha), 1e-3, 1, NULL, FOR(PIE), "",
		"rPIE: regularisation of the object update, small is fast and noisy; ePIE: its "
		"step"},
	{"object.illumination", PLICA_SETTING_CHOICE, AT(object.illumination), 0, 0, illuminations,
		FOR(RPIE), "",
		"what regularises the object update: the batch's own illumination, or the whole "
		"scan's"},
	{"probe.alpha", PLICA_SETTING_NUMBER, AT(probe.alpha), 0, 2, NULL, FOR(PIE), "",
		"step of the probe"},
	{"mpie.feedback", PLICA_SETTING_NUMBER, AT(mpie.feedback), 0, 1, NULL, FOR(PIE), "",
		"part of the momentum that is added to object and probe; 0: none"},
	{"mpie.friction", PLICA_SETTING_NUMBER, AT(mpie.friction), 0, 0.99, NULL, FOR(PIE), "",
		"part of the momentum that stays from one time to the next"},
	{"mpie.period", PLICA_SETTING_INTEGER, AT(mpie.period), 1, 1e6, NULL, FOR(PIE), "batches",
		"from one time to the next"},
	{"object.optimal_step_size_scaler", PLICA_SETTING_NUMBER,
		AT(object.optimal_step_size_scaler), 0, 10, NULL, FOR(LSQML), "",
		"factor on the least-squares step of the object"},
	{"object.step_size", PLICA_SETTING_NUMBER, AT(object.step_size), 0, 10, NULL, FOR(LSQML),
		"", "further factor on every object update"},
	{"object.patch_interpolation_method", PLICA_SETTING_CHOICE, AT(object.patch_interpolation),
		0, 0, interpolations, FOR(ALL), "",
		"between whole pixels: fourier is exact; nearest rounds the positions, coarser and "
		"quicker"},
	{"object.multimodal_update", PLICA_SETTING_BOOL, AT(object.multimodal_update), 0, 1, NULL,
		FOR(LSQML), "",
		"object direction from all incoherent modes; false: from the first alone"},
	{"object.build_preconditioner_with_all_modes", PLICA_SETTING_BOOL,
		AT(object.precondition_with_all_modes), 0, 1, NULL, FOR(LSQML), "",
		"illumination that the direction is divided by from all modes, or the first alone"},
	{"object.optimizable", PLICA_SETTING_BOOL, AT(object.optimizable), 0, 1, NULL, FOR(ALL), "",
		"update the object; false: it is known, and no constraint changes it"},
	PLAN_ROWS("object.optimization_plan", AT(object.plan), FOR(ALL)),
	{"object.remove_object_probe_ambiguity.enabled", PLICA_SETTING_BOOL,
		AT(object.remove_object_probe_ambiguity.enabled), 0, 1, NULL, FOR(LSQML) | FOR(PIE),
		"", "keep the mean transmission at one"},
	PLAN_ROWS("object.remove_object_probe_ambiguity.optimization_plan",
		AT(object.remove_object_probe_ambiguity.plan), FOR(LSQML) | FOR(PIE)),
	{"object.hard_limits_magnitude_phase.enabled", PLICA_SETTING_BOOL,
		AT(object.hard_limits.enabled), 0, 1, NULL, FOR(ALL), "",
		"hold magnitude and phase of the object within limits"},
	PLAN_ROWS("object.hard_limits_magnitude_phase.optimization_plan",
		AT(object.hard_limits.plan), FOR(ALL)),
	{"object.hard_limits_magnitude_phase.abs_lim.lower", PLICA_SETTING_NUMBER,
		AT(object.hard_limits.abs_lim[0]), 0, 1e6, NULL, FOR(ALL), "", "least |O|"},
	{"object.hard_limits_magnitude_phase.abs_lim.upper", PLICA_SETTING_NUMBER,
		AT(object.hard_limits.abs_lim[1]), 0, 1e6, NULL, FOR(ALL), "", "greatest |O|"},
	{"object.hard_limits_magnitude_phase.phase_lim.lower", PLICA_SETTING_NUMBER,
		AT(object.hard_limits.phase_lim[0]), -3.15, 3.15, NULL, FOR(ALL), "rad",
		"least phase"},
	{"object.hard_limits_magnitude_phase.phase_lim.upper", PLICA_SETTING_NUMBER,
		AT(object.hard_limits.phase_lim[1]), -3.15, 3.15, NULL, FOR(ALL), "rad",
		"greatest phase"},
	{"object.smoothness_constraint.alpha", PLICA_SETTING_NUMBER, AT(object.smoothness.alpha), 0,
		0.125, NULL, FOR(ALL), "",
		"weight of each of a pixel's eight neighbours in its new value; 0: off"},
	PLAN_ROWS("object.smoothness_constraint.optimization_plan", AT(object.smoothness.plan),
		FOR(ALL)),
	{"object.remove_grid_artifacts.enabled", PLICA_SETTING_BOOL,
		AT(object.grid_artifacts.enabled), 0, 1, NULL, FOR(ALL), "",
		"take the harmonics of the scan's period out of the object"},
	PLAN_ROWS("object.remove_grid_artifacts.optimization_plan", AT(object.grid_artifacts.plan),
		FOR(ALL)),
	{"object.remove_grid_artifacts.period_y_px", PLICA_SETTING_NUMBER,
		AT(object.grid_artifacts.period_y_px), 2, 1e6, NULL, FOR(ALL), "px",
		"step of the scan along y"},
	{"object.remove_grid_artifacts.period_x_px", PLICA_SETTING_NUMBER,
		AT(object.grid_artifacts.period_x_px), 2, 1e6, NULL, FOR(ALL), "px",
		"step of the scan along x"},
	{"object.remove_grid_artifacts.window_size", PLICA_SETTING_INTEGER,
		AT(object.grid_artifacts.window_size), 0, 1000, NULL, FOR(ALL), "bins",
		"how far about a harmonic the object's spectrum is set to 0"},
	{"object.remove_grid_artifacts.direction", PLICA_SETTING_CHOICE,
		AT(object.grid_artifacts.direction), 0, 0, grid_directions, FOR(ALL), "",
		"harmonics of both axes and their sums, or of one alone"},
	{"object.remove_grid_artifacts.component", PLICA_SETTING_CHOICE,
		AT(object.grid_artifacts.component), 0, 0, grid_components, FOR(ALL), "",
		"of the object"},
	{"object.l1_norm_constraint.weight", PLICA_SETTING_NUMBER, AT(object.l1_norm.weight), 0,
		1e9, NULL, FOR(ALL), "", "|O| shrinks by this over the number of pixels; 0: off"},
	PLAN_ROWS("object.l1_norm_constraint.optimization_plan", AT(object.l1_norm.plan), FOR(ALL)),
	{"object.l2_norm_constraint.weight", PLICA_SETTING_NUMBER, AT(object.l2_norm.weight), 0,
		1e9, NULL, FOR(ALL), "",
		"O is divided by 1 + 2 of this over the number of pixels; 0: off"},
	PLAN_ROWS("object.l2_norm_constraint.optimization_plan", AT(object.l2_norm.plan), FOR(ALL)),
	{"object.tv.weight", PLICA_SETTING_NUMBER, AT(object.tv.weight), 0, 10, NULL, FOR(ALL), "",
		"of the total variation, against the squared change of a well-lit pixel; 0: off"},
	PLAN_ROWS("object.tv.optimization_plan", AT(object.tv.plan), FOR(ALL)),
	{"probe.optimal_step_size_scaler", PLICA_SETTING_NUMBER, AT(probe.optimal_step_size_scaler),
		0, 10, NULL, FOR(LSQML), "", "factor on the least-squares step of the probe"},
	{"probe.step_size", PLICA_SETTING_NUMBER, AT(probe.step_size), 0, 10, NULL, FOR(LSQML), "",
		"further factor on every probe update"},
	{"probe.optimizable", PLICA_SETTING_BOOL, AT(probe.optimizable), 0, 1, NULL, FOR(ALL), "",
		"update the probe; false: it is known but for its power, and no constraint changes "
		"it"},
	PLAN_ROWS("probe.optimization_plan", AT(probe.plan), FOR(ALL)),
	{"probe.power_constraint.enabled", PLICA_SETTING_BOOL, AT(probe.power_constraint.enabled),
		0, 1, NULL, FOR(ALL), "", "hold the probe's power"},
	PLAN_ROWS("probe.power_constraint.optimization_plan", AT(probe.power_constraint.plan),
		FOR(ALL)),
	{"probe.power_constraint.probe_power", PLICA_SETTING_NUMBER,
		AT(probe.power_constraint.probe_power), 0, 1e30, NULL, FOR(ALL), "photons",
		"of all modes together; 0: what it is when the run begins"},
	{"probe.power_constraint.scale_object", PLICA_SETTING_BOOL,
		AT(probe.power_constraint.scale_object), 0, 1, NULL, FOR(ALL), "",
		"divide the object by the probe's factor, so that no pattern changes"},
	{"probe.support_constraint.enabled", PLICA_SETTING_BOOL,
		AT(probe.support_constraint.enabled), 0, 1, NULL, FOR(ALL), "",
		"set the probe to 0 outside its support"},
	PLAN_ROWS("probe.support_constraint.optimization_plan", AT(probe.support_constraint.plan),
		FOR(ALL)),
	{"probe.support_constraint.fixed_probe_support", PLICA_SETTING_CHOICE,
		AT(probe.support_constraint.fixed_probe_support), 0, 0, supports, FOR(ALL), "",
		"a support that is known beforehand"},
	{"probe.support_constraint.center_y", PLICA_SETTING_NUMBER,
		AT(probe.support_constraint.center_y_px), -1e5, 1e5, NULL, FOR(ALL), "px",
		"its centre, from the pattern's pixel N/2"},
	{"probe.support_constraint.center_x", PLICA_SETTING_NUMBER,
		AT(probe.support_constraint.center_x_px), -1e5, 1e5, NULL, FOR(ALL), "px",
		"likewise along x"},
	{"probe.support_constraint.half_height", PLICA_SETTING_NUMBER,
		AT(probe.support_constraint.half_height_px), 0.5, 1e5, NULL, FOR(ALL), "px",
		"half of its size along y"},
	{"probe.support_constraint.half_width", PLICA_SETTING_NUMBER,
		AT(probe.support_constraint.half_width_px), 0.5, 1e5, NULL, FOR(ALL), "px",
		"half of its size along x"},
	{"probe.support_constraint.threshold", PLICA_SETTING_NUMBER,
		AT(probe.support_constraint.threshold), 0, 1, NULL, FOR(ALL), "",
		"shrink-wrap: below this part of the largest blurred amplitude; 0: none"},
	{"probe.center_constraint.enabled", PLICA_SETTING_BOOL, AT(probe.center_constraint.enabled),
		0, 1, NULL, FOR(ALL), "",
		"move probe and object by whole pixels until the probe is in the middle"},
	PLAN_ROWS("probe.center_constraint.optimization_plan", AT(probe.center_constraint.plan),
		FOR(ALL)),
	{"probe.center_constraint.use_total_intensity_for_com", PLICA_SETTING_BOOL,
		AT(probe.center_constraint.use_total_intensity), 0, 1, NULL, FOR(ALL), "",
		"its middle is that of all modes together; false: of the first"},
	{"probe.center_constraint.center_modes_individually", PLICA_SETTING_BOOL,
		AT(probe.center_constraint.modes_individually), 0, 1, NULL, FOR(ALL), "",
		"each mode by its own middle; the object goes with the middle that is used else"},
	{"early_stop.relative_gain", PLICA_SETTING_NUMBER, AT(early_stop.relative_gain), 0, 1, NULL,
		FOR(ALL), "", "end the run when the loss falls by less than this part; 0: never"},
	{"early_stop.epochs", PLICA_SETTING_INTEGER, AT(early_stop.epochs), 1, NEVER, NULL,
		FOR(ALL), "epochs", "over which it must have fallen"},
	{"probe.modes", PLICA_SETTING_INTEGER, AT(probe.modes), 0, PLICA_MOST_MODES, NULL, FOR(ALL),
		"modes",
		"incoherent probe modes; 0: as many as the file has; more are made from the first"},
	{"probe.orthogonalize_incoherent_modes.enabled", PLICA_SETTING_BOOL,
		AT(probe.orthogonalize_incoherent_modes.enabled), 0, 1, NULL, FOR(ALL), "",
		"make the modes orthogonal; by svd at the end in any case"},
	PLAN_ROWS("probe.orthogonalize_incoherent_modes.optimization_plan",
		AT(probe.orthogonalize_incoherent_modes.plan), FOR(LSQML) | FOR(PIE)),
	{"probe.orthogonalize_incoherent_modes.method", PLICA_SETTING_CHOICE,
		AT(probe.orthogonalize_incoherent_modes.method), 0, 0, orthogonalize_methods,
		FOR(LSQML) | FOR(PIE), "",
		"svd mixes them, strongest first, and changes no pattern; gs takes out of each "
		"what it shares with those before"},
	{"probe.orthogonalize_incoherent_modes.sort_by_occupancy", PLICA_SETTING_BOOL,
		AT(probe.orthogonalize_incoherent_modes.sort_by_occupancy), 0, 1, NULL,
		FOR(LSQML) | FOR(PIE), "",
		"gs begins with the strongest mode, else with the first; svd always sorts"},
	{"background.optimizable", PLICA_SETTING_BOOL, AT(background.optimizable), 0, 1, NULL,
		FOR(ALL), "", "estimate an incoherent background, the same in every pattern"},
	{"background.initial", PLICA_SETTING_NUMBER, AT(background.initial), 0, 1e9, NULL, FOR(ALL),
		"photons/pixel",
		"background to start from, or to stay with; 0: guessed when it is estimated"},
	{"opr_mode_weights.optimize_intensity_variation", PLICA_SETTING_BOOL,
		AT(opr_mode_weights.optimize_intensity_variation), 0, 1, NULL, FOR(ALL), "",
		"estimate the beam's intensity at each position"},
	{"opr_mode_weights.update_relaxation", PLICA_SETTING_NUMBER,
		AT(opr_mode_weights.update_relaxation), 0, 3, NULL, FOR(ALL), "",
		"factor on the step of the intensities; beyond 2 they follow the object's errors"},
	{"opr_mode_weights.primary_mode_weight_floor", PLICA_SETTING_NUMBER,
		AT(opr_mode_weights.floor), 0, 1, NULL, FOR(ALL), "",
		"least factor on the amplitudes of a position, relative to the mean; 0: none"},
	PLAN_ROWS("opr_mode_weights.optimization_plan", AT(opr_mode_weights.plan), FOR(ALL)),
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

const struct plica_setting *plica_settings_table(size_t *count)
{
	*count = TABLE_COUNT;
	return table;
}

/* What all engines begin with; the engines' own defaults follow. */
static const struct plica_settings common = {
	.num_epochs = 30,
	.batch_size = 96,
	.data.gain = 1.0,
	.exclude_below = -1.0,
	.initial_object = PLICA_INITIAL_FLAT,
	.initial_phase = PLICA_PHASE_CENTER_OF_MASS,
	.noise_model = PLICA_NOISE_POISSON,
	.gaussian_noise_std = 0.5,
	.poisson_epsilon = 1e-4,
	.rescale_probe_intensity = true,
	.solve_steps_jointly = true,
	.momentum = {.gain = 0.0, .mixing_factor = 1.0},
	.preconditioning_damping_factor = 0.1,
	.low_frequency_boost = {.enabled = true, .width = 0.5, .cap = 100.0},
	.start = {.batch_size = 10,
		.alpha = 0.15,
		.max_epochs = 25,
		.amplitude_iterations = 5,
		.counts_misfit = 1.1},
	.positions = {.plan = {.start = 5, .stop = NEVER, .stride = 1},
		.step_size = 1.0,
		.clip_by_mad = true,
		.momentum = {.gain = 0.0, .mixing_factor = 1.0},
		.momentum_memory = 3,
		.affine = {.plan = {.start = 0, .stop = NEVER, .stride = 10},
			.apply = true,
			.scale = true,
			.asymmetry = true,
			.rotation = true,
			.shear = true,
			.max_expected_error = 1.0},
		.update_magnitude_limit = 0.5,
		.max_correction = 8.0},
	.denoise = PLICA_DENOISE_NONE,
	.denoise_strength = 0.5,
	.object = {.alpha = 0.2,
		.multimodal_update = true,
		.precondition_with_all_modes = true,
		.optimal_step_size_scaler = 0.9,
		.step_size = 1.0,
		.optimizable = true,
		.plan = ALWAYS,
		.remove_object_probe_ambiguity = {.enabled = true,
			.plan = {.start = 0, .stop = NEVER, .stride = 10}},
		.hard_limits = {.plan = ALWAYS, .abs_lim = {0.0, 1e6}, .phase_lim = {-3.15, 3.15}},
		.smoothness.plan = ALWAYS,
		.l1_norm.plan = ALWAYS,
		.l2_norm.plan = ALWAYS,
		.tv.plan = ALWAYS,
		.grid_artifacts = {.plan = ALWAYS,
			.period_y_px = 10.0,
			.period_x_px = 10.0,
			.window_size = 2}},
	.probe = {.alpha = 1.0,
		.optimal_step_size_scaler = 0.9,
		.step_size = 1.0,
		.optimizable = true,
		.plan = ALWAYS,
		.power_constraint = {.plan = ALWAYS, .scale_object = true},
		.support_constraint = {.plan = ALWAYS,
			.half_height_px = 16.0,
			.half_width_px = 16.0,
			.threshold = 0.005},
		.center_constraint = {.plan = ALWAYS, .use_total_intensity = true},
		.orthogonalize_incoherent_modes = {.enabled = true, .plan = ALWAYS}},
	.mpie = {.friction = 0.7, .period = 20},
	.early_stop = {.epochs = 5},
	.opr_mode_weights = {.update_relaxation = 1.0,
		.plan = {.start = 3, .stop = NEVER, .stride = 1}},
};

enum plica_status plica_settings_init(
	struct plica_settings *settings, const char *algorithm, struct plica_error *err)
{
	const struct plica_engine *engine = NULL;
	enum plica_status status = plica_engine_find(&engine, algorithm, err);

	if (status != PLICA_OK)
		return status;
	*settings = common;
	settings->algorithm = engine->name;
	if (engine == &plica_engine_ml) {
		/* its objective does not change: once is enough, at the end */
		settings->probe.orthogonalize_incoherent_modes.plan.start = NEVER;
		/* its start does that itself; later it would cost the conjugate directions */
		settings->object.remove_object_probe_ambiguity.enabled = false;
	}
	if (engine == &plica_engine_lsqml) {
		settings->num_epochs = 100;
		settings->noise_model = PLICA_NOISE_GAUSSIAN;
		settings->positions.plan.start = 3;
		settings->positions.update_magnitude_limit = 0.3;
		settings->low_frequency_boost.enabled = false;
		settings->low_frequency_boost.width = 1.3;
	}
	if (engine == &plica_engine_rpie || engine == &plica_engine_epie) {
		settings->num_epochs = 100;
		settings->batch_size = 10;
	}
	if (engine == &plica_engine_epie)
		settings->object.alpha = 1.0;
	return PLICA_OK;
}

bool plica_setting_applies(const struct plica_setting *row, const struct plica_settings *settings)
{
	const char *const *names = plica_algorithms();

	for (unsigned int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], settings->algorithm) == 0)
			return (row->engines & (1U << i)) != 0;
	return false;
}
