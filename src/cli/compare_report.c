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
	(void)printf("  %-26s", plica_metric_label(kind));
	if (metric->reason != NULL)
		(void)printf("-  (%s)\n", metric->reason);
	else if (is_crossing(kind))
		(void)printf("%.4f %s (half period %.2f px)\n", metric->value,
			plica_metric_unit(kind), 1.0 / metric->value);
	else
		(void)printf("%.5g%s%s\n", metric->value,
			plica_metric_unit(kind)[0] != '\0' ? " " : "", plica_metric_unit(kind));
}

void compare_print_text(
	const struct plica_comparison *comparison, const struct compare_names *names)
{
	const struct plica_removed *removed = &comparison->removed;
	const struct plica_compare_area *area = &comparison->area;

	(void)printf("%s against %s\n", names->reconstruction, names->reference);
	(void)printf(
		"  area                      rows %zu to %zu, columns %zu to %zu (%zu x %zu px)\n",
		area->row0, area->row1, area->col0, area->col1, comparison->rows, comparison->cols);
	(void)printf("Removed from the reconstruction\n");
	(void)printf("  orientation               %s%s\n",
		plica_orientation_name(removed->orientation),
		removed->conjugated ? ", conjugated" : "");
	(void)printf("  factor                    amplitude %.6g, phase %+.4f rad\n",
		hypot(removed->factor_re, removed->factor_im),
		atan2(removed->factor_im, removed->factor_re));
	(void)printf("  ramp                      %+.4f (y), %+.4f (x) cycles over the area\n",
		removed->ramp_y_cycles, removed->ramp_x_cycles);
	(void)printf("  shift                     %+.3f (y), %+.3f (x) px\n", removed->shift_y_px,
		removed->shift_x_px);
	(void)printf("Figures (PSNR and SSIM for the reference's range: %.4g, and %.4g rad)\n",
		comparison->amplitude_range, comparison->phase_range_rad);
	for (int i = 0; i < PLICA_METRIC_COUNT; i++)
		print_metric((enum plica_metric_kind)i, &comparison->metric[i]);
}

static void add_removed(struct plica_json *root, const struct plica_removed *removed)
{
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

int compare_print_json(const struct plica_comparison *comparison, const struct compare_names *names)
{
	const struct plica_frc_curve *frc = &comparison->frc;
	struct plica_json *root = plica_json_object();
	struct plica_json *curve;

	plica_json_set_integer(root, "schema", 1);
	plica_json_set_text(root, "file", names->reconstruction);
	plica_json_set_text(root, "reference", names->reference);
	add_area(root, &comparison->area);
	add_removed(root, &comparison->removed);
	add_metrics(root, comparison);
	curve = plica_json_set_object(root, "frc");
	add_curve(curve, "frequency", frc->frequency, frc->ring_count);
	add_curve(curve, "frc", frc->frc, frc->ring_count);
	add_curve(curve, "one_bit", frc->one_bit, frc->ring_count);
	add_curve(curve, "half_bit", frc->half_bit, frc->ring_count);
	return cli_print_json(root);
}
