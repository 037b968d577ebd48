/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Reconstruction: from a dataset and settings to a product.
 *
 *     struct plica_dataset *dataset = NULL;
 *     struct plica_product *product = NULL;
 *     struct plica_settings settings;
 *
 *     plica_dataset_load(&dataset, "scan.npz", &err);
 *     plica_settings_init(&settings, "LSQML", &err);
 *     plica_reconstruct(&product, dataset, &settings, NULL, &err);
 *     plica_product_save(product, "reconstruction.npz", &err);
 *
 * The same dataset and settings give the same bits for any number of threads, on machines with
 * the same instruction set.
 */
#ifndef PLICA_RECONSTRUCT_H
#define PLICA_RECONSTRUCT_H

#include <stdbool.h>
#include <stddef.h>

#include "plica/dataset.h"
#include "plica/error.h"
#include "plica/product.h"
#include "plica/settings.h"

/** What the progress callback sees after each epoch. */
struct plica_progress {
	long epoch;      /**< 1 after the first */
	double passes;   /**< over all patterns so far; an engine's line search counts as well */
	long pass_count; /**< as asked for: settings.num_epochs */
	bool finished;   /**< this was the last epoch */
	double loss;     /**< mean over valid pixels of (|Psi| - sqrt(I))^2 in this epoch */
	double seconds;  /**< since the first epoch began */
};

struct plica_reconstruct_hooks {
	/** Called after each epoch on the calling thread; a non-zero answer stops the run. */
	int (*progress)(void *context, const struct plica_progress *progress);
	void *context;
	/** Where checkpoints go (NPZ, written atomically): when the run is stopped, at its end, and
	 * in between every so many seconds. NULL: none. */
	const char *checkpoint_path;
	double checkpoint_seconds;
	/** Go on from that checkpoint, if it is there, with the same bits as an uninterrupted run.
	 * One of other data or settings (num_epochs and threads may differ) is PLICA_ERR_DATA. */
	bool resume;
};

/**
 * Runs until settings->num_epochs passes over all patterns are done. `hooks` may be NULL. A run
 * that is stopped gives PLICA_ERR_INTERRUPTED; one whose loss is no number any more
 * PLICA_ERR_NUMERIC, with the epoch. The caller frees *out with plica_product_free.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_reconstruct(struct plica_product **out,
	const struct plica_dataset *dataset, const struct plica_settings *settings,
	const struct plica_reconstruct_hooks *hooks, struct plica_error *err);

#endif
