/* random: hide patches uniformly at random, the baseline of every table.
 *
 * Source: He et al. 2022, arXiv:2111.06377, section 3.
 */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
}

MASK_STRATEGY(random,
    .about  = "uniform over all patches",
    .source = "He et al. 2022, arXiv:2111.06377",
    .family = "random",
    .score  = score
);
