/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Studies: a design (a YAML file), the jobs that follow from it, and their execution.
 *
 *     struct plica_design *design = NULL;
 *     struct plica_jobs *jobs = NULL;
 *     struct plica_run_summary summary;
 *
 *     plica_design_load(&design, "study.yaml", &err);
 *     plica_study_generate(design, NULL, NULL, &err);        stages C and D: the data
 *     plica_study_jobs(&jobs, design, &settings, &err);      the list; reads only
 *     plica_jobs_assess(jobs, &err);                         what is done already; reads only
 *     plica_study_run(&summary, jobs, &run_options, &err);   one child process a job
 *
 * A *dose* is the expected photon count of an exposure, a *view* a subset of the scan chosen for
 * its overlap, a *split* a spatially disjoint part of the scan. Files and folders (<D> is the
 * dose as an integer):
 *
 *     <phase_c_root>/dose_<D>/patched.npz, patched_train.npz, patched_test.npz
 *     <phase_d_root>/dose_<D>/<view>/<view>_<split>.npz
 *     <artifact_root>/dose_<D>/<view>/<split>/        job.json, <backend>.log, the result
 *     <artifact_root>/reconstruction_manifest.json, skip_summary.json
 */
#ifndef PLICA_STUDY_H
#define PLICA_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"
#include "plica/scan.h"
#include "plica/simulate.h"

/** Version of the JSON files that a study writes (`schema_version`). */
#define PLICA_STUDY_SCHEMA 1

/* ---- The design ---- */

enum plica_split {
	PLICA_SPLIT_TRAIN,
	PLICA_SPLIT_TEST,
	PLICA_SPLIT_FULL, /**< the whole scan; the baseline alone has it */
	PLICA_SPLIT_COUNT,
};

/** "train", "test" or "full". */
PLICA_API const char *plica_split_name(enum plica_split split);

/** How a view is chosen. */
enum plica_view_kind {
	PLICA_VIEW_WHOLE,    /**< every position: the baseline */
	PLICA_VIEW_SPACING,  /**< groups that are far enough apart */
	PLICA_VIEW_FRACTION, /**< a seeded subsample of the images, and groups of those */
	PLICA_VIEW_SCAN,     /**< a scan of its own over the same object */
};

struct plica_study_view {
	const char *name;
	enum plica_view_kind kind;
	bool whole;          /**< kind is PLICA_VIEW_WHOLE */
	double fraction;     /**< s_img in (0, 1] of a view by fraction; else 0 */
	size_t group_count;  /**< n_groups of it; 0: one for each image */
	double scan_overlap; /**< linear, of a view by scan; else 0 */
	double overlap;      /**< by spacing: f = 1 - S / N; negative when S > N; else 0 */
	double spacing_px;   /**< by spacing: S; else 0 */
	size_t gridsize;     /**< the smallest of the design for the baseline, else the largest */
};

/** An option for the engine, as `--set name=value`. */
struct plica_design_option {
	const char *name;
	const char *value;
};

struct plica_design_store; /* owns the texts and lists of a design */

/** A checked design: whatever is here is in its range. Texts and lists belong to the design. */
struct plica_design {
	const char *path; /**< of its file */
	const char *name;
	size_t dose_count;
	double *doses; /**< whole numbers of photons, ascending */
	size_t gridsize_count;
	size_t *gridsizes; /**< ascending */
	size_t neighbor_count;
	size_t pattern_px;
	size_t view_count;
	struct plica_study_view *views; /**< baseline first, then by kind and ascending spacing */
	bool splits[PLICA_SPLIT_COUNT];
	enum plica_axis split_axis;
	struct {
		uint64_t simulation, grouping, subsampling;
	} seeds;
	struct {
		double ms_ssim_sigma_px;
		bool emphasize_phase;
		bool report_amplitude;
		double frc_threshold;
	} metrics;
	const char *algorithm;
	size_t num_epochs;
	size_t batch_size;          /**< 0: the engine has none (ML) */
	const char *noise_model;    /**< "gaussian"; ML: or "poisson", its default */
	const char *initial_object; /**< "flat" or "dataset" */
	size_t option_count;
	struct plica_design_option *options;
	const char *backend;       /**< "native" or "ptychi" */
	const char *ptychi_python; /**< its interpreter; NULL: found when jobs are listed */
	const char *ptychi_script; /**< NULL: the one beside the program */
	size_t environment_count;
	const char **environment; /**< "NAME" (passed on) or "NAME=value" */
	const char *phase_c_root, *phase_d_root, *artifact_root; /**< absolute */
	struct plica_simulate_params scene;                      /**< what stage C makes */
	/** Views by scan get the dose per object area of the baseline, not that per frame. */
	bool equal_fluence;
	bool paired_noise; /**< lower doses are thinnings of the highest one's draw */
	struct plica_design_store *store;
};

