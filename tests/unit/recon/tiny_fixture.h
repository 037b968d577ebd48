/* SPDX-License-Identifier: BSD-3-Clause */
/** The tiny dataset anew for each test of a program, with settings of LSQML. */
#ifndef PLICA_TINY_FIXTURE_H
#define PLICA_TINY_FIXTURE_H

#include "tiny.h"

static struct plica_dataset *dataset;
static struct plica_settings settings;

static int setup(void **state)
{
	(void)state;
	dataset = tiny_dataset();
	settings = tiny_settings("LSQML");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	plica_dataset_free(dataset);
	return 0;
}

#endif
