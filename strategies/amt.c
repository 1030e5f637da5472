/* amt: hide what the class token attends to, by chance.
 *
 * From time to time the encoder sees every training image whole.  The attention of the
 * last block's class token is brought to 0..1 in each head, the mean over heads is kept,
 * and patches are hidden by drawing them without replacement with odds of it.  Masks are
 * random before the first sweep.  The authors also throw the next 40 % of patches that
 * are drawn, and hide 45 %: ratio 0.85 and throw=0.4, which every strategy has.
 *
 * The authors sweep every 40 epochs, whatever their number; here it is a share of
 * training.  Their crop of the map always takes its upper left cells, since it divides
 * whole numbers; here the map is cropped where the image is.  A patch of weight 0 could
 * never be drawn; 0.001 is added to all.
 *
 * Source: Liu et al. 2022, arXiv:2211.15362, and mae-AMT of guijiejie/AMT.
 */
#include "core/base/log.h"
#include "core/mask/mask.h"

#include <math.h>

typedef struct {
    double interval;
} Amt;

static const MaskParam params[] = {
    MASK_NUMBER(Amt, interval, 0.1, 0, 1, "share of training between sweeps"),
    { 0 }
};

static bool sweep_due(const void *self, int epoch, int epochs)
{
    const Amt *s = self;
    int        every = (int)lround(s->interval * epochs);
    return epoch > 0 && epoch % (every > 1 ? every : 1) == 0;
}

static void sweep(const void *self, float *out, const MaskSweep *m)
{
    const int L = m->rows * m->cols;
    (void)self;
    for (int i = 0; i < L; i++) out[i] = 0;
    for (int h = 0; h < m->heads; h++) {
        const float *x = m->class_attention + h * L;
        float        lo = x[0], hi = x[0];
        for (int i = 0; i < L; i++) {
            lo = x[i] < lo ? x[i] : lo;
            hi = x[i] > hi ? x[i] : hi;
        }
        for (int i = 0; i < L && hi > lo; i++)
            out[i] += (x[i] - lo) / (hi - lo) / (float)m->heads;
    }
}

/* The largest are a draw without replacement. */
static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    int L = v->rows * v->cols;
    (void)self;
    rng_gumbels(rng, out, (size_t)L);
    for (int i = 0; i < L; i++) out[i] += log_of(fmaxf(v->swept[i], 0) + 1e-3F);
}

MASK_STRATEGY(amt,
    .about  = "what the class token attends to, by chance; swept now and then",
    .source = "Liu et al. 2022, arXiv:2211.15362",
    .family = "attention",
    .size   = sizeof(Amt),
    .params = params,
    .needs  = MASK_NEEDS_SWEEP,
    .score  = score,
    .sweep_due = sweep_due,
    .sweep  = sweep
);