/**
 * Loads and checks a design. Complaints (PLICA_ERR_DATA) read "file.yaml:12: ..." and name the
 * field, what was found and the range; for an unknown key the nearest one. Free with
 * plica_design_free.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_design_load(
	struct plica_design **out, const char *path, struct plica_error *err);
/** The same from a text; `path` is where it would be: roots are relative to its folder. */
PLICA_API PLICA_MUST_USE enum plica_status plica_design_parse(struct plica_design **out,
	const char *text, size_t size, const char *path, struct plica_error *err);
PLICA_API void plica_design_free(struct plica_design *design);

/** A commented design to start from, by name; NULL when there is none of that name. */
PLICA_API const char *plica_design_template(const char *name);
/** The names of the templates, NULL-terminated; the first is the reference study. */
PLICA_API const char *const *plica_design_templates(void);

/* ---- Data (stages C and D) ---- */

struct plica_generate_options {
	const char *phase_c_root; /**< NULL: the design's */
	const char *phase_d_root;
	int threads; /**< 0: as many as OpenMP likes */
};

/** What happened to one data set. */
enum plica_generate_event {
	PLICA_GENERATE_WRITTEN,
	PLICA_GENERATE_KEPT,       /**< it was there, made from the same design */
	PLICA_GENERATE_IMPOSSIBLE, /**< fewer than two groups fit: reported and skipped */
};

struct plica_generate_hooks {
	/** `detail` says how many patterns, or why not. A non-zero answer stops. */
	int (*report)(void *context, enum plica_generate_event event, const char *path,
		const char *detail);
	void *context;
};

/**
 * Makes what the design's jobs need and is not there yet; `options` and `hooks` may be NULL.
 * Object, probe and positions are the same for all doses.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_study_generate(const struct plica_design *design,
	const struct plica_generate_options *options, const struct plica_generate_hooks *hooks,
	struct plica_error *err);

/* ---- Jobs ---- */

/** What is to be done with a job, and `reason` says why. */
enum plica_job_state {
	PLICA_JOB_RUN,     /**< no complete result yet */
	PLICA_JOB_CACHED,  /**< complete, nothing has changed */
	PLICA_JOB_STALE,   /**< complete, but an input, a setting or the version has changed */
	PLICA_JOB_SKIPPED, /**< filtered out, or its data set is missing and that was allowed */
	PLICA_JOB_INVALID, /**< its view has no valid selection */
};

/** "run", "cached", "stale", "skipped", "invalid". */
PLICA_API const char *plica_job_state_name(enum plica_job_state state);

/** How a view was chosen, from the data set's metadata; `known` is false for the baseline. */
struct plica_job_selection {
	bool known;
	const char *strategy; /**< "direct" or "greedy"; NULL when not recorded */
	double spacing_px, acceptance_rate, n_accepted, n_rejected; /**< NaN when not recorded */
};

struct plica_job {
	double dose;
	const char *view;
	enum plica_split split;
	size_t gridsize;
	size_t neighbor_count; /**< as the view's metadata recorded it, else the design's */
	const char *input_npz;
	const char *output_dir;
	const char *log_path;
	const char *result_path; /**< what a complete job leaves */
	const char *algorithm;
	size_t num_epochs;
	const char *backend;
	size_t command_size;
	const char *const *command; /**< argument vector, ends with NULL */
	struct plica_job_selection selection;
	enum plica_job_state state;
	const char *reason; /**< never NULL; "" before plica_jobs_assess where it decides */
	bool phase_d_missing;
};

/** A repeatable filter; without values everything passes. */
struct plica_job_filter {
	size_t count;
	const char *const *value;
};

struct plica_job_settings {
	const char *program; /**< path of `plica`, for the native backend */
	const char *phase_c_root, *phase_d_root, *artifact_root, *backend; /**< NULL: design's */
	struct plica_job_filter dose, view, split, gridsize;
	bool allow_missing_phase_d; /**< a view without its data set is skipped, not an error */
	bool allow_missing;         /**< the same for every data set */
	size_t threads;             /**< per job; 0: no word of it in the command */
};

struct plica_jobs_store; /* owns the texts and vectors of a list of jobs */

/** All jobs of a design, in their order, with what was decided about each. */
struct plica_jobs {
	const struct plica_design *design; /**< borrowed: has to outlive the list */
	const char *phase_c_root, *phase_d_root, *artifact_root, *backend;
	struct plica_job_filter dose, view, split, gridsize;
	size_t threads;
	size_t environment_size;
	const char *const *environment; /**< of every child, "NAME=value", ends with NULL */
	const char *backend_versions; /**< JSON object of texts; NULL before results, and native */
	size_t count;                 /**< total_jobs: 21 for the reference design */
	struct plica_job *item;
	struct plica_jobs_store *store;
};

