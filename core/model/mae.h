/* The masked autoencoder: an encoder that sees the visible patches, a small
 * decoder that must draw the hidden ones.
 *
 *     Mae mae;
 *     mae_open(&mae, be, &config, seed);
 *     MaeResult r = mae_train(&tape, &mae, images, &visible);
 *     adamw_backward(&adamw, &tape, r.loss, lr);
 *
 * A model just opened is frozen; an optimiser opened on mae.params trains it.
 *
 * Source: He et al. 2022, arXiv:2111.06377; same values as models_mae.py in
 * facebookresearch/mae, see tests/core/model/test_mae.c.
 */
#ifndef CORE_MODEL_MAE_H
#define CORE_MODEL_MAE_H

#include "core/model/vit.h"

typedef struct {
    VitConfig encoder;
    VitSize   decoder;    /* D 0: there is none, an encoder alone */
    bool      normalized; /* the target: each patch minus its mean, over its std */
} MaeConfig;

typedef struct {
    MaeConfig config;
    Params    params;
    Vit       vit;
    Layer     decoder_embed;
    Tensor   *mask_token, *decoder_pos_embed;
    Block    *decoder_blocks;
    Layer     decoder_norm, decoder_pred;
} Mae;

typedef struct {
    Tensor *latent; /* [N, K + 1, D], after the encoder's final norm             */
    Tensor *tokens; /* [N (K + 1) + L, B], what the decoder's first block sees,  */
                    /* from op_restore; NULL of mae_forward                      */
    Tensor *pred;   /* [N, L + 1, P]; row 0 is the class token's, unused         */
    Tensor *target; /* [N, L, P], values ordered (row, column, channel)          */
    Tensor *loss;   /* scalar: mean squared error of the hidden; NULL if none is */
} MaeResult;

/* The sizes of both stacks: micro, tiny, small, base, large or huge.  The image
 * and the target are left as they are.  STATUS_CONFIG names the nearest. */
MUST_USE Status mae_preset(MaeConfig *c, const char *name, Err *err);
extern const char *const mae_presets[]; /* ends with NULL */

MUST_USE Status mae_check(const MaeConfig *c, Err *err);

int mae_values(const MaeConfig *c); /* P */

/* Aborts (CHECK) if mae_check would complain: check what users wrote first. */
void mae_open(Mae *m, const Backend *be, const MaeConfig *c, uint64_t seed);
void mae_close(Mae *m);

/* Only names and shapes of the parameters, in memory for nothing else: to look at,
 * then mae_close.  mae_count sums them up, fixed positions included. */
void   mae_list(Mae *m, const Backend *be, const MaeConfig *c);
size_t mae_count(const MaeConfig *c);

/* images [N, C, H, W], constant.  Aborts (CHECK) without a decoder. */
MaeResult mae_forward(Tape *t, const Mae *m, Tensor *images, const Visible *visible);

/* The same loss and gradients for less: of visible patches, which no loss looks at,
 * nothing is predicted.  pred and target [N, M, P] are those of the M hidden; latent is
 * NULL. */
MaeResult mae_train(Tape *t, const Mae *m, Tensor *images, const Visible *visible);

/* Their two halves: what the decoder's blocks see, width B, and what they make of it. */
Tensor *mae_restore(Tape *t, const Mae *m, Tensor *latent, const Visible *visible);
Tensor *mae_decode(Tape *t, const Mae *m, Tensor *tokens);

/* Mean squared error of every patch, hidden or not: [N, L], no gradient.  Of mae_train's
 * result that of the hidden, else 0. */
Tensor *mae_patch_loss(Tape *t, const MaeResult *r);
Tensor *mae_hidden_loss(Tape *t, const MaeResult *r, const Visible *visible);

#endif
