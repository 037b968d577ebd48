/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/shell.h"

#include <string.h>

#include "base/try.h"

enum plica_status plica_shell_word(
	struct plica_text *out, const char *word, struct plica_error *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";
	enum plica_status status;

	if (word[0] != '\0' && strspn(word, plain) == strlen(word))
		return plica_text_add(out, word, err);
	PLICA_TRY(plica_text_add(out, "'", err));
	for (; *word != '\0'; word++)
		if (*word == '\'')
			PLICA_TRY(plica_text_add(out, "'\\''", err));
		else
			PLICA_TRY(plica_text_append(out, word, 1, err));
	PLICA_TRY(plica_text_add(out, "'", err));
out:
	return status;
}
