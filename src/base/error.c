/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum plica_status plica_error_set(
	struct plica_error *err, enum plica_status status, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return status;
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return status;
}

enum plica_status plica_error_context(
	struct plica_error *err, enum plica_status status, const char *format, ...)
{
	char context[PLICA_ERROR_TEXT];
	char inner[PLICA_ERROR_TEXT];
	va_list args;
	size_t used;

	if (err == NULL)
		return status;
	va_start(args, format);
	(void)vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	memcpy(inner, err->text, sizeof(inner));
	(void)snprintf(err->text, sizeof(err->text), "%s", context);
	used = strlen(err->text);
	(void)snprintf(err->text + used, sizeof(err->text) - used, ": %s", inner);
	return status;
}

const char *plica_status_name(enum plica_status status)
{
	static const char *const names[] = {
		[PLICA_OK] = "ok",
		[PLICA_ERR_ARGUMENT] = "wrong argument",
		[PLICA_ERR_IO] = "i/o error",
		[PLICA_ERR_FORMAT] = "format error",
		[PLICA_ERR_DATA] = "contract broken",
		[PLICA_ERR_MEMORY] = "out of memory",
		[PLICA_ERR_NUMERIC] = "numeric failure",
		[PLICA_ERR_CHILD] = "child process failed",
		[PLICA_ERR_INTERRUPTED] = "interrupted",
	};

	if ((size_t)status >= sizeof(names) / sizeof(names[0]))
		return "unknown status";
	return names[status];
}
