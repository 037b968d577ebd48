/* SPDX-License-Identifier: BSD-3-Clause */
/** cmocka's group fixtures for runs that are stopped: *state is a synthetic scan with a wrong probe
 * guess, checkpoint_path a file of the test's own. */
#ifndef PLICA_CHECKPOINTED_H
#define PLICA_CHECKPOINTED_H

#include <stdlib.h>
#include <unistd.h>

#include "plica/reconstruct.h"
#include "synthetic.h"

static char checkpoint_path[] = "/tmp/plica-checkpoint-XXXXXX";

/** A progress callback that ends a run after its first epoch. */
static inline int stop_at_once(void *context, const struct plica_progress *progress)
{
	(void)context;
	(void)progress;
	return 1;
}

static inline int checkpointed_setup(void **state)
{
	static struct synthetic synthetic;
	struct synthetic_params params = synthetic_defaults();
	int descriptor = mkstemp(checkpoint_path);

	if (descriptor < 0)
		return 1;
	(void)close(descriptor);
	params.guess_error = 0.2;
	synthetic_init(&synthetic, &params);
	*state = &synthetic;
	return 0;
}

static inline int checkpointed_teardown(void **state)
{
	synthetic_release(*state);
	(void)unlink(checkpoint_path);
	return 0;
}

#endif
