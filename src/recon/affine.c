/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/affine.h"

#include <math.h>

/* Of the squared extent: what of a scan's second axis is too little to fit a map to. */
#define LEAST_DETERMINANT 1e-9

struct moments {
	double weight;
	double y, x, value; /* weighted means */
	double yy, yx, xx;  /* central second moments */
	double y_value, x_value;
};

static struct moments moments_of(
	const struct plica_affine_fit *fit, const double *value, const double *weight)
{
	struct moments m = {0};

	for (size_t i = 0; i < fit->count; i++) {
		m.weight += weight[i];
		m.y += weight[i] * fit->from_y[i];
		m.x += weight[i] * fit->from_x[i];
		m.value += weight[i] * value[i];
	}
	if (!(m.weight > 0.0))
		return m;
	m.y /= m.weight;
	m.x /= m.weight;
	m.value /= m.weight;
	for (size_t i = 0; i < fit->count; i++) {
		double y = fit->from_y[i] - m.y;
		double x = fit->from_x[i] - m.x;

		m.yy += weight[i] * y * y;
		m.yx += weight[i] * y * x;
		m.xx += weight[i] * x * x;
		m.y_value += weight[i] * y * (value[i] - m.value);
		m.x_value += weight[i] * x * (value[i] - m.value);
	}
	return m;
}

/* value = row[0] y + row[1] x + a constant. */
static bool fit_row(double row[2], const struct plica_affine_fit *fit, const double *value,
	const double *weight)
{
	struct moments m = moments_of(fit, value, weight);
	double determinant = m.yy * m.xx - m.yx * m.yx;
	double extent = m.yy + m.xx;

	if (!(determinant > LEAST_DETERMINANT * extent * extent))
		return false;
	row[0] = (m.xx * m.y_value - m.yx * m.x_value) / determinant;
	row[1] = (m.yy * m.x_value - m.yx * m.y_value) / determinant;
	return true;
}

bool plica_affine_matrix(double matrix[4], const struct plica_affine_fit *fit)
{
	if (fit_row(matrix, fit, fit->to_y, fit->weight_y) &&
		fit_row(matrix + 2, fit, fit->to_x, fit->weight_x))
		return true;
	matrix[0] = matrix[3] = 1.0;
	matrix[1] = matrix[2] = 0.0;
	return false;
}

/* T = tan f is the smaller root of m1 m3 T^2 - B T + c, in the form that does not cancel. */
static double tangent_of_shear(const double m[4])
{
	double b = m[0] * m[3] + m[1] * m[2];
	double c = m[0] * m[2] + m[1] * m[3];
	double root = sqrt(fmax(0.0, b * b - 4.0 * m[1] * m[3] * c));

	return 2.0 * c / (b + copysign(root, b));
}

struct plica_affine plica_affine_decompose(const double m[4])
{
	double tangent = tangent_of_shear(m);
	double first = hypot(m[1], m[0] - m[1] * tangent);
	double second = hypot(m[3], m[3] * tangent - m[2]);
	double scale = 0.5 * (first + second);

	return (struct plica_affine){.scale = scale,
		.asymmetry = (first - second) / scale,
		.rotation_rad = atan2(m[1], m[0] - m[1] * tangent),
		.shear_rad = atan(tangent)};
}

void plica_affine_compose(double matrix[4], const struct plica_affine *affine)
{
	double c = cos(affine->rotation_rad);
	double s = sin(affine->rotation_rad);
	double tangent = tan(affine->shear_rad);
	double first = affine->scale * (1.0 + 0.5 * affine->asymmetry);
	double second = affine->scale * (1.0 - 0.5 * affine->asymmetry);

	matrix[0] = first * (c + s * tangent);
	matrix[1] = first * s;
	matrix[2] = second * (c * tangent - s);
	matrix[3] = second * c;
}
