/* SPDX-License-Identifier: BSD-3-Clause */
/** Small artifact folders for the tests of the report. */
#ifndef PLICA_TEST_ARTIFACTS_H
#define PLICA_TEST_ARTIFACTS_H

#include <complex.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "format/npz.h"
#include "scratch.h"
#include "testing.h"

static inline int artifact_remove_one(
	const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

/** Fixtures: the scratch folder, and its removal with all that is below it. */
static inline int artifact_make(void **state)
{
	return scratch_make(state);
}

static inline int artifact_remove(void **state)
{
	(void)state;
	return nftw(scratch_folder, artifact_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#define ARTIFACT_PX 48
#define ARTIFACT_POSITIONS 16
#define ARTIFACT_PATTERN_PX 8

static inline float _Complex artifact_truth(int y, int x)
{
	double value = sin(0.41 * y) * cos(0.3 * x + 0.05 * y);

	return (float _Complex)(
		(1.0 - 0.2 * value) * cexp((double _Complex)I * (0.6 + 0.5 * value)));
}

/* "root/name", for names that the tests know to be short. */
static inline const char *artifact_path(char out[1024], const char *root, const char *name)
{
	int length = snprintf(out, 1024, "%s/%s", root, name);

	assert_in_range(length, 1, 1023);
	return out;
}

static inline void artifact_write(const char *path, const char *text)
{
	struct plica_error err;

	assert_ok(plica_file_save(path, text, strlen(text), &err));
}

/* A member that is filled by a function of (row, column) or left zero. */
static inline void artifact_picture(struct plica_array *out, double noise)
{
	const size_t shape[2] = {ARTIFACT_PX, ARTIFACT_PX};
	struct plica_error err;
	float _Complex *data;

	assert_ok(plica_array_create(out, PLICA_DTYPE_C64, 2, shape, &err));
	data = out->data;
	for (int i = 0; i < ARTIFACT_PX * ARTIFACT_PX; i++)
		data[i] = artifact_truth(i / ARTIFACT_PX, i % ARTIFACT_PX) +
			  (float)(noise * sin(i * i));
}

static inline void artifact_positions(struct plica_array *y, struct plica_array *x)
{
	const size_t shape[1] = {ARTIFACT_POSITIONS};
	struct plica_error err;

	assert_ok(plica_array_create(y, PLICA_DTYPE_F64, 1, shape, &err));
	assert_ok(plica_array_create(x, PLICA_DTYPE_F64, 1, shape, &err));
	for (int i = 0; i < ARTIFACT_POSITIONS; i++) {
		((double *)y->data)[i] = 6.0 + 11.0 * (i / 4);
		((double *)x->data)[i] = 6.0 + 11.0 * (i % 4);
	}
}

static inline void artifact_save(
	const char *path, const char *const *names, struct plica_array *arrays, size_t count)
{
	struct plica_npz_writer *writer = NULL;
	struct plica_error err;

	assert_ok(plica_npz_create(&writer, path, &err));
	for (size_t i = 0; i < count; i++)
		if (names[i] != NULL)
			assert_ok(plica_npz_add(writer, names[i], &arrays[i], false, &err));
	assert_ok(plica_npz_commit(writer, &err));
	for (size_t i = 0; i < count; i++)
		plica_array_release(&arrays[i]);
}

/* A data set whose patterns hold `photons` each; without truth where that is not wanted. */
static inline void artifact_input_of(
	const char *path, double photons, bool truth, const char *metadata)
{
	static const char *const all[] = {
		"ycoords", "xcoords", "diffraction", "_metadata", "probeGuess", "objectGuess"};
	const char *names[6] = {all[0], all[1], all[2], all[3], all[4], truth ? all[5] : NULL};
	const size_t shape[3] = {ARTIFACT_POSITIONS, ARTIFACT_PATTERN_PX, ARTIFACT_PATTERN_PX};
	struct plica_array arrays[6] = {0};
	struct plica_error err;

	artifact_positions(&arrays[0], &arrays[1]);
	assert_ok(plica_array_create(&arrays[2], PLICA_DTYPE_F32, 3, shape, &err));
	for (size_t i = 0; i < arrays[2].info.count; i++)
		((float *)arrays[2].data)[i] =
			(float)sqrt(photons / (ARTIFACT_PATTERN_PX * ARTIFACT_PATTERN_PX));
	assert_ok(plica_array_from_text(&arrays[3], metadata, &err));
	assert_ok(plica_array_create(&arrays[4], PLICA_DTYPE_C64, 2, shape + 1, &err));
	for (size_t i = 0; i < arrays[4].info.count; i++)
		((float _Complex *)arrays[4].data)[i] = 1.0f;
	artifact_picture(&arrays[5], 0.0);
	artifact_save(path, names, arrays, 6);
}

static inline void artifact_input(const char *path, double photons, bool truth)
{
	artifact_input_of(path, photons, truth,
		"{\"selection_strategy\": \"greedy\", \"acceptance_rate\": 0.625}");
}

/* A reconstruction that differs from the truth by `noise`. */
static inline void artifact_result(const char *path, double noise)
{
	static const char *const names[] = {
		"reconstructed_object", "reconstructed_probe", "loss", "fourier_error"};
	const size_t epochs = 5;
	struct plica_array arrays[4] = {0};
	struct plica_error err;

	artifact_picture(&arrays[0], noise);
	artifact_picture(&arrays[1], 0.0);
	assert_ok(plica_array_create(&arrays[2], PLICA_DTYPE_F64, 1, &epochs, &err));
	for (int i = 0; i < 5; i++)
		((double *)arrays[2].data)[i] = 1.0 / (1 + i);
	assert_ok(plica_array_create(&arrays[3], PLICA_DTYPE_F64, 0, NULL, &err));
	*(double *)arrays[3].data = 0.0123;
	artifact_save(path, names, arrays, 4);
}

#endif
