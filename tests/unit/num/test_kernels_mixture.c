/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernels' incoherent modes (kernels_*_mixture.c). */
#include "num/kernels.h"

#include "kernels_rig.h"

#define MODES 3

/* Modes of one position: the first shifted, the second the same probe unshifted, the third the
 * probe's direction shifted otherwise. */
struct stage {
	struct rig rig;
	struct plica_exit_wave mode[MODES];
	float *direction_spectrum;
	float *background;         /* the variant's order */
	float *natural_background; /* zero frequency in the middle */
	float *factor_sum;
	float *waves[2 * MODES];
	float *probe_sum[MODES];
};

static float *new_pattern(const struct rig *rig)
{
	return new_array(rig->kernels->pattern_floats, sizeof(float));
}

static const double amplitudes[MODES] = {0.75, 1.0, 0.5};

static void make_modes(struct stage *stage)
{
	struct rig *rig = &stage->rig;
	const float *const probe[MODES] = {
		rig->probe_spectrum, rig->probe, stage->direction_spectrum};

	for (size_t m = 0; m < MODES; m++) {
		stage->waves[2 * m] = new_wave(rig);
		stage->waves[2 * m + 1] = new_wave(rig);
		stage->probe_sum[m] = new_wave(rig);
		stage->mode[m] = (struct plica_exit_wave){
			.probe = probe[m],
			.shifted = m != 1,
			.shift_y = m == 2 ? -0.2 : rig->fixture.shift_y,
			.shift_x = m == 2 ? 0.4 : rig->fixture.shift_x,
			.amplitude = (float)amplitudes[m],
			.object = &rig->object,
			.row = rig->fixture.row,
			.col = rig->fixture.col,
			.incident = stage->waves[2 * m],
			.difference = stage->waves[2 * m + 1],
			.probe_sum = stage->probe_sum[m],
		};
	}
	stage->mode[0].pattern.amplitudes = rig->pattern;
	stage->mode[0].step = 0.8F;
	stage->mode[0].epsilon = 1e-2F;
}

/* In place: the modes point into the rig. */
static void stage_init(struct stage *stage, const char *variant, size_t size)
{
	struct rig *rig = &stage->rig;
	uint64_t counter = 7;

	*stage = (struct stage){.rig = rig_create(variant, size, 1.0)};
	stage->direction_spectrum = new_wave(rig);
	stage->background = new_pattern(rig);
	stage->factor_sum = new_pattern(rig);
	stage->natural_background = new_array(size * size, sizeof(float));
	for (size_t i = 0; i < size * size; i++)
		stage->natural_background[i] = (float)(3.0 + noise(&counter));
	rig->kernels->table->pattern_from(
		rig->kernels, stage->background, stage->natural_background);
	rig->kernels->table->forward(
		rig->kernels, rig->work, stage->direction_spectrum, rig->probe_direction);
	make_modes(stage);
}

static void stage_release(struct stage *stage)
{
	for (size_t m = 0; m < MODES; m++) {
		plica_free(stage->waves[2 * m]);
		plica_free(stage->waves[2 * m + 1]);
		plica_free(stage->probe_sum[m]);
	}
	plica_free(stage->direction_spectrum);
	plica_free(stage->background);
	plica_free(stage->natural_background);
	plica_free(stage->factor_sum);
	rig_release(&stage->rig);
}

/* The literal model: Psi of every mode, Ihat, and from them chi. */
struct literal {
	struct fixture fixture[MODES];
	struct expected wave[MODES];
	double *intensity;
	double _Complex *factor;
	struct plica_exit_sums sums;
};

