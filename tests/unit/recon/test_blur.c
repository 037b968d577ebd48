/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/blur.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "testing.h"

#define MOST 64

static struct plica_error err;

struct rig {
	struct plica_kernels *kernels;
	struct plica_blur *blur;
	float natural[MOST * MOST];
	float *pattern;
};

static void rig_init(struct rig *rig, size_t side, double sigma)
{
	*rig = (struct rig){0};
	assert_ok(plica_kernels_create(&rig->kernels, side, NULL, &err));
	assert_ok(plica_blur_create(&rig->blur, rig->kernels, sigma, 2, &err));
	assert_ok(PLICA_NEW(&rig->pattern, rig->kernels->pattern_floats, &err));
}

static void rig_release(struct rig *rig)
{
	plica_free(rig->pattern);
	plica_blur_free(rig->blur);
	plica_kernels_free(rig->kernels);
	plica_blur_free(NULL);
}

/* Blurs what is in `natural`, in place. */
static void apply(struct rig *rig, size_t thread)
{
	const struct plica_kernel_table *table = rig->kernels->table;

	table->pattern_from(rig->kernels, rig->pattern, rig->natural);
	plica_blur_apply(rig->blur, thread, rig->pattern);
	table->pattern_to(rig->kernels, rig->natural, rig->pattern);
}

static double gaussian(size_t k, size_t from, size_t side, double sigma)
{
	long way = labs((long)k - (long)from);

	way = way > (long)side / 2 ? (long)side - way : way;
	return exp(-0.5 * (double)(way * way) / (sigma * sigma)) / (sigma * sqrt(2.0 * M_PI));
}

static void check_point(size_t side)
{
	const double sigma = 1.1;
	struct rig rig;
	double total = 0.0;

	rig_init(&rig, side, sigma);
	rig.natural[2 * side + side - 2] = 100.0F;
	apply(&rig, 1);
	for (size_t k = 0; k < side * side; k++) {
		double expected = 100.0 * gaussian(k / side, 2, side, sigma) *
				  gaussian(k % side, side - 2, side, sigma);

		assert_close((double)rig.natural[k], expected, 0.01);
		total += (double)rig.natural[k];
	}
	assert_close(total, 100.0, 1e-4);
	rig_release(&rig);
}

/* A point near the rim becomes a Gaussian around the corner, in the order of every variant. */
static void a_point_becomes_a_gaussian(void **state)
{
	(void)state;
	check_point(15);
	check_point(30);
	check_point(32);
	check_point(64);
}

/* <G a, b> = <a, G b>, also where the kernel is as wide as the pattern. */
static void it_is_its_own_adjoint(void **state)
{
	static const double sigmas[] = {0.3, 2.0, 16.0};
	static float a[MOST * MOST], b[MOST * MOST];

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		const size_t pixels = 32 * 32;
		struct rig rig;
		double left = 0.0, right = 0.0;

		rig_init(&rig, 32, sigmas[s]);
		for (size_t k = 0; k < pixels; k++) {
			a[k] = (float)(k * k % 101);
			b[k] = (float)(k * 37 % 89);
			rig.natural[k] = a[k];
		}
		apply(&rig, 0);
		for (size_t k = 0; k < pixels; k++) {
			left += (double)rig.natural[k] * (double)b[k];
			rig.natural[k] = b[k];
		}
		apply(&rig, 0);
		for (size_t k = 0; k < pixels; k++)
			right += (double)rig.natural[k] * (double)a[k];
		assert_close(left / right, 1.0, 1e-6);
		rig_release(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_becomes_a_gaussian),
		cmocka_unit_test(it_is_its_own_adjoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
