/* SPDX-License-Identifier: BSD-3-Clause */
#include "lsqml_reference.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

static double square(double complex z)
{
	return creal(z) * creal(z) + cimag(z) * cimag(z);
}

static double complex *new_field(size_t count)
{
	double complex *field = NULL;

	assert_ok(PLICA_NEW(&field, count, &err));
	return field;
}

static double *new_numbers(size_t count)
{
	double *numbers = NULL;

	assert_ok(PLICA_NEW(&numbers, count, &err));
	return numbers;
}

/* A.1, A.2: amplitudes with the zero frequency at [0, 0]; starts and fractions of the patches. */
static void take_data(struct reference *reference, const struct plica_dataset *dataset)
{
	size_t n = reference->side;
	float *pattern = NULL;

	assert_ok(PLICA_NEW(&pattern, n * n, &err));
	for (size_t i = 0; i < reference->count; i++) {
		plica_dataset_amplitudes(pattern, dataset, i);
		for (size_t k = 0; k < n * n; k++) {
			size_t from = (k / n + n / 2) % n * n + (k % n + n / 2) % n;

			reference->amplitude[i * n * n + k] = (double)pattern[from];
			reference->valid[k] =
				dataset->mask == NULL || dataset->mask[from] != 0 ? 1.0 : 0.0;
		}
	}
	plica_free(pattern);
}

void reference_init(struct reference *reference, const struct plica_dataset *dataset,
	const struct plica_problem *problem, const struct plica_settings *settings)
{
	size_t n = dataset->pattern_px;
	size_t count = dataset->pattern_count;

	*reference = (struct reference){.settings = settings,
		.side = n,
		.count = count,
		.rows = problem->object.rows,
		.cols = problem->object.cols};
	memcpy(reference->roi, problem->roi, sizeof(reference->roi));
	assert_ok(PLICA_NEW(&reference->row, count, &err));
	assert_ok(PLICA_NEW(&reference->col, count, &err));
	reference->shift_y = new_numbers(count);
	reference->shift_x = new_numbers(count);
	reference->y_px = new_numbers(count);
	reference->x_px = new_numbers(count);
	reference->origin_y = problem->origin_y;
	reference->origin_x = problem->origin_x;
	memcpy(reference->y_px, dataset->y_px, count * sizeof(double));
	memcpy(reference->x_px, dataset->x_px, count * sizeof(double));
	reference->amplitude = new_numbers(count * n * n);
	reference->valid = new_numbers(n * n);
	reference->relaxation = new_numbers(count);
	for (size_t i = 0; i < count; i++)
		reference->relaxation[i] = 0.5;
	reference->illumination = new_numbers(reference->rows * reference->cols);
	reference->object = new_field(reference->rows * reference->cols);
	reference->probe_update = new_field(n * n);
	reference->epoch_gradient = new_field(reference->rows * reference->cols);
	reference->probe = new_field(n * n);
	assert_ok(plica_fft_double_create(&reference->fft, n, n, &err));
	for (size_t i = 0; i < count; i++) {
		double y = nearbyint(dataset->y_px[i]);
		double x = nearbyint(dataset->x_px[i]);

		reference->row[i] = lrint(y - floor((double)n / 2.0) - problem->origin_y);
		reference->col[i] = lrint(x - floor((double)n / 2.0) - problem->origin_x);
		reference->shift_y[i] = dataset->y_px[i] - y;
		reference->shift_x[i] = dataset->x_px[i] - x;
	}
	take_data(reference, dataset);
	for (size_t k = 0; k < reference->rows * reference->cols; k++)
		reference->object[k] = 1.0;
	for (size_t k = 0; k < n * n; k++)
		reference->probe[k] = (double complex)dataset->probe[k];
}

