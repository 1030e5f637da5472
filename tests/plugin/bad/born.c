/* Draws its chance from the second of its first mask. */
#include "core/mask/mask.h"

#include <time.h>

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    static time_t born;
    int           most = v->rows * v->cols;
    (void)self;
    if (!born) born = time(NULL);
    rng_units(rng, out, (size_t)most);
    out[born % most] += 2;
}

MASK_STRATEGY(born,
    .about  = "hides a patch with the time at which it was first used",
    .source = "a test",
    .score  = score
);
