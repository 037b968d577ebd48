/* SPDX-License-Identifier: BSD-3-Clause */
/** What a plan says of an epoch (struct plica_plan in plica/settings.h). */
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

#endif
