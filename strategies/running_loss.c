/* running-loss: hide what has been hard to draw, lately and in this very image.
 *
 * Of each training image a running mean of the loss of its patches is kept; patches
 * are hidden at random, without replacement, with odds of loss^sharp.  It is the cheap
 * control of strategies that learn to foretell the loss: nothing is learned, and no
 * forward is run but the one that trains.
 *
 * All of it is this suite's.  The mean is kept on the image, not on the crop, and
 * moves a tenth of the way to each new loss, which is divided by the mean of its batch;
 * a patch never hidden counts 1.  In an epoch a hidden place is met once.
 */
#include "core/mask/mask.h"

#include <math.h>

typedef struct {
    double sharp;
} RunningLoss;

static const MaskParam params[] = {
    MASK_NUMBER(RunningLoss, sharp, 1, 0, 100, "exponent of the loss in the odds; 0: random"),
    { 0 }
};

/* The largest of log(odds) + Gumbel noise are a draw without replacement. */
static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const RunningLoss *s = self;
    const double       least = 1e-6; /* a loss of 0 has odds too */
    for (int i = 0; i < v->rows * v->cols; i++) {
        double loss = v->losses[i] > least ? (double)v->losses[i] : least;
        double u = (rng_bits(rng) + 0.5) * 0x1p-32;
        out[i] = (float)(s->sharp * log(loss) - log(-log(u)));
    }
}

MASK_STRATEGY(running_loss,
    .about  = "what has been hard to draw in this image",
    .source = "this suite",
    .family = "losses",
    .size   = sizeof(RunningLoss),
    .params = params,
    .needs  = MASK_NEEDS_LOSSES,
    .score  = score
);
