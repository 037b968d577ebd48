/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The outline of a YAML document: each value with its path and its line, so that a complaint
 * about any of them can name both. Syntax errors, duplicate keys, aliases and a second document
 * are refused here.
 *
 * Messages read "file.yaml:12: ...". The libyaml types stay inside outline.c.
 */
#ifndef PLICA_STUDY_OUTLINE_H
#define PLICA_STUDY_OUTLINE_H

#include <stddef.h>

#include "plica/error.h"

enum plica_outline_kind { PLICA_OUTLINE_SCALAR, PLICA_OUTLINE_SEQUENCE, PLICA_OUTLINE_MAPPING };

struct plica_outline_entry {
	enum plica_outline_kind kind;
	size_t parent; /**< index of the mapping or sequence that holds it; its own for the root */
	size_t line;   /**< from 1; of the key, if it has one */
	char *path;    /**< "views[1].overlap"; "" for the root */
	char *key;     /**< NULL for the root and for members of a sequence */
	char *text;    /**< of a scalar; NULL otherwise */
};

/** Entries in the order of the document: a parent comes before what it holds. */
struct plica_outline {
	char *subject; /**< the file's name, for messages */
	size_t count;
	struct plica_outline_entry *entry;
};

PLICA_MUST_USE enum plica_status plica_outline_parse(struct plica_outline *out, const char *text,
	size_t size, const char *subject, struct plica_error *err);
void plica_outline_release(struct plica_outline *outline);

/** The entry under `path`, or NULL. */
const struct plica_outline_entry *plica_outline_find(
	const struct plica_outline *outline, const char *path);

/**
 * Sets "subject:line: message" with the line of `path`, or of the nearest part of the document
 * that holds it when it is not there itself; gives PLICA_ERR_DATA.
 */
enum plica_status plica_outline_complain(const struct plica_outline *outline, const char *path,
	struct plica_error *err, const char *format, ...) PLICA_PRINTF(4, 5);

#endif
