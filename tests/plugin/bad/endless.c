/* Never comes back. */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    for (volatile bool on = true; on;) rng_units(rng, out, (size_t)(v->rows * v->cols));
}

MASK_STRATEGY(endless,
    .about  = "draws for ever",
    .source = "a test",
    .score  = score
);
