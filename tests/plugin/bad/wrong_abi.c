/* Built for another contract. */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
}

extern const MaskStrategy mask_wrong_abi;
const MaskStrategy mask_wrong_abi = {
    .abi = MASK_ABI + 1,
    .bytes = sizeof(MaskStrategy),
    .about = "of another contract",
    .source = "a test",
    .score = score,
};
