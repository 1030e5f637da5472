/* A strategy's own functions, called with all that they get between fences: the scores
 * they write, the view they look at, their parameters.  What they do wrong is kept;
 * mask_draw goes on with zeros.
 *
 *     Guard g;
 *     guard_open(&g, m, FENCE_BEHIND);
 *     mask_draw(m, ...);              any number of masks, from one thread
 *     guard_close(&g);
 *     if (guard_verdict(&g, &err)) ...
 *
 * A mask made of others has each of them guarded.
 */
#ifndef EXPERIMENTS_LINT_GUARD_H
#define EXPERIMENTS_LINT_GUARD_H

#include "core/mask/blend.h"
#include "core/mask/draw.h"
#include "experiments/lint/fence.h"

typedef struct {
    Mask        *mask;
    MaskStrategy of;    /* as it was                           */
    void        *self;  /* as it was                           */
    Fence       *own;   /* a copy of its parameters, read only */
    FenceEnd     exact; /* of all its fences                   */
    Err          wrong; /* the first thing that was            */
} Guarded;

typedef struct {
    Guarded of[BLEND_MOST];
    int     n;
} Guard;

void guard_open(Guard *g, Mask *m, FenceEnd exact);
void guard_close(Guard *g);

/* What the others do not call: sweep_due for every epoch, `sweep` on an invented
 * image, `order` once more.  STATUS_FAILED if a number is not finite, or if one is
 * another the second time. */
MUST_USE Status guard_rest(Guard *g, uint64_t image, Err *err);

/* STATUS_FAILED with the first thing that was wrong. */
MUST_USE Status guard_verdict(const Guard *g, Err *err);

#endif
