/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/fft.h"

#include <complex.h>
#include <fftw3.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/try.h"

struct plica_fft {
	fftwf_plan forward;
	fftwf_plan inverse;
};

struct plica_fft_double {
	fftw_plan forward;
	fftw_plan inverse;
};

/* FFTW's planner is not thread-safe; executing plans is. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static enum plica_status check_size(size_t rows, size_t cols, struct plica_error *err)
{
	if (rows == 0 || cols == 0 || rows > INT_MAX || cols > INT_MAX)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"cannot plan a Fourier transform of %zu x %zu", rows, cols);
	return PLICA_OK;
}

static enum plica_status planning_failed(size_t rows, size_t cols, struct plica_error *err)
{
	return plica_error_set(
		err, PLICA_ERR_MEMORY, "FFTW cannot plan a transform of %zu x %zu", rows, cols);
}

enum plica_status plica_fft_create(
	struct plica_fft **out, size_t rows, size_t cols, struct plica_error *err)
{
	enum plica_status status;
	struct plica_fft *fft = NULL;
	float complex *scratch = NULL;

	PLICA_TRY(check_size(rows, cols, err));
	PLICA_TRY(PLICA_NEW(&fft, 1, err));
	PLICA_TRY(PLICA_NEW(&scratch, rows * cols, err));
	(void)pthread_mutex_lock(&planner);
	fft->forward = fftwf_plan_dft_2d(
		(int)rows, (int)cols, scratch, scratch, FFTW_FORWARD, FFTW_ESTIMATE);
	fft->inverse = fftwf_plan_dft_2d(
		(int)rows, (int)cols, scratch, scratch, FFTW_BACKWARD, FFTW_ESTIMATE);
	(void)pthread_mutex_unlock(&planner);
	if (fft->forward == NULL || fft->inverse == NULL) {
		status = planning_failed(rows, cols, err);
		goto out;
	}
	*out = fft;
	fft = NULL;
out:
	plica_free(scratch);
	plica_fft_free(fft);
	return status;
}

void plica_fft_free(struct plica_fft *fft)
{
	if (fft == NULL)
		return;
	(void)pthread_mutex_lock(&planner);
	if (fft->forward != NULL)
		fftwf_destroy_plan(fft->forward);
	if (fft->inverse != NULL)
		fftwf_destroy_plan(fft->inverse);
	(void)pthread_mutex_unlock(&planner);
	plica_free(fft);
}

void plica_fft_forward(const struct plica_fft *fft, float complex *data)
{
	fftwf_execute_dft(fft->forward, data, data);
}

void plica_fft_inverse(const struct plica_fft *fft, float complex *data)
{
	fftwf_execute_dft(fft->inverse, data, data);
}

enum plica_status plica_fft_double_create(
	struct plica_fft_double **out, size_t rows, size_t cols, struct plica_error *err)
{
	enum plica_status status;
	struct plica_fft_double *fft = NULL;
	double complex *scratch = NULL;

	PLICA_TRY(check_size(rows, cols, err));
	PLICA_TRY(PLICA_NEW(&fft, 1, err));
	PLICA_TRY(PLICA_NEW(&scratch, rows * cols, err));
	(void)pthread_mutex_lock(&planner);
	fft->forward = fftw_plan_dft_2d(
		(int)rows, (int)cols, scratch, scratch, FFTW_FORWARD, FFTW_ESTIMATE);
	fft->inverse = fftw_plan_dft_2d(
		(int)rows, (int)cols, scratch, scratch, FFTW_BACKWARD, FFTW_ESTIMATE);
	(void)pthread_mutex_unlock(&planner);
	if (fft->forward == NULL || fft->inverse == NULL) {
		status = planning_failed(rows, cols, err);
		goto out;
	}
	*out = fft;
	fft = NULL;
out:
	plica_free(scratch);
	plica_fft_double_free(fft);
	return status;
}

void plica_fft_double_free(struct plica_fft_double *fft)
{
	if (fft == NULL)
		return;
	(void)pthread_mutex_lock(&planner);
	if (fft->forward != NULL)
		fftw_destroy_plan(fft->forward);
	if (fft->inverse != NULL)
		fftw_destroy_plan(fft->inverse);
	(void)pthread_mutex_unlock(&planner);
	plica_free(fft);
}

void plica_fft_double_forward(const struct plica_fft_double *fft, double complex *data)
{
	fftw_execute_dft(fft->forward, data, data);
}

void plica_fft_double_inverse(const struct plica_fft_double *fft, double complex *data)
{
	fftw_execute_dft(fft->inverse, data, data);
}

/* The fastest of the rounds, a transform. */
static double time_plan(fftwf_plan plan, double seconds)
{
	const int transforms = 10, least_rounds = 10;
	double begin = plica_seconds();
	double best = INFINITY;

	for (int round = 0; round < least_rounds || plica_seconds() - begin < seconds; round++) {
		double start = plica_seconds();

		for (int i = 0; i < transforms; i++)
			fftwf_execute(plan);
		best = fmin(best, (plica_seconds() - start) / transforms);
	}
	return best;
}

enum plica_status plica_fft_measure(
	double *out_s, size_t side, double seconds, struct plica_error *err)
{
	enum plica_status status;
	float complex *data = NULL;
	fftwf_plan plan;

	PLICA_TRY(check_size(side, side, err));
	PLICA_TRY(PLICA_NEW(&data, side * side, err));
	(void)pthread_mutex_lock(&planner);
	plan = fftwf_plan_dft_2d((int)side, (int)side, data, data, FFTW_FORWARD, FFTW_PATIENT);
	(void)pthread_mutex_unlock(&planner);
	if (plan == NULL) {
		status = planning_failed(side, side, err);
		goto out;
	}
	memset(data, 0, side * side * sizeof(*data)); /* planning has written to it */
	*out_s = time_plan(plan, seconds);
	(void)pthread_mutex_lock(&planner);
	fftwf_destroy_plan(plan);
	(void)pthread_mutex_unlock(&planner);
out:
	plica_free(data);
	return status;
}

double plica_fft_frequency(size_t k, size_t n)
{
	double index = (double)k;

	return k < (n + 1) / 2 ? index / (double)n : (index - (double)n) / (double)n;
}

size_t plica_fft_fast_size(size_t least)
{
	for (size_t size = least;; size++) {
		size_t rest = size;

		while (rest % 2 == 0)
			rest /= 2;
		while (rest % 3 == 0)
			rest /= 3;
		while (rest % 5 == 0)
			rest /= 5;
		if (rest == 1)
			return size;
	}
}