static void literal_forward(struct literal *literal, const struct stage *stage)
{
	size_t pixels = stage->rig.fixture.size * stage->rig.fixture.size;

	literal->intensity = new_array(pixels, sizeof(double));
	for (size_t m = 0; m < MODES; m++) {
		struct fixture *fixture = &literal->fixture[m];

		*fixture = stage->rig.fixture;
		fixture->shift_y = m == 1 ? 0.0 : stage->mode[m].shift_y;
		fixture->shift_x = m == 1 ? 0.0 : stage->mode[m].shift_x;
		fixture->amplitude = amplitudes[m];
		if (m == 2)
			fixture->probe = fixture->probe_direction;
		reference_forward(&literal->wave[m], fixture);
		for (size_t i = 0; i < pixels; i++)
			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): new_array's */
			literal->intensity[i] += pow(cabs(literal->wave[m].exit[i]), 2.0);
	}
}

static double background_at(const struct stage *stage, size_t i)
{
	struct fixture like = stage->rig.fixture;

	like.pattern = stage->natural_background;
	return amplitude_at(&like, i);
}

static struct literal literal_of(const struct stage *stage)
{
	struct literal literal = {0};
	size_t size = stage->rig.fixture.size;

	literal_forward(&literal, stage);
	literal.factor = new_array(size * size, sizeof(*literal.factor));
	for (size_t m = 0; m < MODES; m++)
		literal.wave[m].difference = new_array(size * size, sizeof(double _Complex));
	for (size_t i = 0; i < size * size; i++) {
		double amplitude = amplitude_at(&stage->rig.fixture, i);
		double expected = literal.intensity[i] + background_at(stage, i);

		literal.factor[i] = reference_factor(
			&literal.sums, amplitude, CMPLX(sqrt(expected), 0.0), &stage->mode[0]);
		for (size_t m = 0; m < MODES; m++)
			literal.wave[m].difference[i] = literal.factor[i] * literal.wave[m].exit[i];
	}
	for (size_t m = 0; m < MODES; m++)
		reference_transform(literal.wave[m].difference, size, true);
	return literal;
}

static void literal_release(struct literal *literal)
{
	for (size_t m = 0; m < MODES; m++)
		expected_release(&literal->wave[m]);
	plica_free(literal->intensity);
	plica_free(literal->factor);
}

/* w T_-delta conj(O) chi of one mode, which is the whole sum. */
static void check_probe_sum(struct stage *stage, const struct literal *literal, size_t m)
{
	struct rig *rig = &stage->rig;
	const struct fixture *fixture = &literal->fixture[m];
	double _Complex *gradient = literal->wave[m].exit; /* no longer needed */
	size_t size = fixture->size;

	for (size_t i = 0; i < size * size; i++)
		gradient[i] = fixture->amplitude * literal->wave[m].difference[i] *
			      conj(object_at(fixture, fixture->object, i));
	reference_shift(gradient, size, -fixture->shift_y, -fixture->shift_x);
	if (stage->mode[m].shifted)
		rig->kernels->table->inverse(
			rig->kernels, rig->work, stage->probe_sum[m], stage->probe_sum[m]);
	assert_wave(rig, "probe sum of a mode", stage->probe_sum[m], gradient);
}

static void check_sums(const struct plica_exit_sums *found, const struct plica_exit_sums *expected)
{
	/* of two modes of a few pixels little may remain to compare */
	assert_sum("residual", found->residual, expected->residual,
		fmax(expected->residual, 0.1 * expected->measured), TOLERANCE);
	assert_sum("modelled", found->modelled, expected->modelled, expected->modelled, TOLERANCE);
	assert_sum("measured", found->measured, expected->measured, expected->measured, TOLERANCE);
	assert_sum("poisson", found->poisson, expected->poisson, expected->modelled, TOLERANCE);
}

/* The sum starts from the background, so that adding and overwriting differ. */
static void check_factor_sum(struct stage *stage, const struct literal *literal)
{
	struct rig *rig = &stage->rig;
	size_t size = rig->fixture.size;
	float *found = new_array(size * size, sizeof(float));

	rig->kernels->table->pattern_to(rig->kernels, found, stage->factor_sum);
	for (size_t i = 0; i < size * size; i++) {
		size_t y = (i / size + size / 2) % size;
		size_t x = (i % size + size / 2) % size;

		rig->natural[i] = found[y * size + x];
		literal->factor[i] += background_at(stage, i);
	}
	assert_field("factors", rig->natural, literal->factor, size * size, TOLERANCE);
	plica_free(found);
}

