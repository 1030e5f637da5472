/* adamae: show what a sampler finds worth a look; it learns from what was hidden.
 *
 * One transformer block beside the encoder gives every patch a probability p, and K
 * visible patches are drawn from p without replacement.  The sampler's loss is the mean
 * over the hidden of -loss log p: where it was costly to hide a patch, that becomes more
 * probable.  No gradient goes through the choice; a little of it reaches the embedding
 * of patches, as in the source.
 *
 * Source: Bandara et al. 2023, arXiv:2211.09120 (video), and wgcban/adamae.
 */
#include "core/mask/mask.h"

typedef struct { double weight; } Adamae;

static const MaskParam params[] = {
    MASK_NUMBER(Adamae, weight, 1e-4, 0, 100, "of the sampler's loss"),
    { 0 }
};

/* The K largest of log p + Gumbel noise are K draws without replacement, and shown.  The
 * selector gumbel would draw the hidden from 1 / p, which is another distribution. */
static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    int L = v->rows * v->cols;
    (void)self;
    rng_gumbels(rng, out, (size_t)L);
    for (int i = 0; i < L; i++) out[i] = -v->learned[i] - out[i];
}

static void learner(const void *self, MaskLearner *how)
{
    how->weight = ((const Adamae *)self)->weight;
}

MASK_STRATEGY(adamae,
    .about   = "visible: drawn by a sampler that learns where hiding was costly",
    .source  = "Bandara et al. 2023, arXiv:2211.09120",
    .size    = sizeof(Adamae),
    .params  = params,
    .needs   = MASK_NEEDS_SAMPLER,
    .score   = score,
    .family  = "learned",
    .learner = learner
);
