/* AdamW with decoupled weight decay (Loshchilov and Hutter 2019,
 * arXiv:1711.05101), over all trained parameters of a model.
 *
 * Same values as PyTorch's; which parameters decay is said in params.h. */
#ifndef CORE_TRAIN_ADAMW_H
#define CORE_TRAIN_ADAMW_H

#include "core/model/params.h"
#include "core/train/ranks.h"

typedef struct {
    double beta1, beta2, eps, decay;
} AdamWConfig;

typedef struct {
    Params     *params;
    AdamWConfig config;
    int64_t     steps; /* taken so far                         */
    real       *sum;   /* [trained] of adamw_gather; else NULL */

    /* Of adamw_share; else NULL. */
    Mean         *mean;
    const Param **order; /* [params->n] those of this step, as their gradients came */
    int           sent;
} AdamW;

/* Pre-training of the masked autoencoder: 0.9, 0.95, 1e-8, 0.05. */
AdamWConfig adamw_defaults(void);

/* Gives params their moments.  There is nothing to close. */
void adamw_open(AdamW *o, Params *params, const AdamWConfig *c);

/* One step with the gradients that tape_backward left, then forget them.
 * Aborts (CHECK) if a trained parameter has none. */
void adamw_step(AdamW *o, double lr);

/* tape_backward and adamw_step at once, with the same bits: each parameter takes its
 * step as soon as its gradient is complete, so the gradients of all of them never
 * exist at the same time.  The parameters are all that the loss differentiates. */
void adamw_backward(AdamW *o, Tape *t, Tensor *loss, double lr);

/* A step on a batch that is too large for memory, in `parts` equal parts, one after the
 * other: the batch's loss is the mean of theirs, gradients are added up, and the last part
 * takes the step.  The same as on the whole batch up to rounding; with one part the same
 * bits as adamw_backward.  Of more than one it needs adamw_gather, once before the first
 * step: room for all gradients. */
void adamw_gather(AdamW *o);
void adamw_backward_part(AdamW *o, Tape *t, Tensor *loss, double lr, int part, int parts);

/* Steps of adamw_backward_part and adamw_backward are then taken with the mean of the
 * gradients of all ranks: each is on its way as soon as it is complete, while backward goes
 * on.  Weights that were the same on all ranks stay so, bit for bit.  Once, after
 * adamw_gather if that is needed; with one rank nothing changes. */
void adamw_share(AdamW *o, const Ranks *r);

/* adamw_backward for several models at once, each with its own optimiser that is
 * not shared. */
void adamw_backward_all(AdamW *const *all, int n, Tape *t, Tensor *loss, double lr);

#endif
