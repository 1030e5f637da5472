/* A strategy's own functions, called with everything they get between fences: the
 * scores they write, the view they look at, their parameters.  What they do wrong is
 * kept; mask_draw goes on with zeros.
 *
 *     Guard g;
 *     guard_open(&g, m, FENCE_BEHIND);
 *     mask_draw(m, ...);              any number of masks, from one thread
 *     guard_close(&g);
 *     if (guard_verdict(&g, &err)) ...
 *
 * Masks that do not score have nothing to guard but their walk.
 */
#ifndef EXPERIMENTS_LINT_GUARD_H
#define EXPERIMENTS_LINT_GUARD_H

#include "core/mask/mask.h"
#include "core/mask/draw.h"
#include "experiments/lint/fence.h"

typedef struct {
    Mask        *mask;
    MaskStrategy of;   /* as it was  */
    void        *self; /* as it was  */
    Fence       *own;  /* a copy of its parameters, read only */
    FenceEnd     exact;
    Err          wrong; /* the first thing that was */
} Guard;

void guard_open(Guard *g, Mask *m, FenceEnd exact);
void guard_close(Guard *g);

/* Call `sweep` on an invented image, if it has one, and sweep_due for every epoch;
 * `order` once more.  STATUS_FAILED if a number is not finite, the walk is not one,
 * or either is not the same the second time. */
MUST_USE Status guard_sweep(Guard *g, uint64_t image, Err *err);
MUST_USE Status guard_walk(Guard *g, Err *err);

MUST_USE Status guard_verdict(const Guard *g, Err *err);

#endif
