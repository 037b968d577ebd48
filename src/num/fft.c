/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/fft.h"

#include <complex.h>
#include <fftw3.h>
#include <limits.h>
#include <pthread.h>

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

double plica_fft_frequency(size_t k, size_t n)
{
	double index = (double)k;

	return k < (n + 1) / 2 ? index / (double)n : (index - (double)n) / (double)n;
}
