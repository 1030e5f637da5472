/* The masker of CL-MAE: it looks at every patch's token and draws a soft mask, from 0
 * hide to 1 keep.
 *
 *     Tensor *m = masker_draw(t, &masker, &mae, images);            [N, L]
 *     Tensor *loss = masker_loss(t, &mae, images, m, share, c);
 *
 * To learn, all tokens enter the frozen autoencoder multiplied by m, and the error of
 * each patch counts by 1 - m.  With c > 0 the masker helps, with c < 0 it works against
 * the autoencoder; masks shall be decided, keep `share` on average, and differ.
 *
 * Source: Madan et al. 2024, arXiv:2308.16572; MaskingNet and forward_loss_mask() in
 * models_mae.py of ristea/cl-mae.
 */
#ifndef CORE_MODEL_MASKER_H
#define CORE_MODEL_MASKER_H

#include "core/model/mae.h"

typedef struct {
    Params  params;
    VitSize size;      /* of the encoder's width, 4 heads */
    Tensor *cls_token; /* [1, 1, D] */
    Block  *blocks;
    Layer   norm, head; /* head [L, D] */
} Masker;

/* Names and shapes, with that many blocks; the caller places params. */
void masker_list(Masker *k, const Backend *be, const MaeConfig *c, int blocks);

/* images [N, C, H, W] -> [N, L].  Sees the autoencoder's embedding with positions. */
Tensor *masker_draw(Tape *t, const Masker *k, const Mae *mae, Tensor *images);

/* c times the error of what m hides, and what a mask shall be like, with the source's
 * weights: undecided 1, share 0.1, alike 2 -> scalar. */
Tensor *masker_loss(Tape *t, const Mae *mae, Tensor *images, Tensor *m, double share,
                    double c);

#endif
