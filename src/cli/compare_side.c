/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/compare_side.h"

#include "base/try.h"
#include "format/npz.h"
#include "plica/views.h"

/* A reconstruction that carries its data along is a reconstruction. */
static enum plica_status is_dataset(bool *out, const char *path, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	enum plica_status status = plica_npz_open(&npz, path, err);

	if (status != PLICA_OK)
		return status;
	*out = (plica_npz_has(npz, "diffraction") || plica_npz_has(npz, "diff3d")) &&
	       !plica_npz_has(npz, "reconstructed_object") && !plica_npz_has(npz, "psi");
	plica_npz_close(npz);
	return PLICA_OK;
}

enum plica_status compare_side_open(
	struct compare_side *out, const char *path, struct plica_error *err)
{
	struct compare_side side = {.path = path};
	enum plica_status status;
	bool dataset;

	PLICA_TRY(is_dataset(&dataset, path, err));
	if (dataset)
		PLICA_TRY(plica_dataset_load(&side.dataset, path, err));
	else
		PLICA_TRY(plica_product_load(&side.product, path, err));
	*out = side;
out:
	return status;
}

enum plica_status compare_side_load(
	struct compare_side *out, const char *path, struct plica_error *err)
{
	enum plica_status status = compare_side_open(out, path, err);

	if (status != PLICA_OK || out->dataset == NULL || out->dataset->object != NULL)
		return status;
	compare_side_release(out);
	return plica_error_set(err, PLICA_ERR_DATA,
		"cannot compare '%s': it has no 'objectGuess', so no truth to compare with", path);
}

void compare_side_release(struct compare_side *side)
{
	plica_product_free(side->product);
	plica_dataset_free(side->dataset);
	*side = (struct compare_side){.path = side->path};
}

struct plica_compare_object compare_side_object(const struct compare_side *side)
{
	const struct plica_product *product = side->product;

	if (product == NULL)
		return (struct plica_compare_object){.rows = side->dataset->object_rows,
			.cols = side->dataset->object_cols,
			.data = side->dataset->object};
	return (struct plica_compare_object){.rows = product->object_rows,
		.cols = product->object_cols,
		.data = product->object,
		.origin_y_px = product->origin_y_px,
		.origin_x_px = product->origin_x_px};
}

struct plica_positions compare_side_positions(const struct compare_side *side)
{
	if (side->dataset != NULL)
		return plica_dataset_positions(side->dataset);
	return (struct plica_positions){
		side->product->position_count, side->product->y_px, side->product->x_px};
}
