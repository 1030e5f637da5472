/* Calls what the program does not let it call. */
#include "core/mask/mask.h"

float not_to_be_found(int i);

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    (void)rng;
    for (int i = 0; i < v->rows * v->cols; i++) out[i] = not_to_be_found(i);
}

MASK_STRATEGY(undefined,
    .about  = "calls a function that is nowhere",
    .source = "a test",
    .score  = score
);
