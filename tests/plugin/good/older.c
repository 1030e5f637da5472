/* Built when the contract ended with `fixed`; it is as good as new. */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
}

/* The members behind it are whatever lies behind it in the file. */
extern const MaskStrategy mask_older;
const MaskStrategy mask_older = {
    .abi = MASK_ABI,
    .bytes = offsetof(MaskStrategy, sweep_due),
    .about = "uniform, from before there was more",
    .source = "a test",
    .score = score,
    .family = (const char *)8,
    .initial = (const void *)8,
};
