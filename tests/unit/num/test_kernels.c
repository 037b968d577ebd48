/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/kernels.h"

#include "kernels_rig.h"

static void check_conversions(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct plica_kernel_table *table = rig.kernels->table;

	assert_string_equal(table->name, variant);
	table->wave_to(rig.kernels, rig.natural, rig.probe);
	assert_memory_equal(rig.natural, rig.fixture.probe, size * size * sizeof(float _Complex));
	table->pattern_to(rig.kernels, (float *)(void *)rig.natural, rig.pattern);
	assert_memory_equal(rig.natural, rig.fixture.pattern, size * size * sizeof(float));
	rig_release(&rig);
}

static void conversions_lose_nothing(void **state)
{
	(void)state;
	for_each_variant(check_conversions);
}

static void check_transforms(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct plica_kernel_table *table = rig.kernels->table;
	double _Complex *expected = new_array(size * size, sizeof(*expected));

	for (size_t i = 0; i < size * size; i++)
		expected[i] = (double _Complex)rig.fixture.probe[i];
	table->inverse(rig.kernels, rig.work, rig.incident, rig.probe_spectrum);
	assert_wave(&rig, "inverse of forward", rig.incident, expected);
	reference_transform(expected, size, false);
	table->spectrum_to(rig.kernels, rig.natural, rig.probe_spectrum);
	assert_field("forward", rig.natural, expected, size * size, TOLERANCE);
	table->forward(rig.kernels, rig.work, rig.probe, rig.probe);
	assert_memory_equal(
		rig.probe, rig.probe_spectrum, rig.kernels->wave_floats * sizeof(float));
	plica_free(expected);
	rig_release(&rig);
}

/* Half a wave's floats may be padding, which must not show in sums over all of them. */
static void check_padding(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct plica_kernel_table *table = rig.kernels->table;
	double power = 0.0;
	double found[3] = {0};

	for (size_t i = 0; i < size * size; i++)
		power += pow(cabs((double _Complex)rig.fixture.probe[i]), 2.0);
	for (int step = 0; step < 3; step++) {
		for (size_t i = 0; i < rig.kernels->wave_floats; i++)
			found[step] += pow((double)rig.probe[i], 2.0);
		assert_sum("power of all floats", found[step], power, power, TOLERANCE);
		if (step == 0)
			table->forward(rig.kernels, rig.work, rig.probe, rig.probe);
		else
			table->inverse(rig.kernels, rig.work, rig.probe, rig.probe);
	}
	assert_int_equal(rig.kernels->wave_floats % 16, 0);
	assert_int_equal(rig.kernels->pattern_floats % 16, 0);
	rig_release(&rig);
}

static void padding_stays_zero(void **state)
{
	(void)state;
	for_each_variant(check_padding);
}

static void transforms_are_unitary_fourier_transforms(void **state)
{
	(void)state;
	for_each_variant(check_transforms);
}

static void check_sums(const struct plica_exit_sums *found, const struct plica_exit_sums *expected)
{
	assert_sum("residual", found->residual, expected->residual, expected->residual, TOLERANCE);
	assert_sum("modelled", found->modelled, expected->modelled, expected->modelled, TOLERANCE);
	assert_sum("measured", found->measured, expected->measured, expected->measured, TOLERANCE);
	assert_sum("poisson", found->poisson, expected->poisson, expected->modelled, TOLERANCE);
}

/* probe_sum starts from the probe itself, so that adding and overwriting differ. */
static void check_exit_wave_of(struct rig *rig, enum plica_detector_model model, bool shifted)
{
	struct plica_exit_wave args = arguments(rig, model, shifted);
	const struct plica_kernel_table *table = rig->kernels->table;
	struct expected expected;
	struct plica_exit_sums sums;

	reference_exit_wave(&expected, &rig->fixture, &args);
	memcpy(rig->probe_sum, args.probe, rig->kernels->wave_floats * sizeof(float));
	sums = run_exit_wave(rig, &args);
	check_sums(&sums, &expected.sums);
	assert_wave(rig, "incident", rig->incident, expected.incident);
	assert_wave(rig, "difference", rig->difference, expected.difference);
	if (shifted)
		table->inverse(rig->kernels, rig->work, rig->probe_sum, rig->probe_sum);
	for (size_t i = 0; i < rig->fixture.size * rig->fixture.size; i++)
		expected.probe_gradient[i] += (double _Complex)rig->fixture.probe[i];
	assert_wave(rig, "probe sum", rig->probe_sum, expected.probe_gradient);
	expected_release(&expected);
}

