/* SPDX-License-Identifier: BSD-3-Clause */
/** Pictures of complex fields inside the page, as PNG data URIs. */
#ifndef PLICA_REPORT_FIGURE_H
#define PLICA_REPORT_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/html.h"
#include "report/measure.h"

/** How values become colours; one scale serves all pictures that are to be compared. */
struct plica_figure_scale {
	bool phase;
	/** Phase: counted from this direction, so that the cut at pi lies far from the data. */
	float _Complex direction;
	/** Phase over the whole circle, with the cyclic map; `range` has no meaning then. */
	bool cyclic;
	/** Amplitude, or phase in radians from `direction`, of the map's two ends. */
	double range[2];
};

/** Robust ranges of the amplitude and of the phase of `array`. */
PLICA_MUST_USE enum plica_status plica_figure_amplitude_scale(struct plica_figure_scale *out,
	const struct plica_report_array *array, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_figure_phase_scale(struct plica_figure_scale *out,
	const struct plica_report_array *array, struct plica_error *err);

struct plica_figure {
	const struct plica_report_array *array;
	const struct plica_figure_scale *scale;
	size_t limit_px; /**< the picture's longest side; a larger array is averaged down */
	const char *alt; /**< what it shows and of what, for those who cannot see it */
};

/** <img>; failures stay in html->status. */
void plica_figure_image(struct plica_html *html, const struct plica_figure *figure);
/** A colour bar between its ends: "0.71 to 1.02", "-0.4 to 0.9 rad", "-pi to pi rad". */
void plica_figure_range(struct plica_html *html, const struct plica_figure_scale *scale);
/** The style sheet's colour maps, --map and --ring, which the colour bars show. */
void plica_figure_maps(struct plica_html *html);
/**
 * A scale bar for a picture that shows `cols` pixels of `pixel_m` metres (NaN: unknown, then in
 * pixels): a round length of a fifth to a half of the width.
 */
void plica_figure_ruler(struct plica_html *html, size_t cols, double pixel_m);

#endif
