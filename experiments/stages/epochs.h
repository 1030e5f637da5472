/* Accuracy on the test set after each epoch of a training, where a recipe asks for it.
 *
 *     Epochs e = { .run = &run, .host = &host, .tape = &tape, .network = { ... } };
 *     epochs_open(&e, how->each_epoch);        once the training is planned
 *     epochs_step(&e, err)                     before each step
 *     epochs_put, epochs_get                   to stop and go on
 *     epochs_record(&e, record, "finetune", &last);
 *     epochs_close(&e);                        always
 *
 * What counts is the last epoch.  The best one is beside it because papers quote it; it
 * is chosen on the test set, and so a little too good.
 */
#ifndef EXPERIMENTS_STAGES_EPOCHS_H
#define EXPERIMENTS_STAGES_EPOCHS_H

#include "core/data/data.h"
#include "experiments/stages/training.h"

typedef struct {
    /* Set by the stage; all of it outlives the epochs. */
    const Training *run;
    Arena          *host;
    Tape           *tape;
    Network         network;

    Data           *test; /* opened when it is first needed                          */
    double         *top1; /* [n] per cent, NaN where not yet known; NULL: nobody asks */
    int             n;
} Epochs;

void epochs_open(Epochs *e, bool wanted);
void epochs_close(Epochs *e); /* one never opened, all zero, is fine */

/* Before the first step of an epoch: the score of the one before.  STATUS_STOPPED leaves
 * the step to be taken. */
MUST_USE Status epochs_step(Epochs *e, Err *err);

void            epochs_put(const Epochs *e, SafetensorsOut *out, Arena *a);
MUST_USE Status epochs_get(Epochs *e, const Safetensors *in, Arena *a, Err *err);

/* The metric NAME_best_top1 and the curve top1; `last` are the scores of the last epoch. */
void epochs_record(Epochs *e, Record *r, const char *name, const Scores *last);

#endif
