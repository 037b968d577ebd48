/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The positions as unknowns of the conjugate gradients (doc/numerics.md, "Positions").
 *
 *     X = A dO/dy (and dO/dx),  r = Re sum X* chi,  M^-1 = Re sum X* X + 0.05 mean,  z = M r
 *
 * All vectors hold 2 J numbers: the y of every position, then the x.
 */
#ifndef PLICA_RECON_POSITIONS_H
#define PLICA_RECON_POSITIONS_H

#include "recon/archive.h"
#include "recon/pass.h"

/** dO/dy and dO/dx of the problem's object by an antisymmetric stencil (settings.positions.
 * differentiation), but for four pixels at the edges, which are left alone. */
void plica_object_slopes(struct plica_planes slope[2], const struct plica_problem *problem);

struct plica_position_search {
	struct plica_problem *problem;
	bool active;                     /**< positions take part from now on */
	struct plica_planes slope[2];    /**< dO/dy, dO/dx */
	double *curvature;               /**< 3 J: yy, xx, yx of each position */
	double *residual, *residual_old; /**< r */
	double *scaled;                  /**< z */
	double *direction;               /**< h */
	double *start;                   /**< where the positions were when the run began */
};

PLICA_MUST_USE enum plica_status plica_position_search_create(
	struct plica_position_search **out, struct plica_problem *problem, struct plica_error *err);
void plica_position_search_free(struct plica_position_search *search);

/** Takes the object's slopes; before the gradient pass. */
void plica_position_search_begin(struct plica_position_search *search);
/** Takes r and curvature of `positions`, the last set of `pass`. */
void plica_position_search_add(struct plica_position_search *search, const struct plica_pass *pass,
	const size_t *positions, size_t count);
/** z from r, with the mean over `positions`. */
void plica_position_search_precondition(
	struct plica_position_search *search, const size_t *positions, size_t count);
/** sum a b over all 2 J numbers. */
double plica_position_search_dot(
	const struct plica_position_search *search, const double *a, const double *b);
/** h = z + beta h. */
void plica_position_search_turn(struct plica_position_search *search, double beta);
/** Takes their mean over the positions out of the y of `values`, and out of the x. */
void plica_position_search_center(const struct plica_position_search *search, double *values);
/** Moves the problem's positions by t h, each step and the whole way limited, and makes the present
 * r the old one. */
void plica_position_search_advance(struct plica_position_search *search, double t);

/** Moves position `index` by (y, x) pixels, but not farther from its start than is allowed. */
void plica_position_search_move(
	struct plica_position_search *search, size_t index, double y, double x);
/** Moves all positions by their mean's way from where the run began; object and positions might
 * drift together. */
void plica_position_search_restore_mean(struct plica_position_search *search);

void plica_position_search_archive(
	struct plica_position_search *search, struct plica_archive *archive);

/** `value` where it is within `limit` of `centre`, else the nearer end; an end where it is no
 * number. */
double plica_position_limited(double value, double centre, double limit);

#endif
