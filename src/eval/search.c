/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/search.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "eval/phasor.h"

/* Rounds of ramp and shift from one start; two settle nearly everything. */
#define ROUNDS 3
/* A shift must explain more than that much of what staying leaves: noise always has some peak. */
#define LEAST_GAIN 0.99

struct search {
	struct plica_alignment *alignment;
	const struct plica_align_target *target;
	struct plica_fft_double *area_fft;
	double complex *area;        /* area-sized */
	double complex *moving;      /* box-sized */
	double complex *fixed;       /* box-sized */
	double complex *correlation; /* box-sized; the target's spectrum is kept in `fixed` */
	double *strength;            /* box-sized */
	size_t most;
};

struct guess {
	double parameter[PLICA_ALIGN_PARAMETERS];
	double agreement;
};

double plica_align_agreement(
	const struct plica_align_target *target, const double complex *a, size_t count)
{
	double complex mixed = 0.0;
	double power_a = 0.0;
	double power_t = 0.0;

	for (size_t i = 0; i < count; i++) {
		mixed += target->weight[i] * conj(a[i]) * target->value[i];
		power_a += target->weight[i] * plica_power(a[i]);
		power_t += target->weight[i] * plica_power(target->value[i]);
	}
	return power_a > 0.0 && power_t > 0.0 ? cabs(mixed) / sqrt(power_a * power_t) : 0.0;
}

static void subtract_mean(double complex *data, size_t count)
{
	double complex mean = 0.0;

	for (size_t i = 0; i < count; i++)
		mean += data[i];
	mean /= (double)count;
	for (size_t i = 0; i < count; i++)
		data[i] -= mean;
}

/* Puts an area-sized picture, its mean off, into a box of zeros. */
static void embed(const struct search *self, double complex *box, const double complex *area)
{
	const struct plica_align_axis *rows = &self->alignment->y;
	const struct plica_align_axis *cols = &self->alignment->x;

	memset(box, 0, rows->box * cols->box * sizeof(*box));
	for (size_t y = 0; y < rows->area; y++)
		memcpy(box + (y + rows->offset) * cols->box + cols->offset, area + y * cols->area,
			cols->area * sizeof(*box));
}

/* conj(in) times its neighbour one row or one column on; the last one repeats. */
static void neighbour_product(
	double complex *out, const double complex *in, size_t rows, size_t cols, bool down)
{
	for (size_t y = 0; y < rows; y++)
		for (size_t x = 0; x < cols; x++) {
			size_t y1 = down && y + 1 < rows ? y + 1 : y;
			size_t x1 = !down && x + 1 < cols ? x + 1 : x;

			out[y * cols + x] = in[y1 * cols + x1] * conj(in[y * cols + x]);
		}
}

/* correlation(q) = sum over y of conj(moving(y - q)) fixed(y), from the two spectra. */
static void correlate(
	struct search *self, const double complex *moving, const double complex *fixed)
{
	size_t count = self->alignment->y.box * self->alignment->x.box;

	for (size_t i = 0; i < count; i++)
		self->correlation[i] = conj(moving[i]) * fixed[i];
	plica_fft_double_inverse(self->alignment->fft, self->correlation);
}

static void add_strength(struct search *self)
{
	size_t count = self->alignment->y.box * self->alignment->x.box;

	for (size_t i = 0; i < count; i++)
		self->strength[i] += plica_power(self->correlation[i]);
}

/* Where the strength is largest among the shifts allowed; ties go to the first in row order. */
static void strongest(const struct search *self, double *shift_y, double *shift_x)
{
	const struct plica_alignment *alignment = self->alignment;
	ptrdiff_t most = (ptrdiff_t)self->most;
	double best = -1.0;

	for (ptrdiff_t y = -most; y <= most; y++)
		for (ptrdiff_t x = -most; x <= most; x++) {
			size_t row = y < 0 ? alignment->y.box - (size_t)-y : (size_t)y;
			size_t col = x < 0 ? alignment->x.box - (size_t)-x : (size_t)x;
			double strength = self->strength[row * alignment->x.box + col];

			if (strength > best) {
				best = strength;
				*shift_y = (double)y;
				*shift_x = (double)x;
			}
		}
}

