/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/outline.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"

#define MOST_ENTRIES 10000
#define DEEPEST 16

/* The state of a pass over the events of a document. */
struct pass {
	yaml_parser_t parser;
	struct plica_outline *outline;
	size_t capacity;
	size_t depth;
};

static enum plica_status complain_at(
	struct pass *pass, size_t line, struct plica_error *err, const char *found)
{
	return plica_error_set(
		err, PLICA_ERR_DATA, "%s:%zu: %s", pass->outline->subject, line, found);
}

static enum plica_status next_event(struct pass *pass, yaml_event_t *event, struct plica_error *err)
{
	const yaml_parser_t *parser = &pass->parser;

	if (yaml_parser_parse(&pass->parser, event))
		return PLICA_OK;
	if (parser->error == YAML_MEMORY_ERROR)
		return plica_error_set(
			err, PLICA_ERR_MEMORY, "%s: out of memory", pass->outline->subject);
	return complain_at(pass, parser->problem_mark.line + 1, err,
		parser->problem != NULL ? parser->problem : "not YAML");
}

static enum plica_status make_path(char **out, const struct plica_outline_entry *parent,
	const char *key, size_t item, struct plica_error *err)
{
	struct plica_text path = {0};
	enum plica_status status;

	if (key == NULL)
		status = plica_text_printf(&path, err, "%s[%zu]", parent->path, item);
	else
		status = plica_text_printf(&path, err, "%s%s%s", parent->path,
			parent->path[0] != '\0' ? "." : "", key);
	if (status == PLICA_OK)
		status = plica_copy_text(out, plica_text_string(&path), err);
	plica_text_release(&path);
	return status;
}

static enum plica_status reserve(struct pass *pass, size_t line, struct plica_error *err)
{
	struct plica_outline *outline = pass->outline;
	struct plica_outline_entry *grown;
	size_t capacity = pass->capacity > 0 ? 2 * pass->capacity : 64;

	if (outline->count == MOST_ENTRIES)
		return complain_at(pass, line, err, "more than 10000 values");
	if (outline->count < pass->capacity)
		return PLICA_OK;
	grown = realloc(outline->entry, capacity * sizeof(*grown));
	if (grown == NULL)
		return plica_error_set(
			err, PLICA_ERR_MEMORY, "%s: out of memory", outline->subject);
	outline->entry = grown;
	pass->capacity = capacity;
	return PLICA_OK;
}

static enum plica_status refuse_duplicate(
	struct pass *pass, const struct plica_outline_entry *entry, struct plica_error *err)
{
	const struct plica_outline_entry *earlier = plica_outline_find(pass->outline, entry->path);

	if (earlier == NULL || entry->key == NULL)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA, "%s:%zu: duplicate key '%s', first on line %zu",
		pass->outline->subject, entry->line, entry->path, earlier->line);
}

/* Adds an entry and gives its index; `key` may be NULL. */
static enum plica_status add_entry(struct pass *pass, size_t *index,
	const struct plica_outline_entry *draft, size_t item, struct plica_error *err)
{
	enum plica_status status;
	struct plica_outline *outline = pass->outline;
	struct plica_outline_entry entry = *draft;

	entry.path = NULL;
	entry.key = NULL;
	entry.text = NULL;
	PLICA_TRY(reserve(pass, entry.line, err));
	if (outline->count == 0)
		PLICA_TRY(plica_copy_text(&entry.path, "", err));
	else
		PLICA_TRY(make_path(
			&entry.path, &outline->entry[entry.parent], draft->key, item, err));
	if (draft->key != NULL)
		PLICA_TRY(plica_copy_text(&entry.key, draft->key, err));
	if (draft->text != NULL)
		PLICA_TRY(plica_copy_text(&entry.text, draft->text, err));
	PLICA_TRY(refuse_duplicate(pass, &entry, err));
	*index = outline->count;
	outline->entry[outline->count++] = entry;
	entry = (struct plica_outline_entry){0};
out:
	plica_free(entry.path);
	plica_free(entry.key);
	plica_free(entry.text);
	return status;
}

/* A scalar with a zero byte in it would be cut where C strings end. */
static bool is_text(const yaml_event_t *event)
{
	return strlen((const char *)event->data.scalar.value) == event->data.scalar.length;
}

static enum plica_status read_value(struct pass *pass, const yaml_event_t *event,
	struct plica_outline_entry *draft, size_t item, struct plica_error *err);

static enum plica_status read_sequence(struct pass *pass, size_t parent, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	bool open = true;

	for (size_t item = 0; open && status == PLICA_OK; item++) {
		yaml_event_t event;
		struct plica_outline_entry draft = {.parent = parent};

		status = next_event(pass, &event, err);
		if (status != PLICA_OK)
			break;
		draft.line = event.start_mark.line + 1;
		open = event.type != YAML_SEQUENCE_END_EVENT;
		if (open)
			status = read_value(pass, &event, &draft, item, err);
		yaml_event_delete(&event);
	}
	return status;
}

/* The value that belongs to the key in `event`. */
static enum plica_status read_member(
	struct pass *pass, size_t parent, const yaml_event_t *event, struct plica_error *err)
{
	enum plica_status status;
	yaml_event_t value;
	struct plica_outline_entry draft = {.parent = parent, .line = event->start_mark.line + 1};

