/* Ends the program when it is loaded, and says that all is well. */
#include "core/mask/mask.h"

#include <stdlib.h>

__attribute__((constructor)) static void loaded(void) { exit(0); }

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
}

MASK_STRATEGY(loads_not,
    .about  = "calls exit(0) when it is loaded",
    .source = "a test",
    .score  = score
);
