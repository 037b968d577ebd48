/* SPDX-License-Identifier: BSD-3-Clause */
/** Checksums: SHA-256 for provenance (OpenSSL), XXH3 for quick comparisons (xxHash). */
#ifndef PLICA_BASE_HASH_H
#define PLICA_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"

/** 64 hexadecimal digits and the terminating zero. */
#define PLICA_SHA256_SIZE 65

PLICA_MUST_USE enum plica_status plica_sha256_file(
	char out[PLICA_SHA256_SIZE], const char *path, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_sha256_bytes(
	char out[PLICA_SHA256_SIZE], const void *bytes, size_t size, struct plica_error *err);
uint64_t plica_quick_hash(const void *bytes, size_t size);

#endif
