/* SPDX-License-Identifier: BSD-3-Clause */
/** What the data room knows of a dataset beyond include/plica/dataset.h. */
#ifndef PLICA_DATA_DATASET_H
#define PLICA_DATA_DATASET_H

#include "plica/dataset.h"

/** Bytes of one stored pattern. */
size_t plica_pattern_bytes(const struct plica_dataset *dataset);

#endif
