/* The sampler of AdaMAE: one transformer block on the embedding of every patch, which
 * says how worth a look each is.
 *
 *     Tensor *odds = sampler_odds(t, &s, vit_embed_patches(t, &mae.vit, images));
 *     op_sampling_loss(t, odds, losses, &visible)
 *
 * Nothing is detached: in the source too the embedding learns a little from it.
 *
 * Source: Bandara et al. 2023, arXiv:2211.09120; get_mask() in models/pretrain/vit.py of
 * wgcban/adamae.  The block is this suite's, with the encoder's heads, biases and no
 * dropout, where the source has 8 heads, no biases of queries and keys and drops 0.1.
 */
#ifndef CORE_MODEL_SAMPLER_H
#define CORE_MODEL_SAMPLER_H

#include "core/model/mae.h"

typedef struct {
    Params  params;
    VitSize size;
    Tensor *pos_embed; /* [1, L, D], trained, zero at first */
    Block  *block;
    Layer   head;      /* [1, D] */
} Sampler;

/* Names and shapes, for an autoencoder of this kind; the caller places params. */
void sampler_list(Sampler *s, const Backend *be, const MaeConfig *c);

/* x [N, L, D] -> [N, L, 1]; softmax over L makes them probabilities. */
Tensor *sampler_odds(Tape *t, const Sampler *s, Tensor *x);

#endif
