/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

volatile sig_atomic_t cli_signal = 0;

static void on_signal(int number)
{
	cli_signal = number;
}

void cli_catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

int cli_fail(enum plica_status status, const struct plica_error *err)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "plica: %s\n", err->text);
	return status == PLICA_ERR_INTERRUPTED ? CLI_INTERRUPTED : CLI_FAILED;
}

void cli_warn(const char *format, ...)
{
	va_list args;

	(void)fflush(stdout);
	(void)fprintf(stderr, "plica: warning: ");
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

int cli_print_json(struct plica_json *root)
{
	struct plica_text text = {0};
	struct plica_error err;
	enum plica_status status = plica_json_text(&text, root, &err);
	int result = CLI_DONE;

	if (status == PLICA_OK &&
		(fwrite(text.data, 1, text.size, stdout) != text.size || fflush(stdout) != 0))
		status = plica_error_set(
			&err, PLICA_ERR_IO, "cannot write to standard output: %s", strerror(errno));
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_text_release(&text);
	plica_json_free(root);
	return result;
}
