/* The loss predictor of HPM: a second decoder, equal in size and fed with the same
 * tokens, that tells how hard each patch will be.
 *
 *     Tensor *tokens = op_spread(t, r.tokens, &visible);
 *     Tensor *guess = predictor_guess(t, &p, tokens, &visible);  [N, L]
 *     loss = op_add(t, r.loss, op_order_loss(t, guess, losses, &visible));
 *
 * Nothing is detached: what it learns also moves the encoder.
 *
 * Source: Wang et al. 2023, arXiv:2304.05919; as models_mae_learn_loss.py of
 * Haochen-Wang409/HPM has it: the output has the width of a patch, and its mean counts.
 */
#ifndef CORE_MODEL_PREDICTOR_H
#define CORE_MODEL_PREDICTOR_H

#include "core/model/mae.h"

typedef struct {
    Params  params;
    VitSize size;
    Block  *blocks;
    Layer   norm, pred;
} Predictor;

/* Names and shapes, for an autoencoder of this kind; the caller places params. */
void predictor_list(Predictor *p, const Backend *be, const MaeConfig *c);

/* tokens [N, L + 1, B], as MaeResult has them of v -> [N, L], higher is harder. */
Tensor *predictor_guess(Tape *t, const Predictor *p, Tensor *tokens, const Visible *v);

#endif
