/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The one way through a function that can fail: a local `status`, one label `out:`.
 */
#ifndef PLICA_BASE_TRY_H
#define PLICA_BASE_TRY_H

#include "plica/error.h"

#define PLICA_TRY(call)                                                                            \
	do {                                                                                       \
		status = (call);                                                                   \
		if (status != PLICA_OK)                                                            \
			goto out;                                                                  \
	} while (0)

#endif