static void check_exit_wave(const char *variant, size_t size)
{
	struct rig moved = rig_create(variant, size, 1.0);
	struct rig still = rig_create(variant, size, 0.0);

	check_exit_wave_of(&moved, PLICA_DETECTOR_GAUSSIAN, true);
	check_exit_wave_of(&moved, PLICA_DETECTOR_POISSON, true);
	check_exit_wave_of(&still, PLICA_DETECTOR_GAUSSIAN, true);
	check_exit_wave_of(&still, PLICA_DETECTOR_GAUSSIAN, false);
	check_exit_wave_of(&still, PLICA_DETECTOR_POISSON, false);
	rig_release(&moved);
	rig_release(&still);
}

static void exit_waves_agree_with_the_literal_model(void **state)
{
	(void)state;
	for_each_variant(check_exit_wave);
}

/* What is asked for, and how it is stored, does not change what is computed. */
static void check_optional_outputs(const char *variant, size_t size)
{
	for (int shifted = 0; shifted < 2; shifted++) {
		struct rig rig = rig_create(variant, size, shifted);
		size_t bytes = rig.kernels->wave_floats * sizeof(float);
		struct plica_exit_wave args = arguments(&rig, PLICA_DETECTOR_POISSON, shifted != 0);
		struct plica_exit_sums all = run_exit_wave(&rig, &args);
		struct plica_exit_sums some;
		float *other = new_wave(&rig);

		args.difference = other;
		args.probe_sum = NULL;
		args.incident = NULL;
		some = run_exit_wave(&rig, &args);
		assert_memory_equal(&some, &all, sizeof(all));
		assert_memory_equal(other, rig.difference, bytes);
		args.streaming = true;
		memset(other, 0, bytes);
		some = run_exit_wave(&rig, &args);
		assert_memory_equal(&some, &all, sizeof(all));
		assert_memory_equal(other, rig.difference, bytes);
		args.streaming = false;
		args.difference = NULL;
		some = run_exit_wave(&rig, &args);
		assert_memory_equal(&some, &all, sizeof(all));
		memset(other, 0, bytes);
		args.probe_sum = other;
		some = run_exit_wave(&rig, &args);
		assert_memory_equal(&some, &all, sizeof(all));
		assert_memory_equal(other, rig.probe_sum, bytes);
		plica_free(other);
		rig_release(&rig);
	}
}

static void outputs_may_be_left_out(void **state)
{
	(void)state;
	for_each_variant(check_optional_outputs);
}

static void check_dark(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 1.0);
	struct plica_exit_wave args = arguments(&rig, PLICA_DETECTOR_GAUSSIAN, true);
	size_t bytes = rig.object.rows * rig.object.stride * sizeof(float);
	struct plica_exit_sums sums;

	memset(rig.object.re, 0, bytes);
	memset(rig.object.im, 0, bytes);
	sums = run_exit_wave(&rig, &args);
	assert_true(sums.modelled == 0.0);
	assert_sum("residual", sums.residual, sums.measured, sums.measured, TOLERANCE);
	for (size_t i = 0; i < rig.kernels->wave_floats; i++)
		assert_true(rig.difference[i] == 0.0F);
	for (size_t i = 0; i < rig.kernels->pattern_floats; i++)
		rig.pattern[i] = -1.0F;
	sums = run_exit_wave(&rig, &args);
	assert_true(sums.residual == 0.0 && sums.measured == 0.0);
	rig_release(&rig);
}

static void darkness_is_no_division_by_zero(void **state)
{
	(void)state;
	for_each_variant(check_dark);
}

