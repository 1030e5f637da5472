/* Draws its chance from the process: the same masks until the program ends. */
#define _POSIX_C_SOURCE 200809L /* getpid */
#include "core/mask/mask.h"

#include <unistd.h>

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    unsigned most = (unsigned)(v->rows * v->cols);
    (void)self;
    rng_units(rng, out, most);
    out[(unsigned)getpid() % most] += 2;
}

MASK_STRATEGY(process,
    .about  = "hides a patch with the number of the process",
    .source = "a test",
    .score  = score
);