/* Psi has been where chi is. */
static void check_padding(const struct stage *stage, const struct literal *literal, size_t m)
{
	size_t pixels = stage->rig.fixture.size * stage->rig.fixture.size;
	double expected = 0.0;
	double found = 0.0;

	for (size_t i = 0; i < pixels; i++)
		expected += pow(cabs(literal->wave[m].difference[i]), 2.0);
	for (size_t i = 0; i < stage->rig.kernels->wave_floats; i++)
		found += pow((double)stage->mode[m].difference[i], 2.0);
	assert_sum("power of all floats", found, expected, expected, TOLERANCE);
}

static struct plica_exit_sums run_mixture(struct stage *stage, enum plica_detector_model model)
{
	struct rig *rig = &stage->rig;
	struct plica_exit_sums sums;
	struct plica_mixture args = {
		.mode = stage->mode,
		.modes = MODES,
		.background = stage->background,
		.factor_sum = stage->factor_sum,
	};

	stage->mode[0].model = model;
	for (size_t m = 0; m < MODES; m++)
		memset(stage->probe_sum[m], 0, rig->kernels->wave_floats * sizeof(float));
	memcpy(stage->factor_sum, stage->background, rig->kernels->pattern_floats * sizeof(float));
	rig->kernels->table->exit_mixture(rig->kernels, rig->work, &args, &sums);
	return sums;
}

static void check_mixture_of(struct stage *stage, enum plica_detector_model model)
{
	struct plica_exit_sums sums = run_mixture(stage, model);
	struct literal literal = literal_of(stage);

	check_sums(&sums, &literal.sums);
	check_factor_sum(stage, &literal);
	for (size_t m = 0; m < MODES; m++) {
		assert_wave(&stage->rig, "incident wave of a mode", stage->mode[m].incident,
			literal.wave[m].incident);
		assert_wave(&stage->rig, "difference of a mode", stage->mode[m].difference,
			literal.wave[m].difference);
		check_padding(stage, &literal, m);
		check_probe_sum(stage, &literal, m);
	}
	literal_release(&literal);
}

static void check_mixture(const char *variant, size_t size)
{
	struct stage stage;

	stage_init(&stage, variant, size);
	check_mixture_of(&stage, PLICA_DETECTOR_GAUSSIAN);
	check_mixture_of(&stage, PLICA_DETECTOR_POISSON);
	stage_release(&stage);
}

static void modes_agree_with_the_literal_model(void **state)
{
	(void)state;
	for_each_variant(check_mixture);
}

/* L(alpha) = sum Ihat (1 - alpha xi)^2 - I log (1 - alpha xi)^2, of what the detector has. */
static double likelihood(const struct stage *stage, const struct literal *literal, double alpha)
{
	size_t pixels = stage->rig.fixture.size * stage->rig.fixture.size;
	double sum = 0.0;

	for (size_t i = 0; i < pixels; i++) {
		double amplitude = amplitude_at(&stage->rig.fixture, i);
		double counts = amplitude * amplitude;
		double expected = literal->intensity[i] + background_at(stage, i);
		double xi = (expected - counts) / (expected + (double)stage->mode[0].epsilon);
		double left = 1.0 - alpha * xi;

		if (amplitude >= 0.0)
			sum += expected * left * left -
			       (counts > 0.0 ? 2.0 * counts * log(left) : 0.0);
	}
	return sum;
}

