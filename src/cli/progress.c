/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Least seconds between two drawings, for a person and for a log. */
#define BAR_INTERVAL 0.1
#define LINE_INTERVAL 1.0
#define BAR_WIDTH 30

bool cli_progress_init(struct cli_progress *progress, const char *word)
{
	static const struct {
		const char *word;
		enum cli_progress_style style;
	} styles[] = {
		{"none", CLI_PROGRESS_NONE},
		{"plain", CLI_PROGRESS_PLAIN},
		{"json", CLI_PROGRESS_JSON},
	};

	progress->last_shown = -1e9;
	if (strcmp(word, "auto") == 0) {
		progress->style = isatty(STDERR_FILENO) ? CLI_PROGRESS_BAR : CLI_PROGRESS_PLAIN;
		return true;
	}
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (strcmp(styles[i].word, word) == 0) {
			progress->style = styles[i].style;
			return true;
		}
	return false;
}

static double seconds_left(const struct plica_progress *epoch)
{
	return epoch->seconds / epoch->passes *
	       fmax(0.0, (double)epoch->pass_count - epoch->passes);
}

static void draw_bar(const struct plica_progress *epoch)
{
	char bar[BAR_WIDTH + 1];
	long filled = (long)(epoch->passes * BAR_WIDTH / (double)epoch->pass_count);

	for (long i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < filled ? '#' : '-';
	bar[BAR_WIDTH] = '\0';
	(void)fprintf(stderr, "\r[%s] epoch %.1f/%ld  loss %.6g  %.1f s, %.1f s left ", bar,
		epoch->passes, epoch->pass_count, epoch->loss, epoch->seconds, seconds_left(epoch));
}

void cli_progress_show(struct cli_progress *progress, const struct plica_progress *epoch)
{
	double interval = progress->style == CLI_PROGRESS_BAR ? BAR_INTERVAL : LINE_INTERVAL;
	bool last = epoch->finished;
	bool due = last || epoch->seconds - progress->last_shown >= interval;

	if (progress->style == CLI_PROGRESS_JSON)
		(void)fprintf(stderr,
			"{\"epoch\": %ld, \"passes\": %.3f, \"of\": %ld, \"loss\": %.9g, "
			"\"seconds\": %.3f}\n",
			epoch->epoch, epoch->passes, epoch->pass_count, epoch->loss,
			epoch->seconds);
	if (progress->style == CLI_PROGRESS_NONE || progress->style == CLI_PROGRESS_JSON || !due)
		return;
	progress->last_shown = epoch->seconds;
	if (progress->style == CLI_PROGRESS_BAR)
		draw_bar(epoch);
	else
		(void)fprintf(stderr, "epoch %.1f/%ld  loss %.6g  %.1f s\n", epoch->passes,
			epoch->pass_count, epoch->loss, epoch->seconds);
	(void)fflush(stderr);
}

void cli_progress_end(const struct cli_progress *progress)
{
	if (progress->style == CLI_PROGRESS_BAR)
		(void)fputc('\n', stderr);
}
