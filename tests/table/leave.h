/* Records as stages leave them, without the stages. */
#ifndef TESTS_TABLE_LEAVE_H
#define TESTS_TABLE_LEAVE_H

#include "experiments/record/record.h"
#include "experiments/recipe/recipe.h"

typedef struct {
    const char *name; /* NULL: the record has no metric */
    double      x;
    Better      better;
} Left;

/* The record of one stage of a cell below `folder`; a failure fails the test. */
void leave_record(const Cell *c, StageKind stage, const char *folder, Left metric);

/* Of pretrain and of knn: knn_top1. */
void leave_knn(const Cell *c, const char *folder, double top1);

/* All metrics of pretrain, knn and linear-cached, with what became of each image: `right` of
 * `images` are told rightly. */
void leave_outcomes(const Cell *c, const char *folder, int images, int right);

#endif