void reference_release(struct reference *reference)
{
	plica_free(reference->row);
	plica_free(reference->col);
	plica_free(reference->shift_y);
	plica_free(reference->shift_x);
	plica_free(reference->y_px);
	plica_free(reference->x_px);
	plica_free(reference->amplitude);
	plica_free(reference->valid);
	plica_free(reference->relaxation);
	plica_free(reference->illumination);
	plica_free(reference->object);
	plica_free(reference->epoch_gradient);
	plica_free(reference->probe_update);
	reference_momentum_release(&reference->object_momentum);
	reference_momentum_release(&reference->probe_momentum);
	plica_free(reference->probe);
	plica_fft_double_free(reference->fft);
}

static size_t canvas_index(const struct reference *reference, size_t i, size_t k)
{
	size_t row = (size_t)reference->row[i] + k / reference->side;
	size_t col = (size_t)reference->col[i] + k % reference->side;

	return row * reference->cols + col;
}

/* A.3, B.1, B.2: A = T_delta P and Psi = F(A O), unitary. */
static void model(const struct reference *reference, size_t i, double complex *incident,
	double complex *detector)
{
	size_t n = reference->side;

	synthetic_shift(incident, reference->probe, n, reference->shift_y[i], reference->shift_x[i],
		reference->fft);
	for (size_t k = 0; k < n * n; k++)
		detector[k] = incident[k] * reference->object[canvas_index(reference, i, k)];
	plica_fft_double_forward(reference->fft, detector);
	for (size_t k = 0; k < n * n; k++)
		detector[k] /= (double)n;
}

void reference_rescale_probe(struct reference *reference)
{
	size_t pixels = reference->side * reference->side;
	double complex *incident = new_field(pixels);
	double complex *detector = new_field(pixels);
	double measured = 0.0, modelled = 0.0;

	for (size_t i = 0; i < reference->count; i++) {
		model(reference, i, incident, detector);
		for (size_t k = 0; k < pixels; k++) {
			double amplitude = reference->amplitude[i * pixels + k];

			measured += reference->valid[k] * amplitude * amplitude;
			modelled += reference->valid[k] * square(detector[k]);
		}
	}
	for (size_t k = 0; k < pixels; k++)
		reference->probe[k] *= sqrt(measured / modelled);
	plica_free(incident);
	plica_free(detector);
}

static double *present_illumination(const struct reference *reference)
{
	size_t pixels = reference->side * reference->side;
	double *new = new_numbers(reference->rows * reference->cols);

	for (size_t i = 0; i < reference->count; i++)
		for (size_t k = 0; k < pixels; k++)
			new[canvas_index(reference, i, k)] += square(reference->probe[k]);
	return new;
}

void reference_update_illumination(struct reference *reference, bool first)
{
	double *new = present_illumination(reference);

	for (size_t k = 0; k < reference->rows * reference->cols; k++)
		reference->illumination[k] =
			first ? new[k] : 0.5 * (reference->illumination[k] + new[k]);
	plica_free(new);
}

static bool is_poisson(const struct reference *reference)
{
	return reference->settings->noise_model == PLICA_NOISE_POISSON;
}

/* C.1: xi = V (1 - sqrt(I) / (|Psi| + 1e-9)); C.2: xi = V (1 - (I + e) / (|Psi|^2 + e)). */
static double ratio(const struct reference *reference, size_t i, size_t k, double modelled)
{
	double amplitude = reference->amplitude[i * reference->side * reference->side + k];
	double e = reference->settings->poisson_epsilon;

	if (is_poisson(reference))
		return reference->valid[k] *
		       (1.0 - (amplitude * amplitude + e) / (modelled * modelled + e));
	return reference->valid[k] * (1.0 - amplitude / (modelled + 1e-9));
}

