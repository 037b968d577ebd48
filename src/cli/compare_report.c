/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/compare_report.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/output.h"

static bool is_crossing(enum plica_metric_kind kind)
{
	return kind == PLICA_METRIC_FRC_HALF || kind == PLICA_METRIC_FRC_SEVENTH ||
	       kind == PLICA_METRIC_FRC_ONE_BIT || kind == PLICA_METRIC_FRC_HALF_BIT;
}

static void print_metric(enum plica_metric_kind kind, const struct plica_metric *metric)
{
	(void)printf("  %-32s", plica_metric_label(kind));
	if (metric->reason != NULL)
		(void)printf("-  (%s)\n", metric->reason);
	else if (is_crossing(kind))
		(void)printf("%.4f %s (half period %.2f px)\n", metric->value,
			plica_metric_unit(kind), 1.0 / metric->value);
	else
		(void)printf("%.5g%s%s\n", metric->value,
			plica_metric_unit(kind)[0] != '\0' ? " " : "", plica_metric_unit(kind));
}

static void print_area(const struct compare_result *result, double mask_level)
{
	const struct plica_comparison *comparison = result->comparison;
	const struct plica_compare_area *area = &comparison->area;

	(void)printf("  area                            rows %zu to %zu, columns %zu to %zu (%zu x "
		     "%zu px)\n",
		area->row0, area->row1, area->col0, area->col1, comparison->rows, comparison->cols);
	if (!result->has_data)
		return;
	(void)printf("  mask                            illumination of at least %g of its "
		     "largest: %.1f "
		     "%% of the area\n",
		mask_level, 100.0 * result->mask_share);
	(void)printf("  dose                            %.4g photons per object pixel\n",
		result->photons_per_px);
}

static void print_removed(const struct compare_result *result)
{
	const struct plica_removed *removed = &result->comparison->removed;

	(void)printf("Removed from the reconstruction\n");
	(void)printf("  orientation                     %s%s\n",
		plica_orientation_name(removed->orientation),
		removed->conjugated ? ", conjugated" : "");
	(void)printf("  factor                          amplitude %.6g, phase %+.4f rad\n",
		hypot(removed->factor_re, removed->factor_im),
		atan2(removed->factor_im, removed->factor_re));
	(void)printf(
		"  ramp                            %+.4f (y), %+.4f (x) cycles over the area\n",
		removed->ramp_y_cycles, removed->ramp_x_cycles);
	(void)printf("  shift                           %+.3f (y), %+.3f (x) px\n",
		removed->shift_y_px, removed->shift_x_px);
	if (result->residual.pattern_count > 0)
		(void)printf(
			"  scale of its patterns           %.6g\n", 1.0 / result->residual.scale);
}

void compare_print_text(const struct compare_result *result, const struct compare_request *request)
{
	const struct plica_comparison *comparison = result->comparison;

	(void)printf("%s against %s\n", request->reconstruction, request->reference);
	print_area(result, request->mask_level);
	print_removed(result);
	(void)printf("Figures (PSNR and SSIM for the reference's range: %.4g, and %.4g rad)\n",
		comparison->amplitude_range, comparison->phase_range_rad);
	for (int i = 0; i < PLICA_METRIC_COUNT; i++) {
		if (i == PLICA_METRIC_PTYCHOPINN)
			(void)printf("Figures as PtychoPINN defines them\n");
		print_metric((enum plica_metric_kind)i, &comparison->metric[i]);
	}
}

static void add_removed(struct plica_json *root, const struct compare_result *result)
{
	const struct plica_removed *removed = &result->comparison->removed;
	struct plica_json *object = plica_json_set_object(root, "removed");
	struct plica_json *part = plica_json_set_object(object, "factor");

	plica_json_set_number(part, "re", removed->factor_re);
	plica_json_set_number(part, "im", removed->factor_im);
	part = plica_json_set_object(object, "ramp");
	plica_json_set_number(part, "y_cycles", removed->ramp_y_cycles);
	plica_json_set_number(part, "x_cycles", removed->ramp_x_cycles);
	part = plica_json_set_object(object, "shift");
	plica_json_set_number(part, "y_px", removed->shift_y_px);
	plica_json_set_number(part, "x_px", removed->shift_x_px);
	plica_json_set_text(object, "orientation", plica_orientation_name(removed->orientation));
	plica_json_set_bool(object, "conjugated", removed->conjugated);
	if (result->residual.pattern_count > 0)
		plica_json_set_number(object, "pattern_scale", 1.0 / result->residual.scale);
}

static void add_area(struct plica_json *root, const struct plica_compare_area *area)
{
	struct plica_json *object = plica_json_set_object(root, "area");

	plica_json_set_integer(object, "row0", (int64_t)area->row0);
	plica_json_set_integer(object, "row1", (int64_t)area->row1);
	plica_json_set_integer(object, "col0", (int64_t)area->col0);
	plica_json_set_integer(object, "col1", (int64_t)area->col1);
}

static void add_metrics(struct plica_json *root, const struct plica_comparison *comparison)
{
	struct plica_json *object = plica_json_set_object(root, "metrics");
	struct plica_json *part;

	for (int i = 0; i < PLICA_METRIC_COUNT; i++) {
		part = plica_json_set_object(object, plica_metric_key((enum plica_metric_kind)i));
		plica_json_set_number(part, "value", comparison->metric[i].value);
		plica_json_set_text(part, "reason", comparison->metric[i].reason);
	}
	part = plica_json_set_object(root, "range");
	plica_json_set_number(part, "amplitude", comparison->amplitude_range);
	plica_json_set_number(part, "phase_rad", comparison->phase_range_rad);
}

static void add_curve(
	struct plica_json *object, const char *key, const double *values, size_t count)
{
	struct plica_json *array = plica_json_set_array(object, key);

	for (size_t i = 0; i < count; i++)
		plica_json_add_number(array, values[i]);
}

static void add_data(
	struct plica_json *root, const struct compare_result *result, double mask_level)
{
	struct plica_json *object;

	if (!result->has_data)
		return;
	object = plica_json_set_object(root, "mask");
	plica_json_set_number(object, "level", mask_level);
	plica_json_set_number(object, "share", result->mask_share);
	plica_json_set_number(root, "photons_per_object_pixel", result->photons_per_px);
}

int compare_print_json(const struct compare_result *result, const struct compare_request *request)
{
	const struct plica_comparison *comparison = result->comparison;
	const struct plica_frc_curve *frc = &comparison->frc;
	struct plica_json *root = plica_json_object();
	struct plica_json *curve;

	plica_json_set_integer(root, "schema", 1);
	plica_json_set_text(root, "file", request->reconstruction);
	plica_json_set_text(root, "reference", request->reference);
	plica_json_set_text(root, "data", request->data);
	add_area(root, &comparison->area);
	add_data(root, result, request->mask_level);
	add_removed(root, result);
	add_metrics(root, comparison);
	curve = plica_json_set_object(root, "frc");
	add_curve(curve, "frequency", frc->frequency, frc->ring_count);
	add_curve(curve, "frc", frc->frc, frc->ring_count);
	add_curve(curve, "one_bit", frc->one_bit, frc->ring_count);
	add_curve(curve, "half_bit", frc->half_bit, frc->ring_count);
	return cli_print_json(root);
}
