/* Ends the program, and says that all is well. */
#include "core/mask/mask.h"

#include <stdlib.h>

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    exit(0);
}

MASK_STRATEGY(quits,
    .about  = "calls exit(0)",
    .source = "a test",
    .score  = score
);
