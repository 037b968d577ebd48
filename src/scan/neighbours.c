/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/neighbours.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/try.h"

#define LEAF_SIZE 8

struct point {
	double at[2]; /* y, x */
	size_t index;
};

struct node {
	double low[2], high[2]; /* bounding box of its points */
	size_t lowest_index;
};

/*
 * The tree is implicit: the children of node v are 2 v and 2 v + 1, and a node's points are cut
 * in the middle, so that its range of `point` follows from the way to it.
 */
struct plica_neighbours {
	size_t count;
	struct point *point; /* in the tree's order */
	size_t *place;       /* of each index in `point` */
	struct node *node;   /* the root is node[1] */
};

struct span {
	size_t node, begin, end;
};

static bool is_leaf(struct span span)
{
	return span.end - span.begin <= LEAF_SIZE;
}

static size_t middle_of(struct span span)
{
	return span.begin + (span.end - span.begin) / 2;
}

static struct span left_of(struct span span)
{
	return (struct span){2 * span.node, span.begin, middle_of(span)};
}

static struct span right_of(struct span span)
{
	return (struct span){2 * span.node + 1, middle_of(span), span.end};
}

static size_t node_count(size_t points)
{
	size_t nodes = 2;

	for (; points > LEAF_SIZE; points = points / 2 + points % 2)
		nodes *= 2;
	return nodes;
}

/* A total order, so that coincident points do not spoil the selection. */
static bool before(const struct point *a, const struct point *b, int axis)
{
	if (a->at[axis] != b->at[axis])
		return a->at[axis] < b->at[axis];
	if (a->at[1 - axis] != b->at[1 - axis])
		return a->at[1 - axis] < b->at[1 - axis];
	return a->index < b->index;
}

static void swap(struct point *a, struct point *b)
{
	struct point kept = *a;

	*a = *b;
	*b = kept;
}

static struct point median_of_three(
	const struct point *a, const struct point *b, const struct point *c, int axis)
{
	if (before(b, a, axis)) {
		const struct point *kept = a;

		a = b;
		b = kept;
	}
	if (before(c, a, axis))
		return *a;
	return before(c, b, axis) ? *c : *b;
}

/* Selection after Hoare: afterwards what stands before `place` precedes it along `axis`. */
static void select_place(struct point *point, struct span span, size_t place, int axis)
{
	ptrdiff_t first = (ptrdiff_t)span.begin;
	ptrdiff_t last = (ptrdiff_t)span.end - 1;
	ptrdiff_t wanted = (ptrdiff_t)place;

	while (first < last) {
		struct point pivot = median_of_three(
			&point[first], &point[first + (last - first) / 2], &point[last], axis);
		ptrdiff_t i = first;
		ptrdiff_t j = last;

		while (i <= j) {
			while (before(&point[i], &pivot, axis))
				i++;
			while (before(&pivot, &point[j], axis))
				j--;
			if (i <= j)
				swap(&point[i++], &point[j--]);
		}
		if (j < wanted)
			first = i;
		if (wanted < i)
			last = j;
	}
}

static struct node bounds_of(const struct point *point, struct span span)
{
	struct node node = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}, SIZE_MAX};

	for (size_t i = span.begin; i < span.end; i++) {
		for (int axis = 0; axis < 2; axis++) {
			double at = point[i].at[axis]; /* finite: no need of fmin's care */

			node.low[axis] = at < node.low[axis] ? at : node.low[axis];
			node.high[axis] = at > node.high[axis] ? at : node.high[axis];
		}
		if (point[i].index < node.lowest_index)
			node.lowest_index = point[i].index;
	}
	return node;
}

/* As deep as the binary logarithm of the number of points. */
static void build(struct plica_neighbours *tree, struct span span)
{
	struct node *node = &tree->node[span.node];
	int axis;

	*node = bounds_of(tree->point, span);
	if (is_leaf(span))
		return;
	axis = node->high[0] - node->low[0] >= node->high[1] - node->low[1] ? 0 : 1;
	select_place(tree->point, span, middle_of(span), axis);
	build(tree, left_of(span));
	build(tree, right_of(span));
}

static enum plica_status copy_points(
	struct plica_neighbours *tree, struct plica_positions positions, struct plica_error *err)
{
	for (size_t i = 0; i < positions.count; i++) {
		double y = positions.y_px[i];
		double x = positions.x_px[i];

		if (!isfinite(y) || !isfinite(x))
			return plica_error_set(err, PLICA_ERR_DATA,
				"position %zu is (%g, %g), expected finite numbers", i, y, x);
		tree->point[i] = (struct point){{y, x}, i};
	}
	return PLICA_OK;
}

enum plica_status plica_neighbours_create(
	struct plica_neighbours **out, struct plica_positions positions, struct plica_error *err)
{
	enum plica_status status;
	struct plica_neighbours *tree = NULL;

