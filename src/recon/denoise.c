/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/denoise.h"

#include <math.h>

#include "base/try.h"
#include "recon/tv.h"

#define ITERATIONS 60

enum plica_status plica_denoise(
	struct plica_problem *problem, double strength, struct plica_error *err)
{
	enum plica_status status;
	struct plica_tv *tv = NULL;
	double median;

	PLICA_TRY(plica_tv_create(&tv, problem, err));
	if (plica_tv_weigh(tv, &median))
		(void)plica_tv_step(tv, strength * sqrt(1.0 / (2.0 * median)), ITERATIONS);
	else
		status = plica_error_set(
			err, PLICA_ERR_NUMERIC, "cannot denoise: half of the scanned box is dark");
out:
	plica_tv_free(tv);
	return status;
}
