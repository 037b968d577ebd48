/* SPDX-License-Identifier: BSD-3-Clause */
/** Files that become part of the page; scripts/embed.py makes them part of the program. */
#ifndef PLICA_REPORT_ASSETS_H
#define PLICA_REPORT_ASSETS_H

#include <stddef.h>

struct plica_asset {
	const unsigned char *bytes;
	size_t size;
};

extern const struct plica_asset plica_asset_chart_js; /**< Chart.js, the distribution's */
extern const struct plica_asset plica_asset_d3_js;    /**< d3-zoom and what it needs, likewise */
extern const struct plica_asset plica_asset_page_js;
extern const struct plica_asset plica_asset_page_css;
extern const struct plica_asset plica_asset_notices_html;

#endif