static void check_scatter(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct plica_kernel_table *table = rig.kernels->table;
	const struct fixture *f = &rig.fixture;
	size_t first_row = f->row + size / 3;
	size_t end_row = f->row + size - size / 4;
	struct plica_stored_waves waves = probe_and(&rig, rig.probe_direction);
	double _Complex *expected = new_array(f->rows * f->rows, sizeof(*expected));
	float _Complex *found = new_array(f->rows * f->rows, sizeof(*found));

	for (size_t i = 0; i < f->rows * f->rows; i++)
		expected[i] = (double _Complex)f->object[i];
	for (size_t i = 0; i < size * size; i++) {
		size_t y = f->row + i / size;

		if (y >= first_row && y < end_row)
			expected[y * f->rows + f->col + i % size] +=
				conj((double _Complex)f->probe[i]) *
				(double _Complex)f->probe_direction[i];
	}
	table->scatter(rig.kernels, &rig.object, first_row, end_row, &waves);
	plica_planes_to(found, &rig.object);
	assert_field("scatter", found, expected, f->rows * f->rows, TOLERANCE);
	table->scatter(rig.kernels, &rig.object, 0, f->row, &waves);
	table->scatter(rig.kernels, &rig.object, f->row + size, f->rows + 5, &waves);
	plica_planes_to(found, &rig.object);
	assert_field("scatter outside", found, expected, f->rows * f->rows, TOLERANCE);
	plica_free(expected);
	plica_free(found);
	rig_release(&rig);
}

static void scatter_adds_to_its_rows_only(void **state)
{
	(void)state;
	for_each_variant(check_scatter);
}

static void check_scatter_power(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct fixture *f = &rig.fixture;
	size_t stride = rig.object.stride;
	size_t end_row = f->row + size / 2 + 1;
	struct plica_stored_waves waves = probe_and(&rig, NULL);
	float *sum = rig.object.re;

	rig.kernels->table->scatter_power(rig.kernels, sum, stride, 0, end_row, &waves);
	for (size_t i = 0; i < f->rows * f->rows; i++) {
		size_t y = i / f->rows;
		size_t x = i % f->rows;
		double expected = creal((double _Complex)f->object[i]);

		if (y >= f->row && y < end_row && y < f->row + size && x >= f->col &&
			x < f->col + size)
			expected += pow(
				cabs((double _Complex)f->probe[(y - f->row) * size + x - f->col]),
				2.0);
		assert_sum("power", (double)sum[y * stride + x], expected, 25.0, TOLERANCE);
	}
	rig_release(&rig);
}

static void scatter_power_adds_to_its_rows_only(void **state)
{
	(void)state;
	for_each_variant(check_scatter_power);
}

static void reference_pair_sums(double sums[PLICA_PAIR_SUMS], const struct fixture *f)
{
	memset(sums, 0, PLICA_PAIR_SUMS * sizeof(*sums));
	for (size_t i = 0; i < f->size * f->size; i++) {
		/* The probe stands for A here, and also for chi. */
		double _Complex a = (double _Complex)f->probe[i];
		double _Complex u = object_at(f, f->direction, i) * a;
		double _Complex v =
			object_at(f, f->object, i) * (double _Complex)f->probe_direction[i];

		sums[0] += creal(conj(u) * u);
		sums[1] += creal(conj(v) * v);
		sums[2] += creal(u * conj(v));
		sums[3] += cimag(u * conj(v));
		sums[4] += creal(conj(u) * a);
		sums[5] += creal(conj(v) * a);
	}
}

static void check_pair_sums(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct fixture *f = &rig.fixture;
	struct plica_stored_waves waves = probe_and(&rig, rig.probe);
	double found[PLICA_PAIR_SUMS];
	double expected[PLICA_PAIR_SUMS];
	double power = 0.0;

	reference_pair_sums(expected, f);
	for (size_t i = 0; i < size * size; i++)
		power += pow(cabs((double _Complex)f->probe[i]), 2.0);
	rig.kernels->table->pair_sums(
		rig.kernels, found, &rig.object, &rig.direction, rig.probe_direction, &waves);
	for (size_t i = 0; i < PLICA_PAIR_SUMS; i++) {
		const double scale[PLICA_PAIR_SUMS] = {expected[0], expected[1],
			sqrt(expected[0] * expected[1]), sqrt(expected[0] * expected[1]),
			sqrt(expected[0] * power), sqrt(expected[1] * power)};

		assert_sum("pair sum", found[i], expected[i], scale[i], TOLERANCE);
	}
	rig_release(&rig);
}

static void pair_sums_agree_with_the_literal_sums(void **state)
{
	(void)state;
	for_each_variant(check_pair_sums);
}

/* <f, g> over natural fields, in double. */
static double _Complex product(const float _Complex *f, const float _Complex *g, size_t count)
{
	double _Complex sum = 0.0;

	for (size_t i = 0; i < count; i++)
		sum += conj((double _Complex)f[i]) * (double _Complex)g[i];
	return sum;
}

