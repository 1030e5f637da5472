/* A pass over all training images, whole and not augmented, before some epochs: what
 * the strategy finds in each is kept until the next one.
 *
 * The encoder that looks sees all patches.  What is found is a map of the whole
 * picture; a strategy gets it cropped and mirrored as the image is.  A number a patch
 * and image: of 100,000 images and 196 patches 78 MB.
 */
#ifndef EXPERIMENTS_STAGES_SWEEP_H
#define EXPERIMENTS_STAGES_SWEEP_H

#include "core/data/loader.h"
#include "core/mask/draw.h"
#include "core/model/vit.h"

typedef struct {
    real *found; /* [count, rows * cols]; NULL if nobody asks */
    int   count;
    long  done;  /* sweeps until now                          */
} Sweep;

void sweep_open(Sweep *s, Arena *host, int count, int L);

/* out [N, L]: what the mask's strategy finds in these images, [N, C, H, W] on the
 * host, when `vit` looks at them.  Fails as stage_finite. */
MUST_USE Status sweep_images(float *out, const Mask *m, Tape *t, const Vit *vit,
                             const real *images, int N, Err *err);

double sweep_bytes(const VitConfig *c); /* on the host, while it is made */

/* All of the training set.  `stopping` is asked now and then: STATUS_STOPPED, and the
 * sweep is to be made again. */
MUST_USE Status sweep_run(Sweep *s, const Mask *m, Tape *t, const Vit *vit, const Data *d,
                          bool (*stopping)(const void *self), const void *self, Err *err);

#endif
