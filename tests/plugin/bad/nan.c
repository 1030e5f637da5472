/* One score is not a number. */
#include "core/mask/mask.h"

#include <math.h>

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    int L = v->rows * v->cols;
    (void)self;
    rng_units(rng, out, (size_t)L);
    out[L / 2] = NAN;
}

MASK_STRATEGY(nan,
    .about  = "its middle is not a number",
    .source = "a test",
    .score  = score
);
