/* Remembers how often it was called, so the masks depend on who asked before. */
#include "core/mask/mask.h"

static unsigned calls;

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    int L = v->rows * v->cols, first = (int)(calls++ % (unsigned)L);
    (void)self;
    rng_units(rng, out, (size_t)L);
    out[first] += 2;
}

MASK_STRATEGY(state,
    .about  = "hides another patch at each call",
    .source = "a test",
    .score  = score
);
