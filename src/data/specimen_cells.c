/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/specimen_cells.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/try.h"
#include "data/noise.h"

/* Areas of the cells together, relative to the canvas: most pixels lie in one or two of them. */
#define COVERAGE 1.5
#define SMALLEST_PX 8.0
#define LARGEST_PX 60.0
#define WAVES 3

/* First indices of the random streams: of the textures, and of the cells, one each. */
enum { COARSE_STREAM = 0, FINE_STREAM = 16, MEDIUM_STREAM = 32, CELL_STREAM = 64 };

/* Everything is summed here first: optical thickness and absorption, in no particular unit. */
struct canvas {
	size_t rows, cols;
	float *phase;
	float *absorption;
	float *coarse; /* textures */
	float *fine;
	float *medium;
};

/* An ellipse with a wavy outline: a cell, or something in it. */
struct blob {
	double y, x;
	double radius_px; /* root of the product of the half axes */
	double stretch;   /* root of their quotient */
	double cos_angle, sin_angle;
	double wave[WAVES], wave_phase[WAVES]; /* of 2, 3, 4 periods around the outline */
	double edge_px;
	double flat, dome; /* thickness of a slab, and of a lens on it */
	double rim;        /* a membrane's */
	double absorption; /* per thickness */
	double texture;
	const float *pattern; /* of the texture */
};

static double between(struct plica_random *random, double low, double high)
{
	return low + (high - low) * plica_random_uniform(random);
}

/* Distance from the centre in units of the outline, which is 1. */
static double outline_distance(const struct blob *blob, double dy, double dx)
{
	double u =
		(blob->cos_angle * dx + blob->sin_angle * dy) / (blob->radius_px * blob->stretch);
	double v = (blob->cos_angle * dy - blob->sin_angle * dx) * blob->stretch / blob->radius_px;
	double angle = atan2(v, u);
	double outline = 1.0;

	for (int k = 0; k < WAVES; k++)
		outline += blob->wave[k] * cos((k + 2) * angle + blob->wave_phase[k]);
	return hypot(u, v) / outline;
}

static double smooth_step(double t)
{
	t = fmin(fmax(t, 0.0), 1.0);
	return t * t * (3.0 - 2.0 * t);
}

static void add_pixel(struct canvas *canvas, const struct blob *blob, size_t y, size_t x)
{
	size_t i = y * canvas->cols + x;
	double rho = outline_distance(blob, (double)y - blob->y, (double)x - blob->x);
	double depth_px = (1.0 - rho) * blob->radius_px;
	double inside = smooth_step(0.5 + depth_px / blob->edge_px);
	double thickness = inside * (blob->flat + blob->dome * sqrt(fmax(1.0 - rho * rho, 0.0)));

	if (blob->pattern != NULL)
		thickness *= 1.0 + blob->texture * (double)blob->pattern[i];
	if (blob->rim > 0.0)
		thickness += blob->rim * exp(-depth_px * depth_px / 1.5);
	canvas->phase[i] += (float)thickness;
	canvas->absorption[i] += (float)(fabs(thickness) * blob->absorption);
}

/* First and last + 1 pixel of a blob along one axis. */
static void reach_of(size_t out[2], double centre, double reach, size_t size)
{
	out[0] = (size_t)fmin(fmax(floor(centre - reach), 0.0), (double)size);
	out[1] = (size_t)fmin(fmax(ceil(centre + reach) + 1.0, 0.0), (double)size);
}

static void add_blob(struct canvas *canvas, const struct blob *blob)
{
	double longer = fmax(blob->stretch, 1.0 / blob->stretch);
	double reach = 1.4 * blob->radius_px * longer + blob->edge_px + 4.0;
	size_t rows[2], cols[2];

	reach_of(rows, blob->y, reach, canvas->rows);
	reach_of(cols, blob->x, reach, canvas->cols);
	for (size_t y = rows[0]; y < rows[1]; y++)
		for (size_t x = cols[0]; x < cols[1]; x++)
			add_pixel(canvas, blob, y, x);
}

/* An outline of the given size and waviness at a place; the substance is the caller's. */
static struct blob shape_blob(
	struct plica_random *random, const double at[2], double radius_px, double waviness)
{
	double angle = between(random, 0.0, 2.0 * M_PI);
	struct blob blob = {.y = at[0],
		.x = at[1],
		.radius_px = radius_px,
		.stretch = exp(between(random, -0.3, 0.3)),
		.cos_angle = cos(angle),
		.sin_angle = sin(angle)};

	for (int k = 0; k < WAVES; k++) {
		blob.wave[k] = waviness * between(random, 0.0, 1.0) / (k + 2);
		blob.wave_phase[k] = between(random, 0.0, 2.0 * M_PI);
	}
	return blob;
}

/* A place inside a blob, at most `limit` of the way to its outline. */
static void place_inside(
	double out[2], struct plica_random *random, const struct blob *blob, double limit)
{
	double radius = limit * blob->radius_px * sqrt(plica_random_uniform(random));
	double angle = between(random, 0.0, 2.0 * M_PI);
	double u = radius * cos(angle) * blob->stretch;
	double v = radius * sin(angle) / blob->stretch;

	out[0] = blob->y + blob->sin_angle * u + blob->cos_angle * v;
	out[1] = blob->x + blob->cos_angle * u - blob->sin_angle * v;
}

/* Granules and vesicles: many, small, dense or hollow. */
static void add_granules(
	struct canvas *canvas, const struct blob *cell, struct plica_random *random)
{
	size_t count =
		(size_t)(cell->radius_px * cell->radius_px / 30.0 * between(random, 0.3, 1.5));

