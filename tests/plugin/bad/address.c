/* Draws its chance from where it was loaded. */
#include "core/mask/mask.h"

static const char here = 0;

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    uintptr_t most = (uintptr_t)(v->rows * v->cols);
    (void)self;
    rng_units(rng, out, most);
    out[((uintptr_t)&here >> 12) % most] += 2;
}

MASK_STRATEGY(address,
    .about  = "hides a patch with the number of its own page",
    .source = "a test",
    .score  = score
);
