/* SPDX-License-Identifier: BSD-3-Clause */
/** What a fuzz target defines: libFuzzer calls it, and so does the replay of the corpus. */
#ifndef PLICA_FUZZ_TARGET_H
#define PLICA_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/** Feeds one input to a reader, which may refuse it but not crash; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
