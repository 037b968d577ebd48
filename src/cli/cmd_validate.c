/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "plica/dataset.h"

static void add_findings(struct plica_json *root, const char *key, bool errors,
	const struct plica_findings *findings)
{
	struct plica_json *array = plica_json_set_array(root, key);

	for (size_t i = 0; i < findings->count; i++) {
		const struct plica_finding *finding = &findings->item[i];
		struct plica_json *entry;

		if (finding->is_error != errors)
			continue;
		entry = plica_json_add_object(array);
		plica_json_set_text(entry, "field", finding->field);
		plica_json_set_text(entry, "found", finding->found);
		plica_json_set_text(entry, "expected", finding->expected);
		plica_json_set_text(entry, "message", finding->message);
	}
}

static int print_json(const char *path, const struct plica_findings *findings, size_t errors)
{
	struct plica_json *root = plica_json_object();
	int printed;

	plica_json_set_integer(root, "schema", 1);
	plica_json_set_text(root, "file", path);
	plica_json_set_bool(root, "ok", errors == 0);
	add_findings(root, "errors", true, findings);
	add_findings(root, "warnings", false, findings);
	printed = cli_print_json(root);
	return errors > 0 ? CLI_FAILED : printed;
}

static int print_text(const char *path, const struct plica_findings *findings, size_t errors)
{
	for (size_t i = 0; i < findings->count; i++)
		(void)printf("%s: %s\n", findings->item[i].is_error ? "error" : "warning",
			findings->item[i].message);
	(void)printf("%s: %s, %zu error%s, %zu warning%s\n", path,
		errors == 0 ? "valid" : "invalid", errors, errors == 1 ? "" : "s",
		findings->count - errors, findings->count - errors == 1 ? "" : "s");
	return errors > 0 ? CLI_FAILED : CLI_DONE;
}

static int validate(const char *path, bool json)
{
	struct plica_findings findings = {0};
	struct plica_error err = {0};
	enum plica_status status = plica_dataset_validate(&findings, path, &err);
	size_t errors = 0;
	int result;

	if (status != PLICA_OK)
		return cli_fail(status, &err);
	for (size_t i = 0; i < findings.count; i++)
		errors += findings.item[i].is_error;
	result = json ? print_json(path, &findings, errors) : print_text(path, &findings, errors);
	plica_findings_release(&findings);
	return result;
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	bool json = false;
	const struct cli_option options[] = {
		{"json", 0, CLI_FLAG, &json, NULL, "print the findings as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? validate(words.item[0], json) : cli_parse_exit(parsed);

	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_validate = {
	.name = "validate",
	.arguments = "FILE [--json]",
	.summary = "Check a dataset against the contract DATA-001.",
	.details =
		"Lists everything that is wrong (error) or unusual (warning), not only the first.\n"
		"The exit status is 1 when there is an error.",
	.run = run,
};
