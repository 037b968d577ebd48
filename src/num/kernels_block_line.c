/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The block kernels' line search: the waves A O, A dO + B O and B dO go through the transforms
 * side by side, in three areas; their spectra a, b, c meet at the detector, where |a + t b + t^2 c|^2
 * is compared with the pattern for every t at once.
 */
#include "num/kernels_detector.h"
#include "num/kernels_sweeps.h"

struct line {
	const struct plica_line_search *args;
	const struct block_plan *plan;
	struct block_scratch scratch[MOST_AREAS]; /* with one area each */
	vec scale;
	vec t[PLICA_MOST_TRIALS];
	struct lane_sums objective[PLICA_MOST_TRIALS];
};

static struct line line_of(
	const struct plica_line_search *args, const struct block_plan *plan, void *work)
{
	struct line line = {.args = args, .plan = plan};

	line.scratch[0] = VARIANT(block_scratch)(plan, work);
	line.scale = broadcast(1.0f / (float)(plan->size * plan->size));
	for (size_t k = 0; k < args->trials; k++)
		line.t[k] = broadcast((float)args->t[k]);
	if (args->shifted)
		VARIANT(block_ramps)(
			plan, &line.scratch[0], args->shift_y, args->shift_x, args->amplitude);
	for (size_t k = 1; k < MOST_AREAS; k++) {
		line.scratch[k] = line.scratch[0];
		line.scratch[k].area = line.scratch[0].more_areas + (k - 1) * area_floats(plan);
		line.scratch[k].strip = line.scratch[0].more_strips + (k - 1) * strip_floats(plan);
	}
	return line;
}

/* Sweep 1 of P and dP. */
static void shift_both(const struct line *line)
{
	const float *const spectrum[] = {line->args->probe, line->args->probe_direction};

	for (size_t k = 0; k < 2; k++) {
		struct plica_exit_wave args = {.probe = spectrum[k]};
		struct job job = {line->plan, &args, line->scratch[k]};

		shift_spectrum(&job);
	}
}

/* dO, and what moving the position adds to it */
INLINE struct cvec direction_at(const struct plica_line_search *args, size_t y, size_t x)
{
	size_t at = (args->row + y) * args->direction->stride + args->col + x;
	struct cvec direction = planes_at(args->direction, at);

	if (args->slope_y != NULL && args->slope_x != NULL) {
		struct cvec slope_y = planes_at(args->slope_y, at);
		struct cvec slope_x = planes_at(args->slope_x, at);

		direction = cadd(direction, cscale(slope_y, broadcast(args->move_y)));
		direction = cadd(direction, cscale(slope_x, broadcast(args->move_x)));
	}
	return direction;
}

/* A or B at rows j, j + stride, ... */
INLINE void wave_in(
	struct cvec *x, const struct line *line, size_t k, size_t block, size_t j, size_t radix)
{
	const struct block_stage *stage = &line->plan->stages.stage[0];
	const float *wave = k == 0 ? line->args->probe : line->args->probe_direction;
	size_t pitch = wave_pitch(line->plan->size);

	if (line->args->shifted)
		inverse_in(x, line->scratch[k].strip, stage, radix, j);
	else
		for (size_t q = 0; q < radix; q++)
			x[q] = cscale(cload(wave + (j + q * stage->stride) * pitch + block * PAIR),
				broadcast(line->args->amplitude));
}

INLINE void three_products(const struct line *line, size_t block, size_t j, size_t radix)
{
	const struct plica_line_search *args = line->args;
	const struct block_stage *stage = &line->plan->stages.stage[0];
	struct cvec a[LARGEST_RADIX] = {0};
	struct cvec b[LARGEST_RADIX] = {0};
	struct cvec c[LARGEST_RADIX];

	wave_in(a, line, 0, block, j, radix);
	wave_in(b, line, 1, block, j, radix);
	for (size_t q = 0; q < radix; q++) {
		size_t y = j + q * stage->stride;
		size_t at = (args->row + y) * args->object->stride + args->col + block * LANES;
		struct cvec object = planes_at(args->object, at);
		struct cvec direction = direction_at(args, y, block * LANES);

		c[q] = cmul(b[q], direction);
		b[q] = cadd(cmul(b[q], object), cmul(a[q], direction));
		a[q] = cmul(a[q], object);
	}
	forward_out(line->scratch[0].strip, a, stage, radix, j);
	forward_out(line->scratch[1].strip, b, stage, radix, j);
	forward_out(line->scratch[2].strip, c, stage, radix, j);
}