/* C.2: alpha of the position, three Newton steps on L'(alpha) from the last one. */
static void relax(struct reference *reference, size_t i, const double complex *detector)
{
	size_t pixels = reference->side * reference->side;
	double alpha = reference->relaxation[i];

	for (int step = 0; step < 3; step++) {
		double first = 0.0, second = 0.0; /* L' / 2 and L'' / 2 */

		for (size_t k = 0; k < pixels; k++) {
			double expected = square(detector[k]);
			double counts = pow(reference->amplitude[i * pixels + k], 2.0);
			double xi = ratio(reference, i, k, cabs(detector[k]));
			double rest = fmax(1.0 - alpha * xi, 1e-6);

			first -= xi * (expected * rest - counts / rest);
			second += xi * xi * (expected + counts / (rest * rest));
		}
		alpha = fmax(0.0, fmin(1.0, alpha - first / second));
	}
	reference->relaxation[i] = alpha;
}

/* C.3: chi = -F^-1(g xi Psi) */
static void exit_wave_difference(
	struct reference *reference, size_t i, double complex *incident, double complex *difference)
{
	size_t n = reference->side;
	double sigma = reference->settings->gaussian_noise_std;
	double g = 1.0 / (4.0 * sigma * sigma);

	model(reference, i, incident, difference);
	if (is_poisson(reference)) {
		relax(reference, i, difference);
		g = reference->relaxation[i];
	}
	for (size_t k = 0; k < n * n; k++) {
		double amplitude = reference->amplitude[i * n * n + k];
		double modelled = cabs(difference[k]);

		reference->loss +=
			reference->valid[k] * (modelled - amplitude) * (modelled - amplitude);
		difference[k] *= -g * ratio(reference, i, k, modelled) / (double)n;
	}
	plica_fft_double_inverse(reference->fft, difference);
}

/* One batch: what D.4 to D.7 need of each of its positions. */
struct batch {
	const size_t *positions;
	size_t count;
	double complex *incident, *difference; /* count * N^2 */
	double complex *object_direction;      /* canvas */
	double complex *probe_direction;       /* N^2 */
	double *object_steps, *probe_steps;
};

static bool is_compact(const struct reference *reference)
{
	return reference->settings->batching_mode == PLICA_BATCHING_COMPACT;
}

/* D.3: 1 / sqrt(W^2 + (eta max W)^2), applied to the whole canvas. */
static void precondition(const struct reference *reference, double complex *direction)
{
	double largest = 0.0;
	double damping;

	for (size_t k = 0; k < reference->rows * reference->cols; k++)
		largest = fmax(largest, reference->illumination[k]);
	damping = reference->settings->preconditioning_damping_factor * largest;
	for (size_t k = 0; k < reference->rows * reference->cols; k++)
		direction[k] /= hypot(reference->illumination[k], damping);
}

/* D.4: G, with that of the batches before in the same epoch where they are compact; dO. */
static void find_object_direction(struct reference *reference, struct batch *batch)
{
	size_t pixels = reference->side * reference->side;
	size_t canvas = reference->rows * reference->cols;

	for (size_t b = 0; b < batch->count; b++)
		for (size_t k = 0; k < pixels; k++)
			batch->object_direction[canvas_index(reference, batch->positions[b], k)] +=
				batch->difference[b * pixels + k] *
				conj(batch->incident[b * pixels + k]);
	if (is_compact(reference))
		for (size_t k = 0; k < canvas; k++) {
			reference->epoch_gradient[k] += batch->object_direction[k];
			batch->object_direction[k] = reference->epoch_gradient[k];
		}
	precondition(reference, batch->object_direction);
}

/* D.5: dP = (1/b) sum T_-delta (chi conj(O)). */
static void find_probe_direction(const struct reference *reference, struct batch *batch)
{
	size_t pixels = reference->side * reference->side;
	double complex *single = new_field(pixels);

	for (size_t b = 0; b < batch->count; b++) {
		size_t i = batch->positions[b];

		for (size_t k = 0; k < pixels; k++)
			single[k] = batch->difference[b * pixels + k] *
				    conj(reference->object[canvas_index(reference, i, k)]);
		synthetic_shift(single, single, reference->side, -reference->shift_y[i],
			-reference->shift_x[i], reference->fft);
		for (size_t k = 0; k < pixels; k++)
			batch->probe_direction[k] += single[k] / (double)batch->count;
	}
	plica_free(single);
}