	PLICA_TRY(PLICA_NEW(&tree, 1, err));
	tree->count = positions.count;
	PLICA_TRY(PLICA_NEW(&tree->point, positions.count, err));
	PLICA_TRY(PLICA_NEW(&tree->place, positions.count, err));
	PLICA_TRY(PLICA_NEW(&tree->node, node_count(positions.count), err));
	PLICA_TRY(copy_points(tree, positions, err));
	build(tree, (struct span){1, 0, positions.count});
	for (size_t i = 0; i < positions.count; i++)
		tree->place[tree->point[i].index] = i;
	*out = tree;
	tree = NULL;
out:
	plica_neighbours_free(tree);
	return status;
}

size_t plica_neighbours_at(const struct plica_neighbours *tree, size_t i)
{
	return tree->point[i].index;
}

void plica_neighbours_free(struct plica_neighbours *tree)
{
	if (tree == NULL)
		return;
	plica_free(tree->point);
	plica_free(tree->place);
	plica_free(tree->node);
	plica_free(tree);
}

static double square_distance(const double a[2], const double b[2])
{
	double dy = a[0] - b[0];
	double dx = a[1] - b[1];

	return dy * dy + dx * dx;
}

/* To the nearest point of the box. Rounding is monotonic, so this never exceeds the computed
 * distance of a point inside. */
static double square_distance_to_box(const double at[2], const struct node *node)
{
	double nearest[2];

	for (int axis = 0; axis < 2; axis++) {
		nearest[axis] = at[axis] < node->low[axis] ? node->low[axis] : at[axis];
		if (nearest[axis] > node->high[axis])
			nearest[axis] = node->high[axis];
	}
	return square_distance(at, nearest);
}

struct nearest {
	double at[2];
	size_t self;
	size_t limit, found;
	size_t *index;
	double *square; /* of the distances, ascending */
};

/* Whether something at that distance and with that index can still enter the list. */
static bool enters(const struct nearest *list, double square, size_t index)
{
	size_t last = list->found - 1;

	if (list->found < list->limit)
		return true;
	return square < list->square[last] ||
	       (square <= list->square[last] && index < list->index[last]);
}

static void insert(struct nearest *list, double square, size_t index)
{
	size_t i;

	if (index == list->self || !enters(list, square, index))
		return;
	if (list->found < list->limit)
		list->found++;
	for (i = list->found - 1; i > 0; i--) {
		if (list->square[i - 1] < square ||
			(list->square[i - 1] <= square && list->index[i - 1] < index))
			break;
		list->square[i] = list->square[i - 1];
		list->index[i] = list->index[i - 1];
	}
	list->square[i] = square;
	list->index[i] = index;
}

static void search(const struct plica_neighbours *tree, struct span span, struct nearest *list)
{
	const struct node *node = &tree->node[span.node];
	struct span left, right;
	bool right_first;

	if (!enters(list, square_distance_to_box(list->at, node), node->lowest_index))
		return;
	if (is_leaf(span)) {
		for (size_t i = span.begin; i < span.end; i++)
			insert(list, square_distance(list->at, tree->point[i].at),
				tree->point[i].index);
		return;
	}
	left = left_of(span);
	right = right_of(span);
	right_first = square_distance_to_box(list->at, &tree->node[right.node]) <
		      square_distance_to_box(list->at, &tree->node[left.node]);
	search(tree, right_first ? right : left, list);
	search(tree, right_first ? left : right, list);
}

size_t plica_neighbours_nearest(size_t *index, double *distance_px,
	const struct plica_neighbours *tree, size_t query, size_t limit)
{
	const struct point *point = &tree->point[tree->place[query]];
	struct nearest list = {.at = {point->at[0], point->at[1]},
		.self = query,
		.limit = limit,
		.index = index,
		.square = distance_px};

	if (limit > 0)
		search(tree, (struct span){1, 0, tree->count}, &list);
	for (size_t i = 0; i < list.found; i++)
		distance_px[i] = sqrt(distance_px[i]);
	return list.found;
}

struct circle {
	const double *at;
	double radius;
	plica_neighbours_visit *visit;
	void *context;
};

static void visit_leaf(
	const struct plica_neighbours *tree, struct span span, const struct circle *circle)
{
	for (size_t i = span.begin; i < span.end; i++) {
		double distance = sqrt(square_distance(circle->at, tree->point[i].at));

		if (distance < circle->radius)
			circle->visit(circle->context, tree->point[i].index, distance);
	}
}

static void visit_within(
	const struct plica_neighbours *tree, struct span span, const struct circle *circle)
{
	const struct node *node = &tree->node[span.node];

	if (sqrt(square_distance_to_box(circle->at, node)) >= circle->radius)
		return;
	if (is_leaf(span)) {
		visit_leaf(tree, span, circle);
		return;
	}
	visit_within(tree, left_of(span), circle);
	visit_within(tree, right_of(span), circle);
}

void plica_neighbours_within(const struct plica_neighbours *tree, const double at_px[2],
	double radius_px, plica_neighbours_visit *visit, void *context)
{
	const struct circle circle = {at_px, radius_px, visit, context};

	if (tree->count > 0)
		visit_within(tree, (struct span){1, 0, tree->count}, &circle);
}
