/* Writes one score more than there are patches, on both sides. */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    int L = v->rows * v->cols;
    (void)self;
    rng_units(rng, out, (size_t)L);
    out[L] = 1;
    out[-1] = 1;
}

MASK_STRATEGY(bounds,
    .about  = "writes in front of and behind its scores",
    .source = "a test",
    .score  = score
);