/* D.6: a11, a22, Re a12, Im a12, b1, b2. */
static void find_sums(
	const struct reference *reference, const struct batch *batch, double (*sums)[6])
{
	size_t pixels = reference->side * reference->side;

	for (size_t b = 0; b < batch->count; b++) {
		double complex a12 = 0.0;

		sums[b][0] = sums[b][1] = 0.0;
		for (size_t k = 0; k < pixels; k++) {
			size_t at = canvas_index(reference, batch->positions[b], k);
			double complex u =
				batch->object_direction[at] * batch->incident[b * pixels + k];
			double complex v = batch->probe_direction[k] * reference->object[at];
			double complex chi = batch->difference[b * pixels + k];

			sums[b][0] += square(u);
			sums[b][1] += square(v);
			a12 += u * conj(v);
			sums[b][4] += creal(conj(u) * chi);
			sums[b][5] += creal(conj(v) * chi);
		}
		sums[b][2] = creal(a12);
		sums[b][3] = cimag(a12);
	}
}

/* D.6, S = 1: the two-by-two problem of each position, its diagonal raised by 0.1 of the mean. */
static void solve_jointly(struct batch *batch, double (*sums)[6])
{
	double mean11 = 0.0, mean22 = 0.0;

	for (size_t b = 0; b < batch->count; b++) {
		mean11 += sums[b][0] / (double)batch->count;
		mean22 += sums[b][1] / (double)batch->count;
	}
	for (size_t b = 0; b < batch->count; b++) {
		double a11 = sums[b][0] + 0.1 * mean11;
		double a22 = sums[b][1] + 0.1 * mean22;
		double complex a12 = CMPLX(sums[b][2], sums[b][3]);
		/* Cramer's rule for [a11 a12; conj(a12) a22] x = b */
		double determinant = a11 * a22 - square(a12);
		double complex x1 = (a22 * sums[b][4] - a12 * sums[b][5]) / determinant;
		double complex x2 = (a11 * sums[b][5] - conj(a12) * sums[b][4]) / determinant;

		batch->object_steps[b] = fmax(0.0, creal(x1));
		batch->probe_steps[b] = fmax(0.0, creal(x2));
	}
}

/* D.6: each by itself, halved. */
static void solve_separately(struct batch *batch, double (*sums)[6])
{
	for (size_t b = 0; b < batch->count; b++) {
		batch->object_steps[b] = fmax(0.0, 0.5 * sums[b][4] / sums[b][0]);
		batch->probe_steps[b] = fmax(0.0, 0.5 * sums[b][5] / sums[b][1]);
	}
}

