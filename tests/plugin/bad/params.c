/* The default of a parameter is out of its range, and it lies outside the struct. */
#include "core/mask/mask.h"

typedef struct { double noise; } Params;

static const MaskParam table[] = {
    { "noise", "outside the struct", MASK_NUMBER, 4096, 1, 0, 2, NULL },
    { 0 }
};

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
}

MASK_STRATEGY(params,
    .about  = "its table of parameters would write where nothing is",
    .source = "a test",
    .size   = sizeof(Params),
    .params = table,
    .score  = score
);
