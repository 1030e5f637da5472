/* `linear-cached`: a linear classifier on features computed once.
 *
 * Batch norm without gain and bias, then a linear layer, trained by LARS on
 * cross entropy: the linear probe of MAE, except that the features of each
 * picture are those of one view of it, so nothing is augmented.  And except for
 * the rate: a step of LARS has a length relative to the weights, so that all of a
 * training goes as far as its rate times its images.  What suits the 115 million
 * of ImageNet's 90 epochs (0.1) leaves weights where they began after 90 epochs
 * of 8,192 features: there anything from 1 to 20 ends within a point of accuracy.
 *
 * Source: the linear probe of facebookresearch/mae; He et al. 2022,
 * arXiv:2111.06377, table 10.  The cache is ours, hence the other name.
 */
#ifndef CORE_TRAIN_LINEAR_HEAD_H
#define CORE_TRAIN_LINEAR_HEAD_H

#include "core/model/params.h"

typedef struct {
    int      epochs;        /* 90                                                */
    int      warmup_epochs; /* 10, of the learning rate, linear from 0           */
    int      batch;         /* the last rows of an epoch that fill none are left */
    double   lr_per_256;    /* 2; the rate is lr_per_256 batch / 256             */
    double   decay;         /* 0                                                 */
    uint64_t seed;          /* weights and order, STREAM_HEAD                    */
} LinearConfig;

LinearConfig linear_defaults(void);

/* Train on `train` [n, D] with labels [n], then score `test` [count, D].
 *
 *   scores  [count, classes]  logits
 *   loss    [epochs]          mean over the epoch's steps; or NULL
 *
 * Host memory.  A batch larger than n is n; n is at least 2. */
void linear_cached(const Backend *be, float *scores, double *loss, const LinearConfig *c,
                   const real *train, const int *labels, int n, const real *test,
                   int count, int D, int classes);

/* The classifier itself. -------------------------------------------------- */

typedef struct {
    Params  params;
    Tensor *mean, *var; /* [D], running; not trained */
    Layer   fc;
} LinearHead;

/* Weights of standard deviation 0.01, biases 0.  Frozen until an optimiser is
 * opened on its params. */
void linear_head_open(LinearHead *h, const Backend *be, int D, int classes,
                      uint64_t seed);
void linear_head_close(LinearHead *h);

/* x [N, D] -> logits [N, classes].  `training` normalises by the batch, moving
 * mean and var by 0.1; else by those two. */
Tensor *linear_head_forward(Tape *t, const LinearHead *h, Tensor *x, bool training);

#endif
