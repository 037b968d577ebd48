/* SPDX-License-Identifier: BSD-3-Clause */
/** report_tool ARTIFACT_ROOT OUTPUT [TITLE]: writes the report of a folder that a test made up. */
#include <stdio.h>

#include "plica/report.h"

int main(int argc, char **argv)
{
	struct plica_error err = {.text = ""};
	struct plica_report_options options;

	if (argc < 3)
		return 2;
	options = (struct plica_report_options){
		.artifact_root = argv[1], .output_path = argv[2], .title = argv[3]};
	if (plica_report_save(&options, &err) == PLICA_OK)
		return 0;
	(void)fprintf(stderr, "report_tool: %s\n", err.text);
	return 1;
}
