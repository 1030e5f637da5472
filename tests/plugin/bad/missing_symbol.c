/* The file is called otherwise than the strategy. */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
}

MASK_STRATEGY(other_name,
    .about  = "not found under the name of its file",
    .source = "a test",
    .score  = score
);
