/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/schema.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"

#define MOST_KEYS 32
#define LONGEST_TEXT 4096
#define GIVEN_OR_NOT (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

#define TEXT_FIELD(type, key) CYAML_FIELD_STRING_PTR(#key, GIVEN_OR_NOT, type, key, 1, LONGEST_TEXT)
#define NUMBER_FIELD(type, key) CYAML_FIELD_FLOAT_PTR(#key, GIVEN_OR_NOT, type, key)
#define INTEGER_FIELD(type, key) CYAML_FIELD_INT_PTR(#key, GIVEN_OR_NOT, type, key)
/* libcyaml's own truth values take a misspelt "false" for true, an enumeration does not. */
#define BOOL_FIELD(type, key)                                                                      \
	CYAML_FIELD_ENUM_PTR(                                                                      \
		#key, GIVEN_OR_NOT | CYAML_FLAG_STRICT, type, key, truth, CYAML_ARRAY_LEN(truth))
#define LIST_FIELD(type, key, entry)                                                               \
	CYAML_FIELD_SEQUENCE(#key, GIVEN_OR_NOT, type, key, entry, 0, CYAML_UNLIMITED)
#define MAPPING_FIELD(type, key, fields)                                                           \
	CYAML_FIELD_MAPPING_PTR(#key, GIVEN_OR_NOT, type, key, fields)

static const cyaml_strval_t truth[] = {{"false", 0}, {"true", 1}};

static const cyaml_schema_field_t view_fields[] = {
	TEXT_FIELD(struct raw_view, name),
	NUMBER_FIELD(struct raw_view, overlap),
	NUMBER_FIELD(struct raw_view, spacing),
	NUMBER_FIELD(struct raw_view, fraction),
	INTEGER_FIELD(struct raw_view, groups),
	NUMBER_FIELD(struct raw_view, scan_overlap),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t seeds_fields[] = {
	INTEGER_FIELD(struct raw_seeds, simulation),
	INTEGER_FIELD(struct raw_seeds, grouping),
	INTEGER_FIELD(struct raw_seeds, subsampling),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t metrics_fields[] = {
	NUMBER_FIELD(struct raw_metrics, ms_ssim_sigma),
	BOOL_FIELD(struct raw_metrics, emphasize_phase),
	BOOL_FIELD(struct raw_metrics, report_amplitude),
	NUMBER_FIELD(struct raw_metrics, frc_threshold),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t reconstruction_fields[] = {
	TEXT_FIELD(struct raw_reconstruction, algorithm),
	INTEGER_FIELD(struct raw_reconstruction, num_epochs),
	INTEGER_FIELD(struct raw_reconstruction, batch_size),
	TEXT_FIELD(struct raw_reconstruction, noise_model),
	TEXT_FIELD(struct raw_reconstruction, initial_object),
	CYAML_FIELD_IGNORE("options", CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t data_fields[] = {
	TEXT_FIELD(struct raw_data, specimen),
	TEXT_FIELD(struct raw_data, probe),
	NUMBER_FIELD(struct raw_data, probe_diameter_px),
	TEXT_FIELD(struct raw_data, probe_guess),
	TEXT_FIELD(struct raw_data, scan),
	TEXT_FIELD(struct raw_data, dose_mode),
	TEXT_FIELD(struct raw_data, noise),
	INTEGER_FIELD(struct raw_data, count),
	NUMBER_FIELD(struct raw_data, step_px),
	NUMBER_FIELD(struct raw_data, size_px),
	NUMBER_FIELD(struct raw_data, overlap),
	NUMBER_FIELD(struct raw_data, jitter),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t roots_fields[] = {
	TEXT_FIELD(struct raw_roots, phase_c_root),
	TEXT_FIELD(struct raw_roots, phase_d_root),
	TEXT_FIELD(struct raw_roots, artifact_root),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t ptychi_fields[] = {
	TEXT_FIELD(struct raw_ptychi, python),
	TEXT_FIELD(struct raw_ptychi, script),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t number_entry = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
static const cyaml_schema_value_t integer_entry = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int64_t)};
static const cyaml_schema_value_t text_entry = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, LONGEST_TEXT)};
static const cyaml_schema_value_t view_entry = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_view, view_fields)};

static const cyaml_schema_field_t design_fields[] = {
	TEXT_FIELD(struct raw_design, name),
	LIST_FIELD(struct raw_design, doses, &number_entry),
	LIST_FIELD(struct raw_design, gridsizes, &integer_entry),
	INTEGER_FIELD(struct raw_design, neighbor_count),
	INTEGER_FIELD(struct raw_design, patch_size_pixels),
	LIST_FIELD(struct raw_design, views, &view_entry),
	LIST_FIELD(struct raw_design, splits, &text_entry),
	TEXT_FIELD(struct raw_design, train_test_split_axis),
	MAPPING_FIELD(struct raw_design, seeds, seeds_fields),
	MAPPING_FIELD(struct raw_design, metrics, metrics_fields),
	MAPPING_FIELD(struct raw_design, reconstruction, reconstruction_fields),
	TEXT_FIELD(struct raw_design, backend),
	LIST_FIELD(struct raw_design, environment, &text_entry),
	MAPPING_FIELD(struct raw_design, data, data_fields),
	MAPPING_FIELD(struct raw_design, roots, roots_fields),
	MAPPING_FIELD(struct raw_design, ptychi, ptychi_fields),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t design_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_design, design_fields)};

static const char *kind_name(enum plica_outline_kind kind)
{
	static const char *const names[] = {
		[PLICA_OUTLINE_SCALAR] = "a single value",
		[PLICA_OUTLINE_SEQUENCE] = "a list",
		[PLICA_OUTLINE_MAPPING] = "a mapping",
	};

	return names[kind];
}

static enum plica_outline_kind kind_of(const cyaml_schema_value_t *schema)
{
	if (schema->type == CYAML_MAPPING)
		return PLICA_OUTLINE_MAPPING;
	return schema->type == CYAML_SEQUENCE ? PLICA_OUTLINE_SEQUENCE : PLICA_OUTLINE_SCALAR;
}

static bool is_integer(const char *text)
{
	char *end = NULL;

	errno = 0;
	(void)strtoll(text, &end, 10);
	return end != text && *end == '\0' && errno == 0;
}

static bool is_number(const char *text)
{
	char *end = NULL;
	double number = strtod(text, &end);

	return end != text && *end == '\0' && isfinite(number);
}

static bool is_truth(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

/* What a scalar should have been, or NULL when it is right. */
static const char *scalar_fault(const cyaml_schema_value_t *schema, const char *text)
{
	if (schema->type == CYAML_INT && !is_integer(text))
		return "a whole number";
	if (schema->type == CYAML_FLOAT && !is_number(text))
		return "a number";
	if (schema->type == CYAML_ENUM && !is_truth(text))
		return "true or false";
	if (schema->type == CYAML_STRING && (*text == '\0' || strlen(text) > LONGEST_TEXT))
		return "a text of 1 to 4096 bytes";
	return NULL;
}

static enum plica_status check_value(const struct plica_outline *outline,
	const struct plica_outline_entry *entry, const cyaml_schema_value_t *schema,
	struct plica_error *err)
{
	const char *subject = entry->path[0] != '\0' ? entry->path : "the design";
	const char *expected;

	if (entry->kind != kind_of(schema))
		return plica_outline_complain(outline, entry->path, err, "'%s' is %s: expected %s",
			subject, kind_name(entry->kind), kind_name(kind_of(schema)));
	if (entry->kind != PLICA_OUTLINE_SCALAR)
		return PLICA_OK;
	expected = scalar_fault(schema, entry->text);
	if (expected == NULL)
		return PLICA_OK;
	return plica_outline_complain(outline, entry->path, err, "'%s' is '%s': expected %s",
		subject, entry->text, expected);
}

static enum plica_status unknown_key(const struct plica_outline *outline,
	const struct plica_outline_entry *entry, const cyaml_schema_field_t *fields,
	struct plica_error *err)
{
	const char *names[MOST_KEYS];
	const char *nearest;
	size_t count = 0;

	for (; count < MOST_KEYS && fields[count].key != NULL; count++)
		names[count] = fields[count].key;
	nearest = plica_nearest_name(entry->key, names, count);
	if (nearest == NULL)
		return plica_outline_complain(
			outline, entry->path, err, "unknown key '%s'", entry->path);
	return plica_outline_complain(outline, entry->path, err,
		"unknown key '%s': did you mean '%s'?", entry->path, nearest);
}

/* The schema of an entry, given that of the entry that holds it; NULL for an unknown key. */
static const cyaml_schema_value_t *schema_below(
	const cyaml_schema_value_t *holder, const struct plica_outline_entry *entry)
{
	if (holder->type == CYAML_IGNORE)
		return holder;
	if (holder->type == CYAML_SEQUENCE)
		return holder->sequence.entry;
	for (const cyaml_schema_field_t *field = holder->mapping.fields; field->key != NULL;
		field++)
		if (strcmp(field->key, entry->key) == 0)
			return &field->value;
	return NULL;
}

/* Keys and types, each complaint with the line that it is about; libcyaml knows lines only
 * roughly, and reads 4.5 as the whole number 4. */
static enum plica_status check_outline(const struct plica_outline *outline, struct plica_error *err)
{
	enum plica_status status;
	const cyaml_schema_value_t **schemas = NULL;

	PLICA_TRY(PLICA_NEW(&schemas, outline->count, err));
	for (size_t i = 0; i < outline->count; i++) {
		const struct plica_outline_entry *entry = &outline->entry[i];
		const cyaml_schema_value_t *holder = schemas[entry->parent];

		schemas[i] = i == 0 ? &design_schema : schema_below(holder, entry);
		if (schemas[i] == NULL) {
			status = unknown_key(outline, entry, holder->mapping.fields, err);
			goto out;
		}
		if (schemas[i]->type != CYAML_IGNORE)
			PLICA_TRY(check_value(outline, entry, schemas[i], err));
	}
out:
	plica_free(schemas);
	return status;
}

/* Keeps the first complaint of libcyaml; the rest is its trace of where it was. */
static PLICA_PRINTF(3, 0) void keep_complaint(
	cyaml_log_t level, void *context, const char *format, va_list args)
{
	char *complaint = context;

	(void)level;
	if (complaint[0] == '\0')
		(void)vsnprintf(complaint, 256, format, args);
}

static cyaml_config_t configuration(char complaint[256])
{
	return (cyaml_config_t){
		.log_fn = keep_complaint,
		.log_ctx = complaint,
		.mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_NO_ALIAS,
	};
}

enum plica_status plica_raw_design_read(struct raw_design **out,
	const struct plica_outline *outline, const char *text, size_t size, struct plica_error *err)
{
	char complaint[256] = "";
	cyaml_config_t config = configuration(complaint);
	cyaml_data_t *data = NULL;
	enum plica_status status = check_outline(outline, err);
	cyaml_err_t answer;

	if (status != PLICA_OK)
		return status;
	answer = cyaml_load_data((const uint8_t *)text, size, &config, &design_schema, &data, NULL);
	if (answer != CYAML_OK)
		return plica_error_set(err, PLICA_ERR_DATA, "%s: %s: %.*s", outline->subject,
			cyaml_strerror(answer), (int)strcspn(complaint, "\n"), complaint);
	if (data == NULL)
		return plica_outline_complain(outline, "", err, "the design is empty");
	*out = data;
	return PLICA_OK;
}

void plica_raw_design_free(struct raw_design *raw)
{
	char complaint[256] = "";
	cyaml_config_t config = configuration(complaint);

	if (raw != NULL)
		(void)cyaml_free(&config, &design_schema, raw, 0);
}
