/* What some strategies train beside the autoencoder, to say which patches to hide.
 *
 * A predictor guesses each patch's loss, a sampler how worth a look it is, a masker
 * draws a soft mask; the models are in core/model.  A learner has parameters and an
 * optimiser of its own, so that the autoencoder's checkpoint is what it always is.
 *
 *     learner_open(&l, needs, &how, &mae, &adamw_config, seed);
 *     learner_look(&l, &tape, images);                [N, L], before masks are drawn
 *     r = mae_train(&tape, &mae, images, &visible);
 *     if (learner_step(&l, &adamw, &tape, images, &r, &visible, &when, err)) ...
 *
 * With one seed the autoencoder starts as it does without a learner.
 */
#ifndef CORE_TRAIN_LEARNER_H
#define CORE_TRAIN_LEARNER_H

#include "core/mask/mask.h"
#include "core/model/masker.h"
#include "core/model/predictor.h"
#include "core/model/sampler.h"
#include "core/train/adamw.h"
#include "core/train/safetensors.h"

/* What looks at images: the model and the autoencoder it is fed by. */
typedef struct {
    union {
        Predictor predictor;
        Sampler   sampler;
        Masker    masker;
    };
    Params *params; /* of the one that is there */
} LearnerModel;

typedef struct {
    unsigned     kind; /* one of MASK_NEEDS_LEARNER; 0: nothing is learned */
    MaskLearner  how;
    Mae         *mae;
    LearnerModel model;
    AdamW        adamw;

    /* Copies of both that look in their place.  They follow slowly, or not at all. */
    bool         slow;
    bool         still;
    Mae          slow_mae;
    LearnerModel slow_model;
} Learner;

typedef struct {
    int         epoch, epochs;
    double      lr;
    const real *images; /* of the batch, on the host */

    /* Called where the learner's part of the step begins, `own`, and where it ends;
     * NULL: nobody asks what that takes. */
    void (*meter)(void *self, bool own);
    void *self;
} LearnerStep;

/* needs: MASK_NEEDS_*.  With `still` the learner looks as it does in the beginning,
 * though it is trained.  The autoencoder, just opened, outlives the learner. */
void learner_open(Learner *l, unsigned needs, const MaskLearner *how, Mae *mae,
                  const AdamWConfig *c, uint64_t seed, bool still);
void learner_close(Learner *l); /* one never opened, all zero, is fine */

/* images [N, C, H, W] -> [N, L], no gradient: MaskView's `learned`. */
Tensor *learner_look(const Learner *l, Tape *t, Tensor *images);

/* One step of the autoencoder's optimiser and of the learner's, on the way back from
 * r.loss and from what the learner adds to it.  Resets the tape: r is gone.
 * STATUS_FAILED if the learner's loss is not finite: it takes no step, nor does what
 * its gradient would reach. */
MUST_USE Status learner_step(Learner *l, AdamW *adamw, Tape *t, Tensor *images,
                             const MaeResult *r, const Visible *v, const LearnerStep *s,
                             Err *err);

/* To stop and go on: tensors "learner.NAME". */
void            learner_put(const Learner *l, SafetensorsOut *out);
MUST_USE Status learner_get(Learner *l, const Safetensors *in, Err *err);

/* What looks, without what it takes to learn on: to be asked beside the autoencoder
 * that a training has left.  Read back, it can look and nothing else; if the file has
 * no learner, `kind` is 0. */
void            learner_put_taught(const Learner *l, SafetensorsOut *out);
MUST_USE Status learner_open_taught(Learner *l, Mae *mae, const Safetensors *in, Err *err);

/* Forwards of the encoder with all patches visible that a step takes besides, in
 * images per image; less than one for a few blocks. */
double learner_forwards(unsigned needs, const MaskLearner *how, const MaeConfig *c);

#endif
