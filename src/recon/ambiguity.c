/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/ambiguity.h"

#include <math.h>

void plica_scale_object(struct plica_planes *object, double factor)
{
	for (size_t k = 0; k < object->rows * object->stride; k++) {
		object->re[k] = (float)((double)object->re[k] * factor);
		object->im[k] = (float)((double)object->im[k] * factor);
	}
}

bool plica_has_ambiguity(const struct plica_settings *settings)
{
	return settings->object.optimizable && settings->probe.optimizable;
}

void plica_remove_ambiguity(struct plica_problem *problem, float *power)
{
	struct plica_planes *object = &problem->object;
	double transmitted = 0.0;
	double weight2 = 0.0;
	double pixels = 0.0;
	double transmission;

	plica_problem_illumination(problem, power, problem->modes);
	for (size_t y = problem->roi[0]; y < problem->roi[1]; y++)
		for (size_t x = problem->roi[2]; x < problem->roi[3]; x++) {
			size_t k = y * object->stride + x;
			double weight = (double)power[k];
			double re = (double)object->re[k];
			double im = (double)object->im[k];

			transmitted += weight * (re * re + im * im);
			weight2 += weight * weight;
			pixels += 1.0;
		}
	if (!(transmitted > 0.0) || !(weight2 > 0.0))
		return;
	transmission = sqrt(transmitted / pixels / sqrt(weight2 / pixels));
	plica_scale_object(object, 1.0 / transmission);
	plica_problem_scale_probe(problem, transmission);
}