static void solve_steps(const struct reference *reference, struct batch *batch)
{
	double(*sums)[6] = NULL;

	assert_ok(PLICA_NEW(&sums, batch->count, &err));
	find_sums(reference, batch, sums);
	if (reference->settings->solve_steps_jointly)
		solve_jointly(batch, sums);
	else
		solve_separately(batch, sums);
	plica_free(sums);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* D.7: the mean of what lies between the 10 % and 90 % quantiles (linear interpolation). */
static double trimmed_mean(const double *values, size_t count)
{
	double *sorted = new_numbers(count);
	double limit[2];
	double sum = 0.0, kept = 0.0;

	memcpy(sorted, values, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare);
	for (int q = 0; q < 2; q++) {
		double place = (q == 0 ? 0.1 : 0.9) * (double)(count - 1);
		size_t below = (size_t)place;
		double part = place - (double)below;

		limit[q] = part > 0.0 ? sorted[below] + part * (sorted[below + 1] - sorted[below])
				      : sorted[below];
	}
	for (size_t k = 0; k < count; k++)
		if (sorted[k] >= limit[0] && sorted[k] <= limit[1]) {
			sum += sorted[k];
			kept += 1.0;
		}
	plica_free(sorted);
	return sum / kept;
}

static void apply(struct reference *reference, const struct batch *batch)
{
	double object_step = reference->settings->object.optimal_step_size_scaler *
			     reference->settings->object.step_size *
			     trimmed_mean(batch->object_steps, batch->count);
	double probe_step = 0.0;

	for (size_t b = 0; b < batch->count; b++)
		probe_step += batch->probe_steps[b] / (double)batch->count;
	probe_step *= reference->settings->probe.optimal_step_size_scaler *
		      reference->settings->probe.step_size;
	if (is_compact(reference)) {
		reference->epoch_step = fmin(reference->epoch_step, object_step);
		probe_step /= (double)reference->batch_count;
	} else {
		for (size_t k = 0; k < reference->rows * reference->cols; k++)
			reference->object[k] += object_step * batch->object_direction[k];
	}
	if (!reference->settings->probe.optimizable)
		return;
	for (size_t k = 0; k < reference->side * reference->side; k++) {
		reference->probe[k] += probe_step * batch->probe_direction[k];
		reference->probe_update[k] += probe_step * batch->probe_direction[k];
	}
}

void reference_begin_compact(struct reference *reference, size_t batch_count)
{
	reference->batch_count = batch_count;
	reference->epoch_step = INFINITY;
	for (size_t k = 0; k < reference->rows * reference->cols; k++)
		reference->epoch_gradient[k] = 0.0;
}

void reference_end_compact(struct reference *reference)
{
	precondition(reference, reference->epoch_gradient);
	for (size_t k = 0; k < reference->rows * reference->cols; k++)
		reference->object[k] += reference->epoch_step * reference->epoch_gradient[k];
}

void reference_batch(struct reference *reference, const size_t *positions, size_t count)
{
	size_t pixels = reference->side * reference->side;
	struct batch batch = {.positions = positions,
		.count = count,
		.incident = new_field(count * pixels),
		.difference = new_field(count * pixels),
		.object_direction = new_field(reference->rows * reference->cols),
		.probe_direction = new_field(pixels),
		.object_steps = new_numbers(count),
		.probe_steps = new_numbers(count)};

	double(*moves)[2] = NULL;
	const struct reference_waves waves = {positions, count, batch.incident, batch.difference};

	assert_ok(PLICA_NEW(&moves, count, &err));
	for (size_t b = 0; b < count; b++)
		exit_wave_difference(reference, positions[b], batch.incident + b * pixels,
			batch.difference + b * pixels);
	find_object_direction(reference, &batch);
	find_probe_direction(reference, &batch);
	solve_steps(reference, &batch);
	if (reference->settings->positions.optimizable)
		reference_find_moves(reference, moves, &waves);
	apply(reference, &batch);
	if (reference->settings->positions.optimizable)
		reference_move(reference, (const double(*)[2])moves, &waves);
	plica_free(moves);
	plica_free(batch.incident);
	plica_free(batch.difference);
	plica_free(batch.object_direction);
	plica_free(batch.probe_direction);
	plica_free(batch.object_steps);
	plica_free(batch.probe_steps);
}

/* nu = sqrt(mean_roi(|O|^2 w)), w = W_roi / sqrt(mean W_roi^2); O /= nu, P *= nu. */
void reference_remove_ambiguity(struct reference *reference)
{
	double *illumination = present_illumination(reference);
	double power = 0.0, weight2 = 0.0, pixels = 0.0;
	double nu;

	for (size_t y = reference->roi[0]; y < reference->roi[1]; y++)
		for (size_t x = reference->roi[2]; x < reference->roi[3]; x++) {
			size_t k = y * reference->cols + x;

			power += square(reference->object[k]) * illumination[k];
			weight2 += illumination[k] * illumination[k];
			pixels += 1.0;
		}
	plica_free(illumination);
	nu = sqrt(power / pixels / sqrt(weight2 / pixels));
	for (size_t k = 0; k < reference->rows * reference->cols; k++)
		reference->object[k] /= nu;
	for (size_t k = 0; k < reference->side * reference->side; k++)
		reference->probe[k] *= nu;
}
