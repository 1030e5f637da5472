/* Stages: what the process of a cell does, one after the other.
 *
 * A stage finds all it needs in the cell, leaves one record (cell_record) and
 * nothing else but what cell.h lists.  Run again after it was stopped or killed
 * it goes on from its last state.
 */
#ifndef EXPERIMENTS_STAGES_STAGES_H
#define EXPERIMENTS_STAGES_STAGES_H

#include "core/base/status.h"
#include "experiments/recipe/cell.h"

/* How far a stage is.  What is not known is 0. */
typedef struct {
    long   step, steps;
    double loss, lr;
    double images; /* processed so far */
} StageProgress;

typedef struct {
    const char *results; /* the folder that holds cells/ */

    /* Tell how far the stage is, as often as is convenient: after every step. */
    void (*progress)(void *self, const StageProgress *p);

    /* Has somebody asked to stop?  Then save the state and return STATUS_STOPPED. */
    bool (*stopping)(void *self);
    void *self;
} StageContext;

/* Run one stage of the cell; the stage it builds on is there.  The folder of the
 * cell exists, and nobody else writes to it. */
MUST_USE Status stage_run(const Cell *c, StageKind kind, const StageContext *x, Err *err);

#endif
