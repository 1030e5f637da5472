/* What detect and segment of a cell see and train: looked at once, checked before anything
 * starts. */
#ifndef EXPERIMENTS_RECIPE_DENSE_LOOK_H
#define EXPERIMENTS_RECIPE_DENSE_LOOK_H

#include "core/model/mask_rcnn.h"
#include "core/model/upernet.h"
#include "experiments/recipe/cell.h"

/* Annotated pictures looked at so far. */
typedef struct DenseLooked DenseLooked;

/* Completes c->config.detect, c->detect and those of segment, where the cell wants them.
 * As cell_check. */
MUST_USE Status dense_look(Cell *c, Arena *a, DenseLooked **all, const char **blame, Err *err);

/* The models that are trained. */
MaskRcnnConfig dense_mask_rcnn(const Cell *c);
UpernetConfig  dense_upernet(const Cell *c);

#endif
