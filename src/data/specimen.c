/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/specimen.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "data/specimen_cells.h"

/* Of the material of the two test patterns. */
#define MATERIAL_AMPLITUDE 0.75
#define MATERIAL_PHASE_RAD 1.2

#define SPOKES 36
#define TILE_PX 72.0

static const char *const names[] = {"cells", "siemens", "lines", NULL};

const char *const *plica_specimen_names(void)
{
	return names;
}

bool plica_specimen_known(const char *name)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* How much of a pixel is on the inner side of an edge, at a signed distance inwards. */
static double coverage(double inwards_px)
{
	return fmin(fmax(inwards_px + 0.5, 0.0), 1.0);
}

/* Stripes, half a period wide: the distance from the nearest edge, positive in the material. */
static double stripe_depth_px(double along_px, double period_px)
{
	double place = along_px / period_px - floor(along_px / period_px);

	return (0.25 - fabs(place - 0.25 - (place > 0.75 ? 1.0 : 0.0))) * period_px;
}

/* Rings without material, at an eighth, a quarter and a half of the star. */
static double gap_cover(double r, double radius_px)
{
	static const double places[] = {0.125, 0.25, 0.5};
	double open = 1.0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		open *= 1.0 - coverage(0.018 * radius_px - fabs(r - places[i] * radius_px));
	return open;
}

static double siemens_cover(const struct plica_field *field, double y, double x)
{
	double radius_px = 0.46 * fmin((double)field->rows, (double)field->cols);
	double dy = y - 0.5 * (double)(field->rows - 1);
	double dx = x - 0.5 * (double)(field->cols - 1);
	double r = hypot(dy, dx);
	double period_px = 2.0 * M_PI * r / SPOKES;
	double arc_px = (atan2(dy, dx) + M_PI) * r;
	double spokes = coverage(stripe_depth_px(arc_px, fmax(period_px, 1e-6)));
	double ring = coverage(0.02 * radius_px - fabs(r - 1.03 * radius_px));

	/* finer than two pixels the spokes are not resolved: half covered */
	if (period_px < 2.0)
		spokes = 0.5;
	spokes *= coverage(radius_px - r) * gap_cover(r, radius_px);
	return fmax(spokes, ring);
}

/* Each tile has lines of one period in one of four directions. */
static double lines_cover(const struct plica_field *field, double y, double x)
{
	static const double periods_px[] = {4.0, 6.0, 8.0, 5.0, 12.0, 16.0, 24.0};
	static const double directions[4][2] = {
		{1.0, 0.0}, {M_SQRT1_2, M_SQRT1_2}, {0.0, 1.0}, {M_SQRT1_2, -M_SQRT1_2}};
	double row = floor(y / TILE_PX);
	double col = floor(x / TILE_PX);
	double dy = y - (row + 0.5) * TILE_PX;
	double dx = x - (col + 0.5) * TILE_PX;
	const double *direction = directions[((size_t)row + (size_t)col) % 4];
	double period_px = periods_px[(3 * (size_t)row + 2 * (size_t)col) % 7];
	double edge_px = 0.5 * TILE_PX - 5.0 - fmax(fabs(dy), fabs(dx));

	(void)field;
	return coverage(stripe_depth_px(direction[0] * dy + direction[1] * dx, period_px)) *
	       coverage(edge_px);
}

static void draw_cover(struct plica_field *out,
	double (*cover_at)(const struct plica_field *field, double y, double x))
{
	for (size_t y = 0; y < out->rows; y++)
		for (size_t x = 0; x < out->cols; x++) {
			double cover = cover_at(out, (double)y, (double)x);
			double amplitude = 1.0 - (1.0 - MATERIAL_AMPLITUDE) * cover;
			double phase_rad = MATERIAL_PHASE_RAD * cover;

			*plica_field_at(out, y, x) = CMPLXF((float)(amplitude * cos(phase_rad)),
				(float)(amplitude * sin(phase_rad)));
		}
}

enum plica_status plica_specimen_draw(
	struct plica_field *out, const char *name, uint64_t seed, struct plica_error *err)
{
	if (strcmp(name, "cells") == 0)
		return plica_specimen_draw_cells(out, seed, err);
	draw_cover(out, strcmp(name, "siemens") == 0 ? siemens_cover : lines_cover);
	return PLICA_OK;
}
