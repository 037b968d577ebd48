/* SPDX-License-Identifier: BSD-3-Clause */
/** The pictures of a job: object beside truth on one scale, their difference, the probe. */
#ifndef PLICA_REPORT_PICTURES_H
#define PLICA_REPORT_PICTURES_H

#include "report/html.h"
#include "report/parts.h"

/** All pictures of a card. */
void plica_report_pictures(struct plica_html *html, const struct plica_report_card *card);
/** The object's phase over the scanned area, small. */
void plica_report_thumbnail(struct plica_html *html, const struct plica_report_job *job,
	const struct plica_report_result *result);

#endif
