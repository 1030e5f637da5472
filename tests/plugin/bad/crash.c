/* Writes to address 0. */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    volatile float *volatile nowhere = NULL;
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    *nowhere = out[0];
}

MASK_STRATEGY(crash,
    .about  = "dies of a segmentation fault",
    .source = "a test",
    .score  = score
);
