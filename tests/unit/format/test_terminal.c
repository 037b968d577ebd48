/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole pictures are decoded and judged in tests/e2e/test_view.py. */
#include "format/terminal.h"

#include <string.h>

#include "testing.h"

static struct plica_error err;

static void blocks_hold_two_rows_a_line(void **state)
{
	uint8_t rgb[18] = {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	const struct plica_image image = {3, 2, rgb};
	struct plica_text text = {0};

	(void)state;
	assert_ok(plica_terminal_blocks(&text, &image, &err));
	assert_string_equal(text.data,
		"\x1b[38;2;1;2;3;48;2;4;5;6m\xe2\x96\x80\xe2\x96\x80\x1b[0m\n"
		"\x1b[0;38;2;7;8;9m\xe2\x96\x80\x1b[0;38;2;10;11;12m\xe2\x96\x80\x1b[0m\n");
	plica_text_release(&text);
}

/* Seven rows: one whole band and one of a single row; a run of five is counted. */
static void sixels_come_in_bands(void **state)
{
	uint8_t rgb[7 * 5 * 3];
	const struct plica_image image = {7, 5, rgb};
	struct plica_text text = {0};

	(void)state;
	memset(rgb, 255, sizeof(rgb));
	assert_ok(plica_terminal_sixel(&text, &image, &err));
	assert_memory_equal(text.data, "\x1bP0;1q\"1;1;5;7", 14);
	assert_non_null(strstr(text.data, "#251;2;100;100;100#251!5~$-#251!5@$-\x1b\\\n"));
	plica_text_release(&text);
}

/* Noise does not compress: several chunks, all but the last promise more. */
static void kitty_gets_chunks(void **state)
{
	static uint8_t rgb[64 * 64 * 3];
	const struct plica_image image = {64, 64, rgb};
	struct plica_text text = {0};
	size_t chunks = 0;
	uint32_t noise = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(rgb); i++) {
		noise = noise * 1664525U + 1013904223U;
		rgb[i] = (uint8_t)(noise >> 24);
	}
	assert_ok(plica_terminal_kitty(&text, &image, &err));
	assert_memory_equal(text.data, "\x1b_Ga=T,f=100,m=1;iVBORw0KGgo", 28);
	for (const char *at = text.data; (at = strstr(at, "\x1b_G")) != NULL; at++) {
		const char *end = strstr(at, "\x1b\\");
		const char *data = strchr(at, ';') + 1;
		int last = strstr(end, "\x1b_G") == NULL;

		assert_non_null(end);
		assert_true(data[-2] == (last ? '0' : '1'));
		assert_true(last || end - data == 4096);
		chunks++;
	}
	assert_true(chunks > 2);
	plica_text_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_hold_two_rows_a_line),
		cmocka_unit_test(sixels_come_in_bands),
		cmocka_unit_test(kitty_gets_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
