/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>

#include "base/try.h"
#include "format/image.h"

/* Pixels between the panels, and the largest side of one. */
#define GAP_PX 8
#define PANEL_LIMIT_PX 2048
#define BACKGROUND 255

/* How a field becomes a panel: enlarged or reduced by an integer. */
struct panel {
	const struct plica_field *field;
	size_t zoom;
	size_t reduction;
	size_t rows;
	size_t cols;
};

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static struct panel panel_of(const struct plica_field *field)
{
	size_t side = larger(field->rows, field->cols);
	size_t reduction = larger(1, (side + PANEL_LIMIT_PX - 1) / PANEL_LIMIT_PX);

	return (struct panel){
		.field = field,
		.zoom = 1,
		.reduction = reduction,
		.rows = (field->rows + reduction - 1) / reduction,
		.cols = (field->cols + reduction - 1) / reduction,
	};
}

/* Enlarges the panel as far as it fits into the other one. */
static void enlarge(struct panel *panel, const struct panel *other)
{
	size_t zoom = smaller(other->rows / panel->rows, other->cols / panel->cols);

	if (zoom < 2)
		return;
	panel->zoom = zoom;
	panel->rows *= zoom;
	panel->cols *= zoom;
}

static enum plica_status draw_panel(struct plica_image *out, const size_t corner[2],
	const struct panel *panel, bool phase, struct plica_error *err)
{
	const struct plica_field *field = panel->field;
	struct plica_image piece = {0};
	enum plica_status status;
	double range[2];

	PLICA_TRY(plica_image_create(
		&piece, field->rows * panel->zoom, field->cols * panel->zoom, err));
	if (phase) {
		plica_image_draw_phase(&piece, 0, 0, field, panel->zoom);
	} else {
		PLICA_TRY(plica_image_amplitude_range(range, field, err));
		plica_image_draw_amplitude(&piece, 0, 0, field, range, panel->zoom);
	}
	plica_image_reduce(&piece, panel->reduction);
	plica_image_paste(out, corner[0], corner[1], &piece);
out:
	plica_image_release(&piece);
	return status;
}

enum plica_status plica_picture_save(const char *path, const struct plica_field *object,
	const struct plica_field *probe, struct plica_error *err)
{
	struct plica_image picture = {0};
	struct panel panels[2] = {panel_of(object), panel_of(probe)};
	enum plica_status status;
	size_t width;

	if (object->rows == 0 || object->cols == 0 || probe->rows == 0 || probe->cols == 0)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"cannot draw '%s': the object or the probe is empty", path);
	enlarge(&panels[0], &panels[1]);
	enlarge(&panels[1], &panels[0]);
	width = larger(panels[0].cols, panels[1].cols);
	PLICA_TRY(plica_image_create(
		&picture, panels[0].rows + GAP_PX + panels[1].rows, 2 * width + GAP_PX, err));
	plica_image_fill(&picture, BACKGROUND);
	for (size_t i = 0; i < 4; i++) {
		const struct panel *panel = &panels[i / 2];
		size_t corner[2] = {i / 2 * (panels[0].rows + GAP_PX), i % 2 * (width + GAP_PX)};

		PLICA_TRY(draw_panel(&picture, corner, panel, i % 2 == 1, err));
	}
	PLICA_TRY(plica_png_save(path, &picture, err));
out:
	plica_image_release(&picture);
	return status;
}
