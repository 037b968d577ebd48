/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * LSQML for one probe mode and one slice, literally after the specification (its sections are
 * named with each function), in double precision, position by position and pixel by pixel. The
 * oracle of the engine: slow, and meant to be read beside the formulas.
 */
#ifndef PLICA_LSQML_REFERENCE_H
#define PLICA_LSQML_REFERENCE_H

#include <stddef.h>

#include "num/fft.h"
#include "plica/dataset.h"
#include "plica/settings.h"
#include "recon/problem.h"

#define REFERENCE_EPOCHS 16

struct reference_momentum {
	double _Complex *history[REFERENCE_EPOCHS]; /**< normalised updates */
	double _Complex *velocity;
	long seen;
};

struct reference {
	const struct plica_settings *settings;
	size_t side, count;
	size_t rows, cols;         /**< of the canvas, as the problem has it */
	long *row, *col;           /**< start of each patch */
	double *shift_y, *shift_x; /**< delta */
	double *y_px, *x_px;       /**< positions, in the dataset's coordinates */
	double origin_y, origin_x;
	size_t roi[4];
	double *amplitude;               /**< count * side^2: sqrt(I), zero frequency at [0, 0] */
	double *valid;                   /**< side^2: V, likewise */
	double *relaxation;              /**< of each position: alpha of the Poisson step */
	double _Complex *object;         /**< O */
	double _Complex *probe;          /**< P */
	double *illumination;            /**< W */
	double _Complex *epoch_gradient; /**< compact: G of the batches of this epoch */
	double epoch_step;               /**< compact: the least of theirs */
	size_t batch_count;              /**< N_b */
	double loss;                     /**< sum of squared residuals of the batches so far */
	double losses[REFERENCE_EPOCHS]; /**< of the epochs that reference_accelerate ended */
	long epochs;
	double _Complex *probe_update; /**< all of this epoch's */
	struct reference_momentum object_momentum, probe_momentum;
	struct plica_fft_double *fft;
};

/** Canvas and scanned box are the problem's; everything else comes from the dataset. */
void reference_init(struct reference *reference, const struct plica_dataset *dataset,
	const struct plica_problem *problem, const struct plica_settings *settings);
void reference_release(struct reference *reference);

/** D.2.2: P *= sqrt(sum I / sum Ihat). */
void reference_rescale_probe(struct reference *reference);
/** D.3: W_new, averaged with the old W unless it is the first. */
void reference_update_illumination(struct reference *reference, bool first);
/** D.7, compact batches: before and after those of an epoch. */
void reference_begin_compact(struct reference *reference, size_t batch_count);
void reference_end_compact(struct reference *reference);
/** C.1, C.3, D.4 to D.7 for one batch. */
void reference_batch(struct reference *reference, const size_t *positions, size_t count);
/** D.8, after the updates of an epoch of `batch_count` batches. */
void reference_accelerate(struct reference *reference, size_t batch_count);
void reference_momentum_release(struct reference_momentum *momentum);
/** The waves of one batch: count * side^2 of each. */
struct reference_waves {
	const size_t *positions;
	size_t count;
	const double _Complex *incident, *difference;
};
/** D.11 with K.7's denominators: the steps (y, x) of a batch, and moving by them. */
void reference_find_moves(const struct reference *reference, double (*update)[2],
	const struct reference_waves *waves);
void reference_move(struct reference *reference, const double (*update)[2],
	const struct reference_waves *waves);
/** D.9.12 */
void reference_remove_ambiguity(struct reference *reference);

#endif
