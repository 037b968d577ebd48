/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/spin.h"

#include <stdlib.h>
#include <unistd.h>

/* About ten microseconds: longer than the gaps between parallel loops, shorter than a time slice. */
#define SPIN_COUNT "10000"

void cli_bound_spinning(char **argv)
{
	if (getenv("GOMP_SPINCOUNT") != NULL || getenv("OMP_WAIT_POLICY") != NULL)
		return;
	if (setenv("GOMP_SPINCOUNT", SPIN_COUNT, 1) != 0)
		return;
	(void)execv("/proc/self/exe", argv); /* returns on failure only: then it runs as it is */
}
