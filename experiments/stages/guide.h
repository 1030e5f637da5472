/* What a strategy asks to see (mask_needs), computed beside the training.
 *
 *     Guide g = { .cell = cell, .data = data, .mask = mask, .mae = &mae, .tape = &tape };
 *     guide_open(&g, &host, &adamw_config);
 *     guide_epoch(&g, epoch, err)           before an epoch's first batch: sweeps
 *     guide_view(&g, &view, &batch, progress, true, err)   before masks are drawn
 *     guide_backward(&g, &adamw, &step, err)               after the forward
 *     guide_put(&g, &out), guide_get(&g, &in, err)         to stop and go on
 *     guide_close(&g)
 *
 * A batch is looked at only for the parts of the mask that are awake (mask_needs_at).
 * What must be up to date when a part wakes goes on while it sleeps: teachers follow,
 * learners are taught, losses are kept, and sweeps are made when the strategy says.
 *
 * Who looks: the encoder being trained at attention and in sweeps, a teacher that
 * follows it at the class token's attention; with control=untrained an encoder that
 * stays as it was initialised.  What is trained beside it is core/train/learner.h.
 */
#ifndef EXPERIMENTS_STAGES_GUIDE_H
#define EXPERIMENTS_STAGES_GUIDE_H

#include "core/cpu/gemmlog.h"
#include "core/train/footprint.h"
#include "core/train/learner.h"
#include "experiments/stages/inside.h"
#include "experiments/stages/losses.h"
#include "experiments/stages/sweep.h"
#include "experiments/stages/teacher.h"

/* What a batch was looked at with; NULL where nobody asks. */
typedef struct {
    float *attention;       /* [batch, H, L, L] */
    float *pixels;          /* [batch, L, P]    */
    float *class_attention; /* [batch, H, L]    */
    float *swept, *losses, *learned; /* [batch, L] */
    real  *loss;            /* [batch, L]       */
} GuideSeen;

typedef struct {
    /* Set by the caller; all of it outlives the guide. */
    const Cell         *cell;
    const StageContext *context;
    const Data         *data; /* to train on */
    const Mask         *mask;
    Mae                *mae;
    Tape               *tape;
    const GemmLog      *log; /* of all products since the step began */

    unsigned  needs;
    Teacher   teacher;
    Sweep     sweep;
    Losses    losses;
    Learner   learner;
    GuideSeen seen;

    /* What masks have cost: looks, sweeps, and all that is learned beside. */
    double images;        /* that went through a whole encoder besides */
    double wall_s, gflop;
    double from_s, from_gflop; /* where the meter began */
} Guide;

/* c: of the autoencoder's optimiser; learners have one like it. */
void guide_open(Guide *g, Arena *host, const AdamWConfig *c);
void guide_close(Guide *g); /* one never opened, all zero, is fine */

/* STATUS_STOPPED if a sweep was interrupted: it is made again in the next sitting. */
MUST_USE Status guide_epoch(Guide *g, long epoch, Err *err);

/* What the mask needs, for the images of the batch.  Images that are not `training`
 * ones have no past: they are swept now, and their losses are all equal.  STATUS_FAILED
 * if what was seen is not finite: the model that looks has burst. */
MUST_USE Status guide_view(Guide *g, MaskView *v, const Batch *b, double progress,
                           bool training, Err *err);

/* A step of training behind its forward. */
typedef struct {
    long             epoch; /* of all that are configured */
    double           lr;
    const Batch     *batch;
    Tensor          *images;
    const MaeResult *r;
    const Visible   *visible;
    int              part, parts; /* the batch's: all of these are of that part */
} GuideStep;

/* The way back from the loss, with the last part a step of adamw and of whatever is trained
 * beside the autoencoder; teachers follow.  A learner takes no parts.  Resets the tape.
 * Fails as learner_step. */
MUST_USE Status guide_backward(Guide *g, AdamW *adamw, const GuideStep *s, Err *err);

void            guide_put(const Guide *g, SafetensorsOut *out);
MUST_USE Status guide_get(Guide *g, const Safetensors *in, Err *err);

/* For figures: what a training has taught, beside the encoder.  Reads as taught.h. */
MUST_USE Status guide_keep(const Guide *g, Err *err);

/* What masks have cost: metrics guide_gflop and guide_s, 0 of a strategy that sees
 * nothing; guide_images, and how many sweeps were made. */
void guide_record(const Guide *g, Record *r);

/* Before any of it is run: how many whole forwards of the encoder an image of the
 * training set takes for masks alone, over all epochs; bytes on the host. */
double guide_forwards(const Cell *c, const Mask *m);
double guide_bytes(const Cell *c, const Mask *m);

/* A step of the training with all of that, for footprint_train. */
FootprintStep guide_footprint(const Cell *c, const Mask *m);

#endif
