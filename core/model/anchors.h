/* Anchors: boxes that stand on a pyramid of maps, whatever is in the image. */
#ifndef CORE_MODEL_ANCHORS_H
#define CORE_MODEL_ANCHORS_H

#include "core/model/boxes.h"
#include "core/model/rules.h"

typedef struct {
    int  levels, rows[LEVELS_MOST], cols[LEVELS_MOST], each; /* `each` at a cell */
    int  first[LEVELS_MOST + 1]; /* of a level; the last is how many there are    */
    Box *box;                    /* by level, row, column, ratio                  */
} Anchors;

/* Of maps [rows_l, cols_l].  Centres are at (column stride, row stride), a box's sides
 * are side / sqrt(ratio) and side sqrt(ratio).  So an anchor's number within its level is
 * that of its logit in a map [rows, cols, each], and four times it that of its first
 * delta. */
void anchors_make(Anchors *a, Arena *arena, const BoxRules *r, const int *rows,
                  const int *cols);

#endif
