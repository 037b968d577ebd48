/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Pictures for terminals, as text to be written to one.
 *
 *     half-blocks  two pixels a character, in 24-bit colour: every modern terminal, and most pagers
 *     sixel        DEC's graphics, here with 6 x 7 x 6 colours
 *     kitty        kitty's graphics protocol, with the picture as PNG
 *
 * Each ends with a new line.
 */
#ifndef PLICA_FORMAT_TERMINAL_H
#define PLICA_FORMAT_TERMINAL_H

#include "base/text.h"
#include "format/image.h"

PLICA_MUST_USE enum plica_status plica_terminal_blocks(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_terminal_sixel(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_terminal_kitty(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err);

#endif
