/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * A design file as it is written: the typed schema, and its content before any meaning is given
 * to it. What is optional is a pointer, NULL when the file does not say it.
 */
#ifndef PLICA_STUDY_SCHEMA_H
#define PLICA_STUDY_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"
#include "study/outline.h"

struct raw_view {
	char *name;
	double *overlap;
	double *spacing;
	double *fraction;
	int64_t *groups;
	double *scan_overlap;
};

struct raw_seeds {
	int64_t *simulation, *grouping, *subsampling;
};

struct raw_metrics {
	double *ms_ssim_sigma, *frc_threshold;
	int *emphasize_phase, *report_amplitude;
};

/* `options`, whose keys are the engine's, is read from the outline. */
struct raw_reconstruction {
	char *algorithm, *noise_model, *initial_object;
	int64_t *num_epochs, *batch_size;
};

struct raw_data {
	char *specimen, *probe, *probe_guess, *scan, *dose_mode, *noise;
	double *probe_diameter_px, *size_px, *step_px, *overlap, *jitter;
	int64_t *count;
};

struct raw_roots {
	char *phase_c_root, *phase_d_root, *artifact_root;
};

struct raw_ptychi {
	char *python, *script;
};

struct raw_design {
	char *name;
	double *doses;
	unsigned doses_count;
	int64_t *gridsizes;
	unsigned gridsizes_count;
	int64_t *neighbor_count, *patch_size_pixels;
	struct raw_view *views;
	unsigned views_count;
	char **splits;
	unsigned splits_count;
	char *train_test_split_axis;
	struct raw_seeds *seeds;
	struct raw_metrics *metrics;
	struct raw_reconstruction *reconstruction;
	char *backend;
	char **environment;
	unsigned environment_count;
	struct raw_data *data;
	struct raw_roots *roots;
	struct raw_ptychi *ptychi;
};

/**
 * Checks every key and type against the schema, and fills the struct. `text` is the one that
 * `outline` was made from. Free with plica_raw_design_free.
 */
PLICA_MUST_USE enum plica_status plica_raw_design_read(struct raw_design **out,
	const struct plica_outline *outline, const char *text, size_t size,
	struct plica_error *err);
void plica_raw_design_free(struct raw_design *raw);

#endif
