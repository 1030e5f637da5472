/* Training an encoder with annotated pictures, and looking at the test set with it: what
 * detect and segment share. */
#ifndef EXPERIMENTS_STAGES_DENSE_H
#define EXPERIMENTS_STAGES_DENSE_H

#include "core/data/dense_loader.h"
#include "core/model/dense_vit.h"
#include "core/train/adamw.h"
#include "experiments/record/shown.h"
#include "experiments/stages/training.h"

typedef struct {
    /* Set by the stage; all of it outlives this. */
    const Cell         *cell;
    const StageContext *context;
    StageKind           kind;
    Params             *params; /* of the stage's model     */
    void               *self;   /* of take, the stage's own */
    Status (*take)(void *self, Err *err); /* of each part of a batch  */

    DenseTask   how;
    int         part;   /* of the batch under way              */
    Arena       host, scratch; /* until the end; of a batch or picture */
    DenseData  *train, *test;  /* test: whatever is scored */
    Jitter      jitter;
    Cutting     cutting;
    DenseLoader loader;
    AdamW       adamw;
    Tape        tape;
    Training    run;
    Shown       shown;
    const Backend *backend;
} Dense;

/* How training sees pictures. */
Jitter  dense_jitter(const DenseTask *k);
Cutting dense_cutting(const DenseTask *k);

/* Data, loader, plan of the training. */
MUST_USE Status dense_start(Dense *u, Err *err);

/* The model, once it is open: what was pre-trained, optimiser, tape; then all its steps. */
MUST_USE Status dense_train(Dense *u, const DenseVit *vit, Err *err);
void            dense_end(Dense *u); /* always; the stage closes its model */

/* The part under way as a tensor [N, C, size, size]; and what keys the chance of things left
 * out. */
MUST_USE Status dense_next(Dense *u, Tensor **images, DenseChance *chance, Err *err);

/* Backward and, of the last part, AdamW; the tape is reset. */
MUST_USE Status dense_learn(Dense *u, Tensor *loss, Err *err);

/* Every picture of the test set, as it is; nothing goes back.  After each the tape and scratch
 * are reset. */
typedef void SeePicture(void *self, Annotated *s, int i);
MUST_USE Status dense_pass(Dense *u, SeePicture *see, void *self, Err *err);

/* The sample, no larger than the model's side, as a tensor [1, C, size, size]. */
Tensor *dense_input(Dense *u, const Annotated *s);

/* The record of the stage; and what all of them end with. */
MUST_USE Status dense_record(Dense *u, Record **r, Err *err);
MUST_USE Status dense_close_record(Dense *u, Record *r, const char *loss, Err *err);

#endif
