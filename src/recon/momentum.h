/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Momentum that watches whether updates still go the same way (doc/numerics.md, "Momentum"): the
 * update of each epoch is compared with those before; while they agree, a velocity builds up and
 * may be added, with a friction that follows from how fast the agreement is lost.
 *
 *     c_t = Re <h_now-t, h_now>, t = 1 ... T,   h the updates, normalised
 *     friction f = strength max(-p, 0), p the slope of ln c_t through (0, 0)
 *     agreed:  v <- (1 - f) v + mu d           else:  v <- v / 2
 */
#ifndef PLICA_RECON_MOMENTUM_H
#define PLICA_RECON_MOMENTUM_H

#include <stdbool.h>
#include <stddef.h>

#include "plica/error.h"
#include "recon/archive.h"

struct plica_momentum {
	size_t floats;   /**< of an update, and of the velocity */
	size_t compared; /**< floats of what is compared; the rest of an update follows */
	size_t memory;   /**< T */
	long seen;       /**< updates so far */
	float *history;  /**< T + 1 normalised entries; number e lies at e modulo T + 1 */
	float *velocity; /**< v */
};

/** What plica_momentum_add needs to know of an update. */
struct plica_momentum_update {
	const float *update;   /**< d, `floats` */
	const float *compared; /**< the part of it that is compared, `compared` floats */
	double mixing;         /**< mu; 0: the friction */
	bool gate;             /**< false: the run is not getting better, nothing may be added */
};

PLICA_MUST_USE enum plica_status plica_momentum_create(struct plica_momentum **out, size_t floats,
	size_t compared, size_t memory, struct plica_error *err);
void plica_momentum_free(struct plica_momentum *momentum);

/** Takes the update of an epoch into velocity and history; true when the velocity may be added. */
bool plica_momentum_add(
	struct plica_momentum *momentum, const struct plica_momentum_update *update);

/**
 * The friction for correlations c_1 ... c_count > 0: `strength` max(-p, 0), at least `least`, p the
 * slope of the least-squares line through (0, 0) and (t, ln c_t).
 */
double plica_momentum_friction(
	const double *correlation, size_t count, double strength, double least);

/** `names`, which must outlive the archive: of what was seen, the velocity, the history. */
void plica_momentum_archive(
	struct plica_momentum *momentum, const char *const names[3], struct plica_archive *archive);

#endif
