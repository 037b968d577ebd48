/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/score.h"

#include "base/try.h"

struct plica_compare_object cli_object_of(const struct plica_product *product)
{
	return (struct plica_compare_object){.rows = product->object_rows,
		.cols = product->object_cols,
		.data = product->object,
		.origin_y_px = product->origin_y_px,
		.origin_x_px = product->origin_x_px};
}

struct plica_compare_object cli_truth_of(const struct plica_dataset *dataset)
{
	return (struct plica_compare_object){.rows = dataset->object_rows,
		.cols = dataset->object_cols,
		.data = dataset->object};
}

enum plica_status cli_score(struct plica_comparison **out, const char *result_path,
	const char *input_npz, struct plica_error *err)
{
	enum plica_status status;
	struct plica_product *product = NULL;
	struct plica_dataset *dataset = NULL;
	struct plica_compare_input input = {0};

	PLICA_TRY(plica_product_load(&product, result_path, err));
	PLICA_TRY(plica_dataset_load(&dataset, input_npz, err));
	input.reconstruction = cli_object_of(product);
	input.reference = cli_truth_of(dataset);
	PLICA_TRY(plica_compare_area_of_positions(&input.area, &input.reference, dataset->y_px,
		dataset->x_px, dataset->pattern_count, err));
	PLICA_TRY(plica_compare(out, &input, NULL, err));
out:
	plica_product_free(product);
	plica_dataset_free(dataset);
	return status;
}
