/* SPDX-License-Identifier: BSD-3-Clause */
/** A sound file anew for each test of a program: `draft`, with the functions for cmocka. */
#ifndef PLICA_DRAFT_FIXTURE_H
#define PLICA_DRAFT_FIXTURE_H

#include "draft.h"

static struct draft draft;

static int setup(void **state)
{
	(void)state;
	draft_init(&draft);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	draft_release(&draft);
	return 0;
}

#endif
