/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * HTML being written. The first failure (no memory) stays in `status` and makes the rest a no-op,
 * so that a page is written without a check on each line; look at `status` at the end.
 *
 * Whatever comes from a file goes through plica_html_text, which escapes it for element content
 * and quoted attributes alike; plica_html_add and plica_html_printf take our own markup and
 * numbers only.
 */
#ifndef PLICA_REPORT_HTML_H
#define PLICA_REPORT_HTML_H

#include <stddef.h>

#include "base/text.h"
#include "plica/error.h"

struct plica_html {
	struct plica_text text;
	enum plica_status status;
	struct plica_error *err; /**< borrowed */
};

void plica_html_init(struct plica_html *html, struct plica_error *err);
void plica_html_release(struct plica_html *html);

/** Markup of our own. */
void plica_html_add(struct plica_html *html, const char *markup);
void plica_html_append(struct plica_html *html, const void *markup, size_t size);
void plica_html_printf(struct plica_html *html, const char *format, ...) PLICA_PRINTF(2, 3);
/** Text from anywhere, NULL for none: escaped; malformed UTF-8 and control characters become
 * U+FFFD. */
void plica_html_text(struct plica_html *html, const char *text);
void plica_html_base64(struct plica_html *html, const void *bytes, size_t size);

/** Numbers as people read them; NaN is an en dash. Whole numbers have their thousands set apart
 * by a narrow space. */
void plica_html_count(struct plica_html *html, double number);
/** `digits` significant digits, without an exponent from 0.001 to 10^6. */
void plica_html_number(struct plica_html *html, double number, int digits);
/** A fixed number of decimals. */
void plica_html_decimal(struct plica_html *html, double number, int decimals);
/** "0.8 s", "2 min 05 s", "3 h 07 min". */
void plica_html_duration(struct plica_html *html, double seconds);
/** "312 MB", "1.4 GB". */
void plica_html_bytes(struct plica_html *html, double bytes);

#endif