static void clear_strength(struct search *self)
{
	size_t count = self->alignment->y.box * self->alignment->x.box;

	memset(self->strength, 0, count * sizeof(*self->strength));
}

/* The start that no ramp can hide. */
static void shift_from_neighbours(struct search *self, double *shift_y, double *shift_x)
{
	struct plica_alignment *alignment = self->alignment;
	size_t area = alignment->y.area * alignment->x.area;
	size_t box = alignment->y.box * alignment->x.box;

	clear_strength(self);
	for (int axis = 0; axis < 2; axis++) {
		neighbour_product(self->moving, alignment->box, alignment->y.box, alignment->x.box,
			axis == 0);
		neighbour_product(self->area, self->target->value, alignment->y.area,
			alignment->x.area, axis == 0);
		subtract_mean(self->moving, box);
		subtract_mean(self->area, area);
		embed(self, self->fixed, self->area);
		plica_fft_double_forward(alignment->fft, self->moving);
		plica_fft_double_forward(alignment->fft, self->fixed);
		correlate(self, self->moving, self->fixed);
		add_strength(self);
	}
	strongest(self, shift_y, shift_x);
}

/* The start from the complex correlation, for a ramp that is off already. */
static void shift_from_field(struct search *self, double *shift_y, double *shift_x)
{
	clear_strength(self);
	correlate(self, self->alignment->spectrum, self->fixed);
	add_strength(self);
	strongest(self, shift_y, shift_x);
}

/* The peak's place between bins from its neighbours' spectrum (Jacobsen's estimate). */
static double between_bins(double complex before, double complex peak, double complex after)
{
	double complex bottom = 2.0 * peak - before - after;
	double past = plica_power(bottom) > 0.0 ? creal((before - after) / bottom) : 0.0;

	return fabs(past) <= 0.5 ? past : 0.0;
}

/* Adds to the ramp of `guess` what is left of it in conj(a) t, a being the area as moved now. */
static void improve_ramp(struct search *self, struct guess *guess)
{
	size_t rows = self->alignment->y.area;
	size_t cols = self->alignment->x.area;
	double complex *f = self->area;
	size_t peak = 0;
	size_t y, x;

	for (size_t i = 0; i < rows * cols; i++)
		f[i] = self->target->weight[i] * conj(f[i]) * self->target->value[i];
	plica_fft_double_forward(self->area_fft, f);
	for (size_t i = 1; i < rows * cols; i++)
		if (plica_power(f[i]) > plica_power(f[peak]))
			peak = i;
	y = peak / cols;
	x = peak % cols;
	guess->parameter[PLICA_ALIGN_RAMP_Y] -= plica_fft_frequency(y, rows) * (double)rows +
						between_bins(f[(y + rows - 1) % rows * cols + x],
							f[peak], f[(y + 1) % rows * cols + x]);
	guess->parameter[PLICA_ALIGN_RAMP_X] -= plica_fft_frequency(x, cols) * (double)cols +
						between_bins(f[y * cols + (x + cols - 1) % cols],
							f[peak], f[y * cols + (x + 1) % cols]);
}

static void move(struct search *self, const struct guess *guess)
{
	plica_alignment_set(self->alignment, guess->parameter);
	plica_alignment_get(self->alignment, self->area, 0, 0);
}

/* Moves to `guess` and keeps it in `best` when it agrees better. */
static void judge(struct search *self, struct guess *best, struct guess *guess)
{
	size_t area = self->alignment->y.area * self->alignment->x.area;

	move(self, guess);
	guess->agreement = plica_align_agreement(self->target, self->area, area);
	if (guess->agreement > best->agreement)
		*best = *guess;
}

