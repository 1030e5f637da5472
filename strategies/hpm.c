/* hpm: hide what a teacher expects to be hard, more of it as training goes on.
 *
 * Beside the decoder a second one of equal size, the predictor, learns to put hidden
 * patches into the order of their losses.  A teacher, the average of encoder and
 * predictor over past steps, sees the whole image and guesses every patch's loss.  A
 * share of the hidden, rising from nothing to `hard`, are the patches with the highest
 * guesses; the others are random.  With hard=0 the predictor is trained and its gradient
 * reaches the encoder, but masks are random: what the auxiliary loss gains alone.
 *
 * The share rises with every step, in the source with every epoch; the teacher's
 * momentum goes from 0.999 to 0.9999 in the first half of training, in the source in
 * the first 100 epochs.
 *
 * Source: Wang et al. 2023, arXiv:2304.05919, and models_mae_learn_loss.py of
 * Haochen-Wang409/HPM.
 */
#include "core/mask/mask.h"
#include "core/mask/rank.h"

static const char *const TARGETS[] = { "order", "sizes", NULL };

typedef struct {
    double hard, weight;
    int    target;
} Hpm;

static const MaskParam params[] = {
    MASK_NUMBER(Hpm, hard, 0.5, 0, 1, "share of the hidden that is hard, in the end"),
    MASK_NUMBER(Hpm, weight, 1, 0, 100, "of the predictor's loss"),
    MASK_CHOICE(Hpm, target, 0, TARGETS, "what the predictor learns of losses"),
    { 0 }
};

/* Below 1 the random ones, the same as of `random`; above it the hard. */
static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Hpm *h = self;
    int        L = v->rows * v->cols, order[MASK_MAX_PATCHES];
    int        hard = (int)((L - v->K) * h->hard * (double)v->progress);
    uint32_t   key[MASK_MAX_PATCHES];
    rng_units(rng, out, (size_t)L);
    if (hard < 1) return;
    rank_keys(key, v->learned, L);
    rank_sort(order, key, L, rng);
    for (int t = L - hard; t < L; t++) out[order[t]] += 1;
}

static void learner(const void *self, MaskLearner *how)
{
    const Hpm *h = self;
    how->weight = h->weight;
    how->sizes = h->target == 1;
}

MASK_STRATEGY(hpm,
    .about   = "what a teacher expects to be hard, from random to half",
    .source  = "Wang et al. 2023, arXiv:2304.05919",
    .size    = sizeof(Hpm),
    .params  = params,
    .needs   = MASK_NEEDS_PREDICTOR,
    .score   = score,
    .family  = "learned",
    .learner = learner
);
