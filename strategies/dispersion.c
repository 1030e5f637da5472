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
#include "core/mask/mask.h"

#include <math.h>

enum { VARIANCE, DEVIATION, PLAIN };
static const char *const MEASURES[] = { "variance", "deviation", NULL };

typedef struct { int measure; } Dispersion;

static const MaskParam params[] = {
    MASK_CHOICE(Dispersion, measure, VARIANCE, MEASURES,
                "how a patch is weighed: deviation is the mean absolute one"),
    { 0 }
};

enum { LANES = 16 }; /* sums side by side fill vector registers */

/* The mean of x - from, of its square or of its size. */
static float mean_of(const float *x, int n, float from, int measure)
{
    float sum[LANES] = { 0 }, all = 0;
    int   k = 0;
    for (; k + LANES <= n; k += LANES)
        for (int i = 0; i < LANES; i++) {
            float d = x[k + i] - from;
            sum[i] += measure == VARIANCE ? d * d : measure == DEVIATION ? fabsf(d) : d;
        }
    for (; k < n; k++) {
        float d = x[k] - from;
        sum[0] += measure == VARIANCE ? d * d : measure == DEVIATION ? fabsf(d) : d;
    }
    for (int i = 0; i < LANES; i++) all += sum[i];
    return all / (float)n;
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Dispersion *d = self;
    const float      *patch = v->pixels;
    (void)rng;
    for (int i = 0; i < v->rows * v->cols; i++, patch += v->values) {
        float mean = mean_of(patch, v->values, 0, PLAIN);
        out[i] = logf(mean_of(patch, v->values, mean, d->measure) + 1e-12F);
    }
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
