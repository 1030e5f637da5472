/* clmae: hide what a masker chooses, which first helps and then works against.
 *
 * A small transformer beside the encoder sees every patch and says for each, from 0 to
 * 1, how much to keep; the K highest are visible.  After each step of the autoencoder
 * the masker takes one of its own: all tokens are multiplied by its mask, and with c
 * times the error of what it hides it learns, c falling from 1 (easy masks) to -1 (hard
 * ones).  Three more terms make masks decided, of the right share, and different.
 *
 * The source has 5 blocks beside an encoder of 12; the default here is 2, beside the
 * small encoders of this suite.  The share that masks keep on average is K / L, in the
 * source 0.25 whatever the ratio.  Masks depend on the image alone, not on chance.
 *
 * Source: Madan et al. 2024, arXiv:2308.16572, and ristea/cl-mae.
 */
#include "core/mask/mask.h"

typedef struct { int blocks; } Clmae;

static const MaskParam params[] = {
    MASK_INTEGER(Clmae, blocks, 2, 1, 64, "of the masker"),
    { 0 }
};

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self, (void)rng;
    for (int i = 0; i < v->rows * v->cols; i++) out[i] = -v->learned[i];
}

static void learner(const void *self, MaskLearner *how)
{
    how->blocks = ((const Clmae *)self)->blocks;
}

MASK_STRATEGY(clmae,
    .about   = "what a masker hides that helps at first and hinders in the end",
    .source  = "Madan et al. 2024, arXiv:2308.16572",
    .size    = sizeof(Clmae),
    .params  = params,
    .needs   = MASK_NEEDS_MASKER,
    .score   = score,
    .family  = "learned",
    .learner = learner
);
