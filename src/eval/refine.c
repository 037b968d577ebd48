/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/refine.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "eval/phasor.h"

/* The unknowns: real and imaginary part of the factor's relative change, then the parameters. */
#define UNKNOWNS (2 + PLICA_ALIGN_PARAMETERS)
#define MOST_STEPS 40
#define LEAST_STEP 1e-6   /* px and cycles */
#define LEAST_ERROR 1e-14 /* relative, squared: what single precision leaves */
#define LARGEST_DAMPING 1e4
#define MOST_WAY 2.0 /* px and cycles from the start: farther off is another minimum */

/* The moved reconstruction and its derivatives by the shift. */
enum { VALUE, BY_Y, BY_X, BY_YY, BY_YX, BY_XX, FIELDS };

static const unsigned int orders[FIELDS][2] = {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}};

struct refinement {
	struct plica_alignment *alignment;
	const struct plica_align_target *target;
	double start[PLICA_ALIGN_PARAMETERS];
	size_t count;
	double complex *field[FIELDS];     /* area-sized */
	double matrix[UNKNOWNS][UNKNOWNS]; /* second derivatives of E / 2, lower half */
	double scale[UNKNOWNS];            /* what damping adds to its diagonal */
	double vector[UNKNOWNS];           /* minus the first derivatives */
	double complex factor;
	double error; /* relative, squared */
	double damping;
};

double complex plica_align_factor(double *error, const struct plica_align_target *target,
	const double complex *a, size_t count)
{
	double complex mixed = 0.0;
	double complex factor;
	double power = 0.0;
	double total = 0.0;
	double left = 0.0;

	for (size_t i = 0; i < count; i++) {
		mixed += target->weight[i] * conj(a[i]) * target->value[i];
		power += target->weight[i] * plica_power(a[i]);
		total += target->weight[i] * plica_power(target->value[i]);
	}
	factor = power > 0.0 ? mixed / power : 0.0;
	for (size_t i = 0; i < count; i++) {
		double complex residual = target->value[i] - factor * a[i];

		left += target->weight[i] * plica_power(residual);
	}
	*error = total > 0.0 ? left / total : 0.0;
	return factor;
}

/* Moves to `parameter` and says how well that fits. */
static double complex evaluate(struct refinement *self, double *error, const double *parameter)
{
	plica_alignment_set(self->alignment, parameter);
	plica_alignment_get(self->alignment, self->field[VALUE], 0, 0);
	return plica_align_factor(error, self->target, self->field[VALUE], self->count);
}

/* The model g a at one pixel, by the unknowns: first derivatives, and second (lower half). */
struct pixel {
	double complex first[UNKNOWNS];
	double complex second[UNKNOWNS][UNKNOWNS];
	double complex residual;
	double weight;
};

static void add_pixel(struct refinement *self, const struct pixel *pixel)
{
	for (size_t j = 0; j < UNKNOWNS; j++) {
		double complex left = conj(pixel->first[j]);

		self->scale[j] += pixel->weight * plica_power(pixel->first[j]);
		self->vector[j] += pixel->weight * creal(left * pixel->residual);
		for (size_t k = 0; k <= j; k++)
			self->matrix[j][k] += pixel->weight *
					      creal(left * pixel->first[k] -
						      conj(pixel->residual) * pixel->second[j][k]);
	}
}

/* Distance in areas from the ramp's zero, of pixel i as it was before the shift. */
static double ramp_arm(const struct plica_align_axis *axis, size_t i, double shift)
{
	return ((double)i - shift + axis->rest) / (double)axis->area - 0.5;
}

/* `turn` is -2 pi i times the ramp's arm, its derivative by the ramp's cycles; d_turn is the
 * derivative of that by the shift. Both for y and x. */
static void fill_pixel(struct pixel *out, const struct refinement *self, size_t i,
	const double complex turn[2], const double complex d_turn[2])
{
	double complex a[FIELDS];

	for (size_t n = 0; n < FIELDS; n++)
		a[n] = self->factor * self->field[n][i];
	out->first[0] = a[VALUE];
	out->first[1] = plica_complex(0.0, 1.0) * a[VALUE];
	for (size_t n = 0; n < 2; n++) {
		out->first[2 + n] = a[BY_Y + n];
		out->first[4 + n] = turn[n] * a[VALUE];
		out->second[4 + n][2] = turn[n] * a[BY_Y];
		out->second[4 + n][3] = turn[n] * a[BY_X];
		out->second[4 + n][2 + n] += d_turn[n] * a[VALUE];
		out->second[4 + n][4] = turn[n] * turn[0] * a[VALUE];
	}
	out->second[5][5] = turn[1] * turn[1] * a[VALUE];
	out->second[2][2] = a[BY_YY];
	out->second[3][2] = a[BY_YX];
	out->second[3][3] = a[BY_XX];
	for (size_t n = 2; n < UNKNOWNS; n++) {
		out->second[n][0] = out->first[n];
		out->second[n][1] = plica_complex(0.0, 1.0) * out->first[n];
	}
	out->residual = self->target->value[i] - a[VALUE];
	out->weight = self->target->weight[i];
}

