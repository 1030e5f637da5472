/* `linear-cached`: a linear classifier on features computed once.
 *
 * Batch norm without gain and bias, then a linear layer, trained by LARS on
 * cross entropy: the linear probe of MAE, except that the features of each
 * picture are those of one view of it, so nothing is augmented.
 *
 * Source: the linear probe of facebookresearch/mae; He et al. 2022,
 * arXiv:2111.06377, table 10.  The cache is ours, hence the other name.
 */
#ifndef CORE_TRAIN_LINEAR_HEAD_H
#define CORE_TRAIN_LINEAR_HEAD_H

#include "core/tape/backend.h"

#include <stdint.h>

typedef struct {
    int      epochs;        /* 90                                               */
    int      warmup_epochs; /* 10, of the learning rate, linear from 0          */
    int      batch;         /* the last rows of an epoch that fill none are left */
    double   lr_per_256;    /* 0.1; the rate is lr_per_256 batch / 256           */
    double   weight_decay;  /* 0                                                 */
    uint64_t seed;          /* weights and order, STREAM_HEAD                    */
} LinearConfig;

LinearConfig linear_defaults(void);

/* Train on `train` [n, D] with labels [n], then score `test` [count, D].
 *
 *   scores  [count, classes]  logits
 *   loss    [epochs]          mean over the epoch's steps; or NULL
 *
 * Host memory.  A batch larger than n is n.  Same bits on any number of
 * threads as far as the backend's are. */
void linear_cached(const Backend *be, float *scores, double *loss, const LinearConfig *c,
                   const real *train, const int *labels, int n, const real *test,
                   int count, int D, int classes);

#endif
