/* dispersion: hide what varies, by chance in proportion to how much it does.
 *
 * The weight of a patch is the variance of its pixels, or their mean absolute
 * deviation, and 1e-12.  Patches to hide are drawn without replacement with odds
 * equal to their weights.  A score is the logarithm of the weight, so that the draw
 * is the selector `gumbel` with tau 1; `select=topk` hides the heaviest.  The swap of
 * a share h by which the authors leave hints is `hints=h,swap=any`.
 *
 * Source: arXiv:2603.23810, there for patches of spectrograms.
 */
#include "core/base/lanes.h"
#include "core/base/log.h"
#include "core/mask/mask.h"

enum { VARIANCE, DEVIATION };
static const char *const MEASURES[] = { "variance", "deviation", NULL };

typedef struct { int measure; } Dispersion;

static const MaskParam params[] = {
    MASK_CHOICE(Dispersion, measure, VARIANCE, MEASURES,
                "how a patch is weighed: deviation is the mean absolute one"),
    { 0 }
};

static float mean_deviation(const float *x, int n, float mean)
{
    Lanes sum = { 0 };
    int   k = 0;
    for (; k + LANES <= n; k += LANES) sum += lanes_size(lanes_load(x + k) - mean);
    sum += lanes_size(lanes_some(x + k, n - k, mean) - mean);
    return lanes_sum(sum) / (float)n;
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Dispersion *d = self;
    const float      *patch = v->pixels;
    int               L = v->rows * v->cols, P = v->values;
    (void)rng;
    if (d->measure == VARIANCE)
        lanes_variances(out, patch, L, P);
    else
        for (int i = 0; i < L; i++, patch += P)
            out[i] = mean_deviation(patch, P, lanes_moments(patch, P).mean);
    for (int i = 0; i < L; i++) out[i] = log_of(out[i] + 1e-12F);
}

MASK_STRATEGY(dispersion,
    .about  = "what varies, by chance in proportion to its variance",
    .source = "arXiv:2603.23810, dispersion-weighted masking",
    .family = "pixels",
    .size   = sizeof(Dispersion),
    .params = params,
    .needs  = MASK_NEEDS_PIXELS,
    .select = MASK_GUMBEL,
    .score  = score
);