/* <T P, conj(O) chi> = <P, T* conj(O) chi>: the left side is <A O, chi>. */
static void check_probe_adjoint(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 1.0);
	const struct plica_kernel_table *table = rig.kernels->table;
	struct plica_exit_wave args = arguments(&rig, PLICA_DETECTOR_GAUSSIAN, true);
	size_t pixels = size * size;
	float _Complex *exit = new_array(pixels, sizeof(*exit));
	float _Complex *chi = new_array(pixels, sizeof(*chi));
	double scale;
	double _Complex left;

	(void)run_exit_wave(&rig, &args);
	table->wave_to(rig.kernels, exit, rig.incident);
	table->wave_to(rig.kernels, chi, rig.difference);
	for (size_t i = 0; i < pixels; i++)
		exit[i] *= (float _Complex)object_at(&rig.fixture, rig.fixture.object, i);
	left = product(exit, chi, pixels);
	scale = sqrt(creal(product(exit, exit, pixels)) * creal(product(chi, chi, pixels)));
	table->inverse(rig.kernels, rig.work, rig.probe_sum, rig.probe_sum);
	table->wave_to(rig.kernels, chi, rig.probe_sum);
	if (cabs(left - product(rig.fixture.probe, chi, pixels)) > TOLERANCE * scale)
		fail_msg("%s, %zu: the shift's adjoint is not its adjoint", variant, size);
	plica_free(exit);
	plica_free(chi);
	rig_release(&rig);
}

static void the_probe_gradient_is_adjoint_to_the_shift(void **state)
{
	(void)state;
	for_each_variant(check_probe_adjoint);
}

/* <dO, scatter(A, chi)> = <gather(dO) A, chi>, which is b1 of pair_sums. */
static void check_object_adjoint(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 0.0);
	const struct fixture *f = &rig.fixture;
	const struct plica_kernel_table *table = rig.kernels->table;
	size_t bytes = rig.object.rows * rig.object.stride * sizeof(float);
	struct plica_stored_waves waves = probe_and(&rig, rig.probe_direction);
	float _Complex *sum = new_array(f->rows * f->rows, sizeof(*sum));
	double sums[PLICA_PAIR_SUMS];
	double right;

	memset(rig.object.re, 0, bytes);
	memset(rig.object.im, 0, bytes);
	table->scatter(rig.kernels, &rig.object, 0, f->rows, &waves);
	plica_planes_to(sum, &rig.object);
	table->pair_sums(
		rig.kernels, sums, &rig.object, &rig.direction, rig.probe_direction, &waves);
	right = creal(product(f->direction, sum, f->rows * f->rows));
	assert_sum("adjoint of scatter", sums[4], right,
		sqrt(sums[0]) *
			cabs(csqrt(product(f->probe_direction, f->probe_direction, size * size))),
		TOLERANCE);
	plica_free(sum);
	rig_release(&rig);
}

static void gather_is_adjoint_to_scatter(void **state)
{
	(void)state;
	for_each_variant(check_object_adjoint);
}

static void a_variant_is_chosen_by_size_and_name(void **state)
{
	struct plica_kernels *kernels = NULL;
	struct plica_error err;

	(void)state;
	assert_ok(plica_kernels_create(&kernels, 50, NULL, &err));
	assert_string_equal(kernels->table->name, "fftw");
	assert_int_equal(kernels->size, 50);
	plica_kernels_free(kernels);
	kernels = NULL;
	assert_ok(plica_kernels_create(&kernels, 64, NULL, &err));
	assert_ptr_equal(kernels->table, plica_kernel_tables()[0]);
	plica_kernels_free(kernels);
	kernels = NULL;
	assert_ok(plica_kernels_create(&kernels, 64, "fftw", &err));
	assert_string_equal(kernels->table->name, "fftw");
	assert_false(plica_kernels_should_stream(kernels, 2));
	assert_true(plica_kernels_should_stream(kernels, SIZE_MAX / 2));
	plica_kernels_free(kernels);
	kernels = NULL;
	assert_error(plica_kernels_create(&kernels, 50, "abacus", &err), PLICA_ERR_ARGUMENT,
		"'abacus' for patterns of 50 x 50 on this machine: found fftw");
	assert_error(plica_kernels_create(&kernels, 0, NULL, &err), PLICA_ERR_ARGUMENT, "0 x 0");
	assert_null(kernels);
	plica_kernels_free(NULL);
}