/* The Newton equations at the parameters set. */
static void build(struct refinement *self)
{
	const struct plica_align_axis *rows = &self->alignment->y;
	const struct plica_align_axis *cols = &self->alignment->x;
	const double *p = self->alignment->parameter;
	const double complex full = plica_complex(0.0, -2.0 * M_PI);
	const double complex d_turn[2] = {-full / (double)rows->area, -full / (double)cols->area};
	struct pixel pixel = {0};

	memset(self->matrix, 0, sizeof(self->matrix));
	memset(self->scale, 0, sizeof(self->scale));
	memset(self->vector, 0, sizeof(self->vector));
	for (size_t n = BY_Y; n < FIELDS; n++)
		plica_alignment_get(self->alignment, self->field[n], orders[n][0], orders[n][1]);
	for (size_t i = 0; i < self->count; i++) {
		const double complex turn[2] = {
			full * ramp_arm(rows, i / cols->area, p[PLICA_ALIGN_SHIFT_Y]),
			full * ramp_arm(cols, i % cols->area, p[PLICA_ALIGN_SHIFT_X])};

		fill_pixel(&pixel, self, i, turn, d_turn);
		add_pixel(self, &pixel);
	}
}

/* Cholesky factor of the damped matrix, below the diagonal; false when it is not positive. */
static bool factorise(double lower[UNKNOWNS][UNKNOWNS], const struct refinement *self)
{
	for (size_t j = 0; j < UNKNOWNS; j++) {
		double pivot = self->matrix[j][j] + self->damping * self->scale[j];

		for (size_t k = 0; k < j; k++)
			pivot -= lower[j][k] * lower[j][k];
		if (!(pivot > 1e-14 * self->scale[j]))
			return false;
		lower[j][j] = sqrt(pivot);
		for (size_t i = j + 1; i < UNKNOWNS; i++) {
			double sum = self->matrix[i][j];

			for (size_t k = 0; k < j; k++)
				sum -= lower[i][k] * lower[j][k];
			lower[i][j] = sum / lower[j][j];
		}
	}
	return true;
}

static bool solve(double step[UNKNOWNS], const struct refinement *self)
{
	double lower[UNKNOWNS][UNKNOWNS] = {{0.0}};

	if (!factorise(lower, self))
		return false;
	for (size_t i = 0; i < UNKNOWNS; i++) {
		step[i] = self->vector[i];
		for (size_t k = 0; k < i; k++)
			step[i] -= lower[i][k] * step[k];
		step[i] /= lower[i][i];
	}
	for (size_t i = UNKNOWNS; i-- > 0;) {
		for (size_t k = i + 1; k < UNKNOWNS; k++)
			step[i] -= lower[k][i] * step[k];
		step[i] /= lower[i][i];
	}
	return true;
}

/* Where a step leads, and its largest component; false when that is too far away. */
static bool take_step(double trial[PLICA_ALIGN_PARAMETERS], double *size,
	const struct refinement *self, const double *parameter, const double step[UNKNOWNS])
{
	*size = 0.0;
	for (size_t i = 0; i < PLICA_ALIGN_PARAMETERS; i++) {
		trial[i] = parameter[i] + step[i + 2];
		*size = fmax(*size, fabs(step[i + 2]));
		if (!(fabs(trial[i] - self->start[i]) <= MOST_WAY))
			return false;
	}
	return true;
}

/* One step that lowers the error, with as much damping as that takes; false when there is none. */
static bool improve(struct refinement *self, double parameter[PLICA_ALIGN_PARAMETERS])
{
	while (self->damping <= LARGEST_DAMPING) {
		double trial[PLICA_ALIGN_PARAMETERS];
		double step[UNKNOWNS];
		double size = INFINITY;
		double error = INFINITY;
		double complex factor = 0.0;

		if (solve(step, self) && take_step(trial, &size, self, parameter, step) &&
			size >= LEAST_STEP)
			factor = evaluate(self, &error, trial);
		if (size < LEAST_STEP)
			return false;
		if (error < self->error) {
			memcpy(parameter, trial, sizeof(trial));
			self->factor = factor;
			self->error = error;
			self->damping *= 0.1;
			return true;
		}
		self->damping *= 10.0;
	}
	return false;
}

static enum plica_status allocate(struct refinement *self, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t n = 0; n < FIELDS; n++)
		PLICA_TRY(PLICA_NEW(&self->field[n], self->count, err));
out:
	return status;
}

enum plica_status plica_align_refine(double parameter[PLICA_ALIGN_PARAMETERS],
	struct plica_alignment *alignment, const struct plica_align_target *target,
	struct plica_error *err)
{
	enum plica_status status;
	struct refinement self = {.alignment = alignment,
		.target = target,
		.count = alignment->y.area * alignment->x.area,
		.damping = 1e-3};

	memcpy(self.start, parameter, sizeof(self.start));
	PLICA_TRY(allocate(&self, err));
	self.factor = evaluate(&self, &self.error, parameter);
	for (int step = 0; step < MOST_STEPS && self.error > LEAST_ERROR; step++) {
		build(&self);
		if (!improve(&self, parameter))
			break;
	}
	plica_alignment_set(alignment, parameter);
out:
	for (size_t n = 0; n < FIELDS; n++)
		plica_free(self.field[n]);
	return status;
}
