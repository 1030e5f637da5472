/* Where a record lies says whose it is: <16 digits of the cell>/pretrain.h5, or the same with
 * <stage>-<8 digits>.h5 of an evaluation (recipe/cell.h).  Any file may lie anywhere. */
#ifndef EXPERIMENTS_RECORD_PLACE_H
#define EXPERIMENTS_RECORD_PLACE_H

#include "core/base/h5.h"
#include "experiments/recipe/cell.h"

typedef struct {
    char      cell[17], stage[STAGE_NAME]; /* "knn-1f0c9a33" */
    StageKind kind;
} Place;

bool place_names_cell(const char *name); /* 16 digits */

/* Of a file that is called so in the folder of a cell; false: it is not what a record is
 * called there. */
bool place_in(Place *p, const char *cell, const char *name);
bool place_of(Place *p, const char *path); /* the same of a path */

/* Does the record in `f` say that it is of this cell and stage?  STATUS_FORMAT says of which
 * it is: "FILE: of another cell, 1f0c9a33...". */
MUST_USE Status place_check(const Place *p, H5 *f, const char *path, Err *err);

#endif
