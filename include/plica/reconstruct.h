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
	bool early;      /**< and it came early: settings.early_stop */
	double loss;     /**< of this epoch: settings.displayed_loss */
	double seconds;  /**< since the first epoch began */
};

struct plica_reconstruct_hooks {
	/** Called after each epoch on the calling thread; a non-zero answer stops the run. */
	int (*progress)(void *context, const struct plica_progress *progress);
	void *context;
	/** Called before the first epoch with what is odd about the data but no error: patterns that seem
	 * to lie on their side; on the calling thread, the text is a sentence. NULL: never. */
	void (*warning)(void *context, const char *text);
	/** Called after every so many epochs with object, probe, background, intensities and
	 * positions as they are (losses and texts are empty), on the calling thread; the product is
	 * the callee's only during the call. NULL, or 0 epochs: never. */
	void (*preview)(void *context, const struct plica_product *product);
	long preview_epochs;
	/** Where checkpoints go (NPZ, written atomically): when the run is stopped, at its end, and
	 * in between every so many seconds and, unless 0, epochs. NULL: none. */
	const char *checkpoint_path;
	double checkpoint_seconds;
	long checkpoint_epochs;
	/** Go on from that checkpoint, if it is there, with the same bits as an uninterrupted run. One
	 * of other data or settings (num_epochs, threads and early_stop may differ) is
	 * PLICA_ERR_DATA. */
	bool resume;
	/** Most memory that the run may take, the dataset included, bytes; 0: what the machine, the
	 * control group and ulimit -v leave. */
	double memory_bytes;
};

/** What a run will take at its height, bytes. */
struct plica_forecast {
	double dataset; /**< patterns as stored, and guesses, as far as they stay beside the rest */
	double patterns; /**< as amplitudes in the order of the kernels */
	double object;   /**< object and gradients, directions, illumination, scratch of its size */
	double waves;    /**< exit waves of the positions that are kept at a time: a batch */
	double scratch;  /**< of the threads, probe, and the program itself */
	double total;    /**< of these */
	double available; /**< to be had beyond the dataset */
};

/** Forecasts the memory of a run, by plica_reconstruct_consume or else by plica_reconstruct, from
 * sizes and settings alone; right to about a fifth. */
PLICA_API PLICA_MUST_USE enum plica_status plica_forecast_memory(struct plica_forecast *out,
	const struct plica_dataset *dataset, const struct plica_settings *settings, bool consumes,
	struct plica_error *err);

/** PLICA_ERR_MEMORY when a run needs more than `memory_bytes` (0: as in the hooks), with the parts
 * and a batch size that fits if there is one. Every reconstruction begins with this. */
PLICA_API PLICA_MUST_USE enum plica_status plica_reconstruct_check(
	const struct plica_dataset *dataset, const struct plica_settings *settings,
	double memory_bytes, bool consumes, struct plica_error *err);

/**
 * Runs until settings->num_epochs passes over all patterns are done. `hooks` may be NULL. A run
 * that is stopped gives PLICA_ERR_INTERRUPTED; one that diverges PLICA_ERR_NUMERIC, with the epoch,
 * the reason and the checkpoint of the last good state; one that needs more memory than there is is
 * refused before it begins (PLICA_ERR_MEMORY), with a batch size that fits. The caller frees *out
 * with plica_product_free.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_reconstruct(struct plica_product **out,
	const struct plica_dataset *dataset, const struct plica_settings *settings,
	const struct plica_reconstruct_hooks *hooks, struct plica_error *err);

/**
 * The same for a caller who does not need the dataset any more: takes *dataset over, which is freed
 * and set to NULL in every case. Its patterns are turned into the engine's form in place, so that
 * they are held once and not twice: of a large scan that is nearly half of the memory.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_reconstruct_consume(struct plica_product **out,
	struct plica_dataset **dataset, const struct plica_settings *settings,
	const struct plica_reconstruct_hooks *hooks, struct plica_error *err);

#endif