/* The best ramp without a shift. */
static void stay(struct search *self, struct guess *best)
{
	struct guess guess = {0};

	*best = (struct guess){.agreement = -1.0};
	judge(self, best, &guess);
	for (int round = 0; round < ROUNDS; round++) {
		improve_ramp(self, &guess);
		judge(self, best, &guess);
	}
}

/* Goes on from a start and keeps the best that is met. */
static void follow(struct search *self, struct guess *best, struct guess guess)
{
	judge(self, best, &guess);
	for (int round = 0; round < ROUNDS; round++) {
		double shift_y = 0.0;
		double shift_x = 0.0;
		bool settled;

		improve_ramp(self, &guess);
		plica_alignment_set(self->alignment, guess.parameter);
		shift_from_field(self, &shift_y, &shift_x);
		settled = fabs(shift_y - guess.parameter[PLICA_ALIGN_SHIFT_Y]) < 0.5 &&
			  fabs(shift_x - guess.parameter[PLICA_ALIGN_SHIFT_X]) < 0.5;
		judge(self, best, &guess);
		if (settled)
			break;
		guess.parameter[PLICA_ALIGN_SHIFT_Y] = shift_y;
		guess.parameter[PLICA_ALIGN_SHIFT_X] = shift_x;
		judge(self, best, &guess);
	}
}

/* The share of the target's power that a guess leaves unexplained. */
static double residue(const struct guess *guess)
{
	return 1.0 - guess->agreement * guess->agreement;
}

/* The spectrum of the target itself, for shift_from_field. */
static void prepare_field(struct search *self)
{
	size_t area = self->alignment->y.area * self->alignment->x.area;

	memcpy(self->area, self->target->value, area * sizeof(*self->area));
	subtract_mean(self->area, area);
	embed(self, self->fixed, self->area);
	plica_fft_double_forward(self->alignment->fft, self->fixed);
}

static enum plica_status search_init(struct search *self, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_alignment *alignment = self->alignment;
	size_t area = alignment->y.area * alignment->x.area;
	size_t box = alignment->y.box * alignment->x.box;

	PLICA_TRY(PLICA_NEW(&self->area, area, err));
	PLICA_TRY(PLICA_NEW(&self->moving, box, err));
	PLICA_TRY(PLICA_NEW(&self->fixed, box, err));
	PLICA_TRY(PLICA_NEW(&self->correlation, box, err));
	PLICA_TRY(PLICA_NEW(&self->strength, box, err));
	PLICA_TRY(plica_fft_double_create(
		&self->area_fft, alignment->y.area, alignment->x.area, err));
out:
	return status;
}

static void search_release(struct search *self)
{
	plica_free(self->area);
	plica_free(self->moving);
	plica_free(self->fixed);
	plica_free(self->correlation);
	plica_free(self->strength);
	plica_fft_double_free(self->area_fft);
}

enum plica_status plica_align_search(double parameter[PLICA_ALIGN_PARAMETERS],
	struct plica_alignment *alignment, const struct plica_align_target *target, size_t most,
	struct plica_error *err)
{
	enum plica_status status;
	struct search self = {.alignment = alignment, .target = target, .most = most};
	struct guess start = {0};
	struct guess still;
	struct guess best;

	PLICA_TRY(search_init(&self, err));
	shift_from_neighbours(&self, &start.parameter[PLICA_ALIGN_SHIFT_Y],
		&start.parameter[PLICA_ALIGN_SHIFT_X]);
	prepare_field(&self);
	stay(&self, &still);
	best = still;
	follow(&self, &best, still);
	follow(&self, &best, start);
	if (residue(&best) > LEAST_GAIN * residue(&still))
		best = still;
	memcpy(parameter, best.parameter, sizeof(best.parameter));
out:
	search_release(&self);
	return status;
}
