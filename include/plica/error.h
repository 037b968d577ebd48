/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Status codes and error text.
 *
 * Every function that can fail returns an `enum plica_status` and takes, last, a
 * `struct plica_error *err` that the caller owns (NULL is allowed: the status alone
 * comes back). On failure `err->text` says what went wrong, outermost context first,
 * in lower case and without a full stop:
 *
 *     cannot read 'scan.npz': 'xcoords' has 1023 entries, 'diffraction' 1024
 *
 * On success `err` is left as it was. Out-parameters are written on success only.
 * The library never prints and never exits.
 */
#ifndef PLICA_ERROR_H
#define PLICA_ERROR_H

#if defined(__GNUC__)
#define PLICA_API __attribute__((visibility("default")))
#define PLICA_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define PLICA_MUST_USE __attribute__((warn_unused_result))
#else
#define PLICA_API
#define PLICA_PRINTF(text, first)
#define PLICA_MUST_USE
#endif

enum plica_status {
	PLICA_OK = 0,
	PLICA_ERR_ARGUMENT,    /**< the caller asked for something that makes no sense */
	PLICA_ERR_IO,          /**< a file could not be opened, read, written or renamed */
	PLICA_ERR_FORMAT,      /**< a file is not what its format demands */
	PLICA_ERR_DATA,        /**< a readable file that breaks the contract of its content */
	PLICA_ERR_MEMORY,      /**< not enough memory, or a size that overflows */
	PLICA_ERR_NUMERIC,     /**< NaN, divergence, a problem without a solution */
	PLICA_ERR_CHILD,       /**< a child process could not be started, or failed */
	PLICA_ERR_INTERRUPTED, /**< stopped on request (a signal, or the progress callback) */
};

/** Longest error text, terminating zero included; longer texts are cut. */
#define PLICA_ERROR_TEXT 2048

struct plica_error {
	char text[PLICA_ERROR_TEXT];
};

/** Sets the text of `err` (printf style) and returns `status`. */
PLICA_API enum plica_status plica_error_set(struct plica_error *err, enum plica_status status,
	const char *format, ...) PLICA_PRINTF(3, 4);

/** Puts context before the text that `err` holds, as "context: text", and returns `status`. */
PLICA_API enum plica_status plica_error_context(struct plica_error *err, enum plica_status status,
	const char *format, ...) PLICA_PRINTF(3, 4);

/** A short name of a status ("i/o error"), for logs; never NULL. */
PLICA_API const char *plica_status_name(enum plica_status status);

#endif
