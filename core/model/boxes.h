/* Boxes: x0, y0, x1, y1 in pixels, from edge to edge: a side is x1 - x0, without + 1.
 * Plain C, no tape. */
#ifndef CORE_MODEL_BOXES_H
#define CORE_MODEL_BOXES_H

#include "core/base/arena.h"
#include "core/base/real.h"

#include <stdbool.h>

typedef struct {
    real x0, y0, x1, y1;
} Box;

real box_area(Box b);      /* 0 if it has no inside */
real box_iou(Box p, Box q); /* 0 if they have nothing in common */
bool box_is_finite(Box b);
bool box_is_empty(Box b);  /* a side is 0 or less */
Box  box_clip(Box b, double height, double width); /* to an image of that size */

/* How `to` lies relative to `from`, both with sides over 0, and back:
 *
 *   weight (to's centre - from's) / from's side,  weight log(to's side / from's)
 *
 * each x first.  Going back, the logarithms are at most log_most.
 * Source: Girshick et al. 2014, arXiv:1311.2524, appendix C. */
void box_encode(real delta[4], Box from, Box to, const double weight[4]);
Box  box_decode(const real delta[4], Box from, const double weight[4], double log_most);

/* order [n]: by falling score, of equal ones the first first.  Scores are numbers. */
void boxes_best_first(int *order, const real *score, int n, Arena *scratch);

/* Non-maximum suppression: from the best down, a box goes if its IoU with a better one of
 * its group that stays is over `iou`.  kept [n] best first; returns how many stay.  group
 * NULL: all are one. */
int boxes_suppress(int *kept, const Box *box, const real *score, const int *group, int n,
                   double iou, Arena *scratch);

#endif
