/* Stages: what the process of a cell does, one after the other.
 *
 * A stage finds all it needs in the cell, leaves one record (cell_record) and
 * nothing else but what cell.h lists.  Run again after it was stopped or killed
 * it goes on from its last state.
 */
#ifndef EXPERIMENTS_STAGES_STAGES_H
#define EXPERIMENTS_STAGES_STAGES_H

#include "core/base/status.h"
#include "core/train/ranks.h"
#include "experiments/recipe/cell.h"

/* What several stages of one cell compute alike: kept from one to the next. */
typedef struct Features Features;
Features *features_new(void);
void      features_free(Features *f); /* NULL is allowed */

/* Images of a forward for features: 256, fewer where L patches make many tokens. */
int features_batch(int L);

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

    double save_every_s; /* between two saved states; 0: only when asked to stop */

    Features *features; /* of this cell */

    /* Who trains with us; NULL: nobody.  Only pretrain may be called by more than one rank,
     * and by all of them; rank 0 alone writes and tells how far it is. */
    const Ranks *ranks;
} StageContext;

/* Run one stage of the cell; the stage it builds on is there.  The folder of the
 * cell exists, and nobody else writes to it.
 *
 * STATUS_STOPPED if it was asked to stop: the state is saved, and the resumed run
 * equals an unbroken one bit for bit.  STATUS_FAILED if the loss is not finite. */
MUST_USE Status stage_run(const Cell *c, StageKind kind, const StageContext *x, Err *err);

/* Has it a state to save?  One that has none begins again, whenever its process ended. */
bool stage_keeps_state(StageKind kind);

#endif