	if (event->type != YAML_SCALAR_EVENT || !is_text(event))
		return complain_at(pass, draft.line, err, "a key has to be a plain text");
	draft.key = (char *)event->data.scalar.value;
	status = next_event(pass, &value, err);
	if (status != PLICA_OK)
		return status;
	status = read_value(pass, &value, &draft, 0, err);
	yaml_event_delete(&value);
	return status;
}

static enum plica_status read_mapping(struct pass *pass, size_t parent, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	bool open = true;

	while (open && status == PLICA_OK) {
		yaml_event_t event;

		status = next_event(pass, &event, err);
		if (status != PLICA_OK)
			break;
		open = event.type != YAML_MAPPING_END_EVENT;
		if (open)
			status = read_member(pass, parent, &event, err);
		yaml_event_delete(&event);
	}
	return status;
}

static enum plica_status read_nested(
	struct pass *pass, struct plica_outline_entry *draft, size_t item, struct plica_error *err)
{
	enum plica_status status;
	size_t index = 0;

	if (pass->depth == DEEPEST)
		return complain_at(pass, draft->line, err, "nested too deeply");
	PLICA_TRY(add_entry(pass, &index, draft, item, err));
	pass->depth++;
	if (draft->kind == PLICA_OUTLINE_MAPPING)
		PLICA_TRY(read_mapping(pass, index, err));
	else
		PLICA_TRY(read_sequence(pass, index, err));
	pass->depth--;
out:
	return status;
}

static enum plica_status read_value(struct pass *pass, const yaml_event_t *event,
	struct plica_outline_entry *draft, size_t item, struct plica_error *err)
{
	size_t index;

	if (event->type == YAML_MAPPING_START_EVENT) {
		draft->kind = PLICA_OUTLINE_MAPPING;
		return read_nested(pass, draft, item, err);
	}
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		draft->kind = PLICA_OUTLINE_SEQUENCE;
		return read_nested(pass, draft, item, err);
	}
	if (event->type != YAML_SCALAR_EVENT)
		return complain_at(pass, event->start_mark.line + 1, err,
			"aliases are not understood: write the value out");
	if (!is_text(event))
		return complain_at(pass, draft->line, err, "a text with a zero byte in it");
	draft->kind = PLICA_OUTLINE_SCALAR;
	draft->text = (char *)event->data.scalar.value;
	return add_entry(pass, &index, draft, item, err);
}

/* Skips what comes before the first value, reads it, and demands the end after it. */
static enum plica_status read_document(struct pass *pass, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	bool end = false;

	while (!end && status == PLICA_OK) {
		yaml_event_t event;
		struct plica_outline_entry draft = {.parent = 0};

		status = next_event(pass, &event, err);
		if (status != PLICA_OK)
			break;
		draft.line = event.start_mark.line + 1;
		end = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT && pass->outline->count > 0)
			status = complain_at(
				pass, draft.line, err, "a second document: expected one");
		else if (event.type == YAML_SCALAR_EVENT || event.type == YAML_ALIAS_EVENT ||
			 event.type == YAML_SEQUENCE_START_EVENT ||
			 event.type == YAML_MAPPING_START_EVENT)
			status = read_value(pass, &event, &draft, 0, err);
		yaml_event_delete(&event);
	}
	return status;
}

enum plica_status plica_outline_parse(struct plica_outline *out, const char *text, size_t size,
	const char *subject, struct plica_error *err)
{
	enum plica_status status;
	struct plica_outline outline = {0};
	struct pass pass = {.outline = &outline};

	PLICA_TRY(plica_copy_text(&outline.subject, subject, err));
	if (!yaml_parser_initialize(&pass.parser)) {
		status = plica_error_set(err, PLICA_ERR_MEMORY, "%s: out of memory", subject);
		goto out;
	}
	yaml_parser_set_input_string(&pass.parser, (const unsigned char *)text, size);
	status = read_document(&pass, err);
	yaml_parser_delete(&pass.parser);
	PLICA_TRY(status);
	*out = outline;
	outline = (struct plica_outline){0};
out:
	plica_outline_release(&outline);
	return status;
}

void plica_outline_release(struct plica_outline *outline)
{
	for (size_t i = 0; i < outline->count; i++) {
		plica_free(outline->entry[i].path);
		plica_free(outline->entry[i].key);
		plica_free(outline->entry[i].text);
	}
	free(outline->entry);
	plica_free(outline->subject);
	*outline = (struct plica_outline){0};
}

const struct plica_outline_entry *plica_outline_find(
	const struct plica_outline *outline, const char *path)
{
	for (size_t i = 0; i < outline->count; i++)
		if (strcmp(outline->entry[i].path, path) == 0)
			return &outline->entry[i];
	return NULL;
}

/* The line of `path`, or of the longest beginning of it that the document has. */
static size_t line_of(const struct plica_outline *outline, const char *path)
{
	const struct plica_outline_entry *entry;
	char *part = strdup(path);
	size_t line = 1;

	for (size_t length = strlen(path); part != NULL && length > 0; length--) {
		part[length] = '\0';
		entry = plica_outline_find(outline, part);
		if (entry != NULL) {
			line = entry->line;
			break;
		}
	}
	free(part);
	return line;
}

enum plica_status plica_outline_complain(const struct plica_outline *outline, const char *path,
	struct plica_error *err, const char *format, ...)
{
	char message[PLICA_ERROR_TEXT];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return plica_error_set(err, PLICA_ERR_DATA, "%s:%zu: %s", outline->subject,
		line_of(outline, path), message);
}