/**
 * The list of jobs: doses ascending; baseline, then views by ascending spacing; train, test,
 * full. A pure function of its arguments and of the files that exist: writes nothing, starts
 * nothing. States are RUN, SKIPPED or INVALID. Errors: a filter that matches nothing (lists what
 * there is); a missing data set, unless allowed; an output folder outside the artifact root, by
 * ".." or through a symbolic link. Free with plica_jobs_free.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_study_jobs(struct plica_jobs **out,
	const struct plica_design *design, const struct plica_job_settings *settings,
	struct plica_error *err);
PLICA_API void plica_jobs_free(struct plica_jobs *jobs);

/** Whether a job takes part in a run: RUN, CACHED or STALE. */
PLICA_API bool plica_job_is_selected(const struct plica_job *job);

/**
 * Turns RUN into CACHED or STALE where a complete result is there, by comparing the content of
 * the input, the options and the program's version with what its job.json says. Reads only.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_jobs_assess(
	struct plica_jobs *jobs, struct plica_error *err);

/* ---- Running ---- */

enum plica_job_status {
	PLICA_JOB_NONE, /**< no job.json yet */
	PLICA_JOB_QUEUED,
	PLICA_JOB_RUNNING,
	PLICA_JOB_DONE,
	PLICA_JOB_FAILED,
	PLICA_JOB_TIMEOUT,
	PLICA_JOB_KILLED, /**< by a signal, by an interrupt, or its runner died */
	PLICA_JOB_OUT_OF_MEMORY,
};

/** "none", "queued", "running", "done", "failed", "timeout", "killed", "out-of-memory". */
PLICA_API const char *plica_job_status_name(enum plica_job_status status);

/** What a run knows about a job: the changing part of its job.json. */
struct plica_job_record {
	enum plica_job_status status;
	int returncode;   /**< exit status, or minus the number of the signal */
	char started[32]; /**< ISO 8601, UTC; "" before the start */
	double seconds;   /**< of the last attempt */
	size_t attempts;
	double loss; /**< of the last epoch; NaN when unknown */
	int64_t peak_memory_bytes;
	double user_seconds, system_seconds;
	char executor_id[48]; /**< what the scheduler called it ("1234_5"); "" without one */
};

/**
 * Reads a job's record; NONE when there is no job.json (or it cannot be read). A job that says
 * that it runs on this machine, and whose processes are gone, is KILLED.
 */
PLICA_API void plica_job_read_record(struct plica_job_record *out, const struct plica_job *job);

enum plica_run_event {
	PLICA_RUN_STARTED,
	PLICA_RUN_RETRIED, /**< failed, to be tried again */
	PLICA_RUN_ENDED,
	PLICA_RUN_CACHED,
};

struct plica_run_hooks {
	/** `number` counts the jobs that are through, of `total`; `tail` holds the last lines of
	 * standard error of a failure, else "". */
	void (*report)(void *context, enum plica_run_event event, const struct plica_job *job,
		const struct plica_job_record *record, const char *tail);
	/** Asked often; true ends the run: children get SIGTERM, then SIGKILL. */
	bool (*stop)(void *context);
	void *context;
};

struct plica_run_options {
	size_t parallel;  /**< jobs at once; 0 counts as 1 */
	size_t retries;   /**< further attempts for a job that failed */
	double timeout_s; /**< per attempt; 0: none */
	double grace_s;   /**< from SIGTERM to SIGKILL */
	bool dry_run;     /**< start nothing, make no job folders; only manifest and summary */
	/** One job alone, by its index in the list, as a task of an array does it; NULL: all. Tasks
	 * of one artifact root go side by side. */
	const size_t *task;
	const char *executor_id; /**< recorded with the jobs; NULL: none */
	struct plica_run_hooks hooks;
};

/** 1 job at once, no retries, no time limit, 10 s of grace. */
PLICA_API struct plica_run_options plica_run_defaults(void);

struct plica_run_summary {
	size_t done;   /**< in this run */
	size_t cached; /**< complete from before */
	size_t failed; /**< whatever ended in another way */
	size_t left;   /**< not started because the run was stopped */
};

/**
 * Runs the selected jobs, one child process each, and keeps `reconstruction_manifest.json`,
 * `skip_summary.json` and each job's `job.json` up to date. A job that fails never stops the
 * others; it is counted in `out`, and the status is PLICA_OK. The artifact root is locked
 * against other runs. A job's end is on the disk within a second or so.
 * PLICA_ERR_CHILD: the root is locked, or the backend cannot run here; nothing was started.
 * PLICA_ERR_INTERRUPTED: `stop` said so; `out` and the files are up to date.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_study_run(struct plica_run_summary *out,
	struct plica_jobs *jobs, const struct plica_run_options *options, struct plica_error *err);

#endif