static void planes_keep_the_object_and_their_padding(void **state)
{
	struct plica_planes planes = {0};
	struct plica_error err;
	float _Complex *natural = noisy_field(35, 5, 0.0F, 1.0F);
	float _Complex copy[35];

	(void)state;
	assert_ok(plica_planes_create(&planes, 5, 7, &err));
	assert_true(planes.stride % 32 == 16 && planes.stride >= 7 + PLICA_PLANES_PAD);
	plica_planes_from(&planes, natural);
	assert_true(planes.im[4 * planes.stride + 6] == cimagf(natural[34]));
	plica_planes_to(copy, &planes);
	assert_memory_equal(copy, natural, sizeof(copy));
	plica_planes_release(&planes);
	assert_null(planes.re);
	assert_error(plica_planes_create(&planes, SIZE_MAX / 4, 100, &err), PLICA_ERR_ARGUMENT,
		"object array");
	plica_free(natural);
}

/* rms error of a forward transform, relative. */
static double transform_error(const char *variant, size_t size)
{
	struct plica_error err;
	size_t pixels = size * size;
	struct plica_kernels *kernels = NULL;
	struct plica_fft_double *fft = NULL;
	float _Complex *natural = NULL;
	double _Complex *exact = NULL;
	float *wave = NULL;
	void *work = NULL;
	double error = 0.0, power = 0.0;

	assert_ok(plica_kernels_create(&kernels, size, variant, &err));
	assert_ok(plica_fft_double_create(&fft, size, size, &err));
	assert_ok(PLICA_NEW(&natural, pixels, &err));
	assert_ok(PLICA_NEW(&exact, pixels, &err));
	assert_ok(PLICA_NEW(&wave, kernels->wave_floats, &err));
	assert_ok(plica_allocate(&work, 1, kernels->work_bytes, &err));
	for (size_t k = 0; k < pixels; k++) {
		natural[k] = CMPLXF((float)(k * k % 97) - 48.0F, (float)(k * 31 % 89) - 44.0F);
		exact[k] = (double _Complex)natural[k];
	}
	kernels->table->wave_from(kernels, wave, natural);
	kernels->table->forward(kernels, work, wave, wave);
	kernels->table->spectrum_to(kernels, natural, wave);
	plica_fft_double_forward(fft, exact);
	for (size_t k = 0; k < pixels; k++) {
		double _Complex expected = exact[k] / (double)size;

		error += pow(cabs((double _Complex)natural[k] - expected), 2.0);
		power += pow(cabs(expected), 2.0);
	}
	plica_free(natural);
	plica_free(exact);
	plica_free(wave);
	plica_free(work);
	plica_fft_double_free(fft);
	plica_kernels_free(kernels);
	return sqrt(error / power);
}

/* What is left of the error is that the result is rounded, once or twice. */
static void double_transforms_are_finer(void **state)
{
	static const size_t sizes[] = {60, 64, 128};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		double fine = transform_error("fftw-double", sizes[i]);

		print_message("# %zu: %.3g, single %.3g, fastest %.3g\n", sizes[i], fine,
			transform_error("fftw", sizes[i]), transform_error(NULL, sizes[i]));
		assert_true(fine < 7e-8);
		assert_true(transform_error("fftw", sizes[i]) > 1.2 * fine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions_lose_nothing),
		cmocka_unit_test(transforms_are_unitary_fourier_transforms),
		cmocka_unit_test(padding_stays_zero),
		cmocka_unit_test(exit_waves_agree_with_the_literal_model),
		cmocka_unit_test(outputs_may_be_left_out),
		cmocka_unit_test(darkness_is_no_division_by_zero),
		cmocka_unit_test(scatter_adds_to_its_rows_only),
		cmocka_unit_test(scatter_power_adds_to_its_rows_only),
		cmocka_unit_test(pair_sums_agree_with_the_literal_sums),
		cmocka_unit_test(the_probe_gradient_is_adjoint_to_the_shift),
		cmocka_unit_test(gather_is_adjoint_to_scatter),
		cmocka_unit_test(a_variant_is_chosen_by_size_and_name),
		cmocka_unit_test(planes_keep_the_object_and_their_padding),
		cmocka_unit_test(double_transforms_are_finer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