/* Sweep 2 of all three. */
INLINE void meet_directions_of(const struct line *line, size_t radix)
{
	const struct block_plan *plan = line->plan;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		for (size_t k = 0; k < 2 && line->args->shifted; k++)
			strip_from_area(plan, &line->scratch[k], block);
		for (size_t j = 0; j < plan->stages.stage[0].stride; j++)
			three_products(line, block, j, radix);
		for (size_t k = 0; k < MOST_AREAS; k++)
			strip_to_area(plan, &line->scratch[k], block);
	}
}

static void meet_directions(const struct line *line)
{
	if (line->plan->stages.stage[0].radix == 8)
		meet_directions_of(line, 8);
	else
		meet_directions_of(line, 4);
}

/* The last butterfly of eight slots, in place. */
INLINE void finish_group(float *rows)
{
	struct cvec x[LAST_RADIX];

	load_group(x, rows);
	butterfly8(x, FORWARD);
	store_group(rows, x);
}

INLINE vec objective_at(const struct line *line, vec power, struct measured measured, bool poisson)
{
	vec amplitude = measured.amplitude;
	vec epsilon = broadcast(line->args->epsilon);
	vec difference = square_root(power) - amplitude;
	vec counts = amplitude * amplitude + epsilon;

	if (!poisson)
		return where(measured.valid, difference * difference);
	return where(measured.valid, power + epsilon - counts * natural_log(power + epsilon));
}

/* The objective of every trial at LANES pixels. */
INLINE void try_all(vec *sums, const struct line *line, const float *const rows[MOST_AREAS],
	struct measured measured, bool poisson)
{
	struct cvec a = cload(rows[0]);
	struct cvec b = cload(rows[1]);
	struct cvec c = cload(rows[2]);

	for (size_t k = 0; k < line->args->trials; k++) {
		vec re = a.re + line->t[k] * (b.re + line->t[k] * c.re);
		vec im = a.im + line->t[k] * (b.im + line->t[k] * c.im);
		vec power = (re * re + im * im) * line->scale;

		sums[k] += objective_at(line, power, measured, poisson);
	}
}

/* Sweep 3 of one block of slots. */
INLINE void meet_detector_block(struct line *line, size_t block, bool poisson)
{
	const struct block_plan *plan = line->plan;
	size_t first_pixel = block * plan->size * LANES;
	size_t part = plan->stages.stage[0].stride;
	vec sums[PLICA_MOST_TRIALS] = {0};
	float *rows[MOST_AREAS];

	for (size_t k = 0; k < MOST_AREAS; k++) {
		rows[k] = line->scratch[k].area + block * plan->pitch;
		forward_stage(rows[k], &plan->stages.stage[0]);
		for (size_t start = 0; start < plan->size; start += part)
			forward_inner(rows[k] + start * PAIR, &plan->stages);
		for (size_t slot = 0; slot < plan->size; slot += LAST_RADIX)
			finish_group(rows[k] + slot * PAIR);
	}
	for (size_t slot = 0; slot < plan->size; slot++) {
		const float *const at[MOST_AREAS] = {
			rows[0] + slot * PAIR, rows[1] + slot * PAIR, rows[2] + slot * PAIR};

		try_all(sums, line, at,
			measured_at(&line->args->pattern, first_pixel + slot * LANES), poisson);
	}
	for (size_t k = 0; k < line->args->trials; k++)
		add_to_lanes(&line->objective[k], sums[k]);
}

void VARIANT(block_line_search)(const struct plica_kernels *self, void *work,
	const struct plica_line_search *args, double *objective)
{
	struct line line = line_of(args, self->plan, work);

	if (args->shifted)
		shift_both(&line);
	meet_directions(&line);
	for (size_t block = 0; block < line.plan->size / LANES; block++)
		if (args->model == PLICA_DETECTOR_POISSON)
			meet_detector_block(&line, block, true);
		else
			meet_detector_block(&line, block, false);
	for (size_t k = 0; k < args->trials; k++)
		objective[k] = sum_of_lanes(&line.objective[k]);
}
