/* What a training has taught about masks, kept beside its encoder: the learner that
 * looks at images, and what hiding each patch of the first images has cost lately.
 *
 *     taught_write(path, &learner, losses, images, L, NULL, err)   guide.safetensors
 *     if (taught_open(&t, "cells/.../encoder.safetensors", &mae, err)) ...
 *     learner_look(&t.learner, &tape, images);
 *     taught_close(&t);
 */
#ifndef EXPERIMENTS_RECORD_TAUGHT_H
#define EXPERIMENTS_RECORD_TAUGHT_H

#include "core/train/learner.h"

enum { TAUGHT_IMAGES = 1024 }; /* at most, whose losses are kept */

typedef struct {
    Learner learner; /* kind 0: nothing was learned                                */
    real   *losses;  /* [images, L] of the first of the training set; NULL: unknown */
    int     images;
} Taught;

/* losses may be NULL; `of` as of checkpoint_save. */
MUST_USE Status taught_write(const char *path, const Learner *l, const real *losses,
                             int images, int L, const char *of, Err *err);

/* The file is looked for beside the encoder, which is `mae`, and may be missing: then
 * nothing is known.  STATUS_FORMAT if it is not this encoder's. */
MUST_USE Status taught_open(Taught *t, const char *encoder, Mae *mae, Err *err);
void            taught_close(Taught *t); /* one all zero is fine */

/* MASK_NEEDS_* that can be met. */
unsigned taught_meets(const Taught *t);

#endif
