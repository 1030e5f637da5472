/* Looks at the clock for its chance, so no mask can be drawn again. */
#include "core/mask/mask.h"

#include <time.h>

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    struct timespec now;
    (void)self;
    (void)rng;
    timespec_get(&now, TIME_UTC);
    for (int i = 0; i < v->rows * v->cols; i++)
        out[i] = (float)((now.tv_nsec + 1) * (i + 7919L) % 104729);
}

MASK_STRATEGY(clock,
    .about  = "draws its chance from the time of day",
    .source = "a test",
    .score  = score
);
