/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Engines behind one vtable. An engine changes object and probe of a struct plica_problem, epoch by
 * epoch; everything else (files, positions, progress, the final error) is the driver's,
 * reconstruct.c. A new engine is one file with one `const struct plica_engine`, and a line in the
 * table of engine.c.
 */
#ifndef PLICA_RECON_ENGINE_H
#define PLICA_RECON_ENGINE_H

#include "plica/settings.h"
#include "recon/archive.h"
#include "recon/problem.h"

/** What an epoch answers. */
struct plica_epoch {
	double loss; /**< mean squared amplitude residual per valid pixel, before the updates */
	double cost; /**< patterns through their transforms, as a fraction of all: 1, or more where
			there is a line search */
	double objective; /**< what the engine minimises, up to a constant; left alone: the loss */
	bool preliminary; /**< a stage before the engine's last: no early stop yet */
};

struct plica_engine {
	const char *name; /**< as users write it */
	/** Allocates all that the epochs need; *state is the engine's own. */
	enum plica_status (*create)(
		void **state, struct plica_problem *problem, struct plica_error *err);
	/** Runs epoch `number`, counted from 0. Nothing is allocated. */
	void (*epoch)(void *state, long number, struct plica_epoch *result);
	/** Object or probe were changed from outside since the last epoch: forgets what was built on
	 * them. NULL: nothing is. */
	void (*changed)(void *state);
	/** Saves or restores what the epochs to come depend on, beyond object and probe. */
	void (*archive)(void *state, struct plica_archive *archive);
	/** NULL is fine. */
	void (*destroy)(void *state);
};

/** Looks an engine up; an unknown name is an error that lists or suggests the known ones. */
PLICA_MUST_USE enum plica_status plica_engine_find(
	const struct plica_engine **out, const char *name, struct plica_error *err);

extern const struct plica_engine plica_engine_lsqml;
extern const struct plica_engine plica_engine_ml;
extern const struct plica_engine plica_engine_rpie;
extern const struct plica_engine plica_engine_epie;

#endif