	for (size_t i = 0; i < count; i++) {
		double at[2];
		struct blob granule;

		place_inside(at, random, cell, 0.92);
		granule = shape_blob(random, at, between(random, 0.8, 2.6), 0.0);
		granule.edge_px = 1.2;
		granule.flat = between(random, -0.35, 0.7);
		granule.absorption = between(random, 0.2, 2.2);
		add_blob(canvas, &granule);
	}
}

static void add_nucleus(struct canvas *canvas, const struct blob *cell, struct plica_random *random)
{
	double at[2];
	struct blob nucleus;
	size_t spots = 1 + plica_random_below(random, 3);

	place_inside(at, random, cell, 0.35);
	nucleus = shape_blob(random, at, cell->radius_px * between(random, 0.32, 0.5), 0.15);
	nucleus.edge_px = between(random, 1.0, 2.5);
	nucleus.flat = between(random, 0.25, 0.5);
	nucleus.dome = between(random, 0.0, 0.25);
	nucleus.rim = between(random, 0.0, 0.3);
	nucleus.absorption = between(random, 0.3, 1.0);
	nucleus.texture = 0.9;
	nucleus.pattern = canvas->fine;
	add_blob(canvas, &nucleus);
	for (size_t i = 0; i < spots; i++) {
		struct blob spot;

		place_inside(at, random, &nucleus, 0.7);
		spot = shape_blob(random, at, nucleus.radius_px * between(random, 0.12, 0.3), 0.1);
		spot.edge_px = 1.5;
		spot.flat = between(random, 0.2, 0.5);
		spot.absorption = between(random, 0.8, 1.6);
		add_blob(canvas, &spot);
	}
}

static void add_cell(struct canvas *canvas, struct plica_random *random)
{
	const double at[2] = {between(random, -0.5, (double)canvas->rows - 0.5),
		between(random, -0.5, (double)canvas->cols - 0.5)};
	/* log-uniform: as many octaves of size as there are */
	double radius_px =
		SMALLEST_PX * pow(LARGEST_PX / SMALLEST_PX, plica_random_uniform(random));
	struct blob cell = shape_blob(random, at, radius_px, 0.22);

	cell.edge_px = between(random, 1.0, 5.0);
	cell.flat = between(random, 0.08, 0.25);
	cell.dome = between(random, 0.1, 0.5);
	cell.rim = between(random, 0.0, 0.35);
	cell.absorption = between(random, 0.1, 0.6);
	cell.texture = 0.8;
	cell.pattern = canvas->coarse;
	add_blob(canvas, &cell);
	add_granules(canvas, &cell, random);
	if (plica_random_uniform(random) < 0.85)
		add_nucleus(canvas, &cell, random);
}

static size_t cell_count(const struct canvas *canvas)
{
	double mean_square_px = (LARGEST_PX * LARGEST_PX - SMALLEST_PX * SMALLEST_PX) /
				(2.0 * log(LARGEST_PX / SMALLEST_PX));
	double pixels = (double)canvas->rows * (double)canvas->cols;

	return (size_t)ceil(COVERAGE * pixels / (M_PI * mean_square_px));
}

static enum plica_status prepare(struct canvas *canvas, uint64_t seed, struct plica_error *err)
{
	const struct plica_noise coarse = {24.0, 3.0, 0.75, seed, COARSE_STREAM};
	const struct plica_noise fine = {6.0, 1.5, 0.8, seed, FINE_STREAM};
	const struct plica_noise medium = {160.0, 2.5, 0.62, seed, MEDIUM_STREAM};
	size_t rows = canvas->rows;
	size_t cols = canvas->cols;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&canvas->phase, rows * cols, err));
	PLICA_TRY(PLICA_NEW(&canvas->absorption, rows * cols, err));
	PLICA_TRY(plica_noise_create(&canvas->coarse, rows, cols, &coarse, err));
	PLICA_TRY(plica_noise_create(&canvas->fine, rows, cols, &fine, err));
	PLICA_TRY(plica_noise_create(&canvas->medium, rows, cols, &medium, err));
out:
	return status;
}

static void release(struct canvas *canvas)
{
	plica_free(canvas->phase);
	plica_free(canvas->absorption);
	plica_free(canvas->coarse);
	plica_free(canvas->fine);
	plica_free(canvas->medium);
}

/* Saturates the sums into the ranges of a specimen: no pixel's value depends on any other's. */
static void develop(struct plica_field *out, const struct canvas *canvas)
{
	for (size_t y = 0; y < canvas->rows; y++)
		for (size_t x = 0; x < canvas->cols; x++) {
			size_t i = y * canvas->cols + x;
			double medium = 0.35 + 0.25 * (double)canvas->medium[i];
			double thickness = fmax((double)canvas->phase[i] + medium, 0.0);
			double absorption =
				(double)canvas->absorption[i] + 0.25 * fmax(medium, 0.0);
			double phase_rad = 1.5 * (1.0 - exp(-0.6 * thickness));
			double amplitude = 0.7 + 0.3 * exp(-0.9 * absorption);

			*plica_field_at(out, y, x) = CMPLXF((float)(amplitude * cos(phase_rad)),
				(float)(amplitude * sin(phase_rad)));
		}
}

enum plica_status plica_specimen_draw_cells(
	struct plica_field *out, uint64_t seed, struct plica_error *err)
{
	struct canvas canvas = {.rows = out->rows, .cols = out->cols};
	enum plica_status status;

	PLICA_TRY(prepare(&canvas, seed, err));
	for (size_t i = 0; i < cell_count(&canvas); i++) {
		struct plica_random random;

		plica_random_start(&random, seed, PLICA_RANDOM_SPECIMEN, CELL_STREAM + i);
		add_cell(&canvas, &random);
	}
	develop(out, &canvas);
out:
	release(&canvas);
	return status;
}
