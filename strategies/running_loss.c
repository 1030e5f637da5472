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
#include "core/base/log.h"
#include "core/mask/mask.h"

#include <math.h>

typedef struct {
    double sharp;
} RunningLoss;

static const MaskParam params[] = {
    MASK_NUMBER(RunningLoss, sharp, 1, 0, 100, "exponent of the loss in the odds; 0: random"),
    { 0 }
};

/* The largest are a draw without replacement. */
static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const float least = 1e-6F; /* a loss of 0 has odds too */
    float       sharp = (float)((const RunningLoss *)self)->sharp;
    int         L = v->rows * v->cols;
    rng_gumbels(rng, out, (size_t)L);
    for (int i = 0; i < L; i++) out[i] += sharp * log_of(fmaxf(v->losses[i], least));
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
