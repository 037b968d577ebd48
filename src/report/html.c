/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "format/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define NARROW_SPACE "\xe2\x80\xaf"
#define MINUS "\xe2\x88\x92"
#define NO_NUMBER "\xe2\x80\x93"

void plica_html_init(struct plica_html *html, struct plica_error *err)
{
	*html = (struct plica_html){.status = PLICA_OK, .err = err};
}

void plica_html_release(struct plica_html *html)
{
	plica_text_release(&html->text);
}

void plica_html_append(struct plica_html *html, const void *markup, size_t size)
{
	if (html->status == PLICA_OK)
		html->status = plica_text_append(&html->text, markup, size, html->err);
}

void plica_html_add(struct plica_html *html, const char *markup)
{
	plica_html_append(html, markup, strlen(markup));
}

void plica_html_printf(struct plica_html *html, const char *format, ...)
{
	char text[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text))
		length = (int)strlen(text);
	plica_html_append(html, text, (size_t)length);
}

/* The escape of an ASCII character, or NULL when it stands for itself. */
static const char *escape_of(uint32_t code_point)
{
	switch (code_point) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\n':
	case '\t':
		return NULL;
	default:
		return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ? REPLACEMENT
										      : NULL;
	}
}

void plica_html_text(struct plica_html *html, const char *text)
{
	size_t left = text != NULL ? strlen(text) : 0;

	while (left > 0) {
		uint32_t code_point = 0;
		size_t size = plica_utf8_decode(&code_point, text, left);
		const char *escape = size > 0 ? escape_of(code_point) : REPLACEMENT;

		if (size == 0)
			size = 1;
		if (escape != NULL)
			plica_html_add(html, escape);
		else
			plica_html_append(html, text, size);
		text += size;
		left -= size;
	}
}

void plica_html_base64(struct plica_html *html, const void *bytes, size_t size)
{
	if (html->status == PLICA_OK)
		html->status = plica_text_base64(&html->text, bytes, size, html->err);
}

void plica_html_count(struct plica_html *html, double number)
{
	char digits[64];
	size_t length;

	if (!isfinite(number) || fabs(number) >= 1e15) {
		plica_html_number(html, number, 4);
		return;
	}
	if (number <= -0.5)
		plica_html_add(html, MINUS);
	length = (size_t)snprintf(digits, sizeof(digits), "%.0f", fabs(number));
	for (size_t i = 0; i < length; i++) {
		size_t left = length - i;

		/* Four digits are read well without a space. */
		if (i > 0 && left % 3 == 0 && length > 4)
			plica_html_add(html, NARROW_SPACE);
		plica_html_append(html, digits + i, 1);
	}
}

void plica_html_number(struct plica_html *html, double number, int digits)
{
	double size = fabs(number);
	int decimals;

	if (!isfinite(number)) {
		plica_html_add(html, NO_NUMBER);
		return;
	}
	if (number < 0.0)
		plica_html_add(html, MINUS);
	if (size > 0.0 && (size < 1e-3 || size >= 1e6)) {
		plica_html_printf(html, "%.*e", digits - 1, size);
		return;
	}
	decimals = size > 0.0 ? digits - 1 - (int)floor(log10(size)) : digits - 1;
	plica_html_printf(html, "%.*f", decimals > 0 ? decimals : 0, size);
}

void plica_html_decimal(struct plica_html *html, double number, int decimals)
{
	if (!isfinite(number)) {
		plica_html_add(html, NO_NUMBER);
		return;
	}
	/* Not for what is rounded to zero. */
	if (number < -0.5 * pow(10.0, -decimals))
		plica_html_add(html, MINUS);
	plica_html_printf(html, "%.*f", decimals, fabs(number));
}

void plica_html_duration(struct plica_html *html, double seconds)
{
	double whole = round(seconds);

	if (!isfinite(seconds))
		plica_html_add(html, NO_NUMBER);
	else if (seconds < 99.95)
		plica_html_printf(html, "%.1f s", seconds);
	else if (whole < 3600.0)
		plica_html_printf(
			html, "%.0f min %02.0f s", floor(whole / 60.0), fmod(whole, 60.0));
	else
		plica_html_printf(html, "%.0f h %02.0f min", floor(whole / 3600.0),
			floor(fmod(whole, 3600.0) / 60.0));
}

void plica_html_bytes(struct plica_html *html, double bytes)
{
	if (!isfinite(bytes))
		plica_html_add(html, NO_NUMBER);
	else if (bytes < 999.5e6)
		plica_html_printf(html, "%.0f MB", bytes / 1e6);
	else
		plica_html_printf(html, "%.1f GB", bytes / 1e9);
}
