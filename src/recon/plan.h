/* SPDX-License-Identifier: BSD-3-Clause */
/** What plans say of an epoch (struct plica_plan in plica/settings.h). */
#ifndef PLICA_RECON_PLAN_H
#define PLICA_RECON_PLAN_H

#include <stdbool.h>

#include "plica/settings.h"

/** Does it happen in `epoch`, counted from 0? */
static inline bool plica_plan_includes(const struct plica_plan *plan, long epoch)
{
	return epoch >= plan->start && epoch < plan->stop &&
	       (epoch - plan->start) % plan->stride == 0;
}

/** What an engine changes in an epoch. */
struct plica_updates {
	bool object, probe;
};

static inline struct plica_updates plica_updates_of(
	const struct plica_settings *settings, long epoch)
{
	return (struct plica_updates){
		.object = settings->object.optimizable &&
			  plica_plan_includes(&settings->object.plan, epoch),
		.probe = settings->probe.optimizable &&
			 plica_plan_includes(&settings->probe.plan, epoch),
	};
}

#endif