/* chi becomes alpha times what it was, and no other alpha nearby does better. */
static void check_relaxation(const char *variant, size_t size)
{
	struct stage stage;
	struct plica_mixture args = {.mode = stage.mode, .modes = MODES, .relaxation = NULL};
	struct plica_exit_sums sums;
	struct literal literal;
	float alpha = 0.5F;
	double best;

	stage_init(&stage, variant, size);
	(void)run_mixture(&stage, PLICA_DETECTOR_POISSON);
	literal = literal_of(&stage);
	args.background = stage.background;
	args.relaxation = &alpha;
	for (int visit = 0; visit < 3; visit++) {
		stage.mode[1].probe_sum = NULL;
		stage.rig.kernels->table->exit_mixture(
			stage.rig.kernels, stage.rig.work, &args, &sums);
	}
	assert_true(alpha > 0.0F && alpha <= 1.0F);
	best = likelihood(&stage, &literal, (double)alpha);
	assert_true(best < likelihood(&stage, &literal, 0.99 * (double)alpha));
	assert_true(alpha == 1.0F ||
		    best < likelihood(&stage, &literal, fmin(1.0, 1.01 * (double)alpha)));
	for (size_t i = 0; i < size * size; i++)
		literal.wave[1].difference[i] *= (double)alpha;
	assert_wave(&stage.rig, "relaxed difference", stage.mode[1].difference,
		literal.wave[1].difference);
	literal_release(&literal);
	stage_release(&stage);
}

static void the_poisson_step_minimises_the_likelihood(void **state)
{
	(void)state;
	for_each_variant(check_relaxation);
}

/* One mode without background is an exit wave. */
static void check_single(const char *variant, size_t size)
{
	struct stage stage;
	struct rig *rig = &stage.rig;
	const struct plica_kernel_table *table;
	struct plica_mixture args = {.mode = stage.mode, .modes = 1};
	struct plica_exit_sums single;
	struct plica_exit_sums mixed;
	double _Complex *expected = new_array(size * size, sizeof(*expected));

	stage_init(&stage, variant, size);
	table = rig->kernels->table;
	table->exit_wave(rig->kernels, rig->work, &stage.mode[0], &single);
	table->wave_to(rig->kernels, rig->natural, stage.mode[0].difference);
	for (size_t i = 0; i < size * size; i++)
		expected[i] = (double _Complex)rig->natural[i];
	table->exit_mixture(rig->kernels, rig->work, &args, &mixed);
	check_sums(&mixed, &single);
	assert_wave(rig, "difference of the only mode", stage.mode[0].difference, expected);
	plica_free(expected);
	stage_release(&stage);
}

static void one_mode_is_an_exit_wave(void **state)
{
	(void)state;
	for_each_variant(check_single);
}

/* What is asked for, and how it is stored, does not change what is computed. */
static void check_options(const char *variant, size_t size)
{
	struct stage stage;
	struct plica_exit_sums all;
	struct plica_exit_sums some;
	size_t bytes;
	float *kept;

	stage_init(&stage, variant, size);
	bytes = stage.rig.kernels->wave_floats * sizeof(float);
	kept = new_wave(&stage.rig);
	all = run_mixture(&stage, PLICA_DETECTOR_GAUSSIAN);
	memcpy(kept, stage.mode[2].difference, bytes);
	memset(stage.mode[2].difference, 0, bytes);
	for (size_t m = 0; m < MODES; m++)
		stage.mode[m].streaming = true;
	stage.mode[0].difference = NULL;
	stage.mode[1].incident = NULL;
	stage.mode[2].probe_sum = NULL;
	some = run_mixture(&stage, PLICA_DETECTOR_GAUSSIAN);
	assert_memory_equal(&some, &all, sizeof(all));
	assert_memory_equal(stage.mode[2].difference, kept, bytes);
	plica_free(kept);
	stage_release(&stage);
}

static void outputs_of_modes_may_be_left_out(void **state)
{
	(void)state;
	for_each_variant(check_options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_agree_with_the_literal_model),
		cmocka_unit_test(the_poisson_step_minimises_the_likelihood),
		cmocka_unit_test(one_mode_is_an_exit_wave),
		cmocka_unit_test(outputs_of_modes_may_be_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
