/* Batches of annotated pictures: in an order, changed at random, as numbers for the model.
 *
 *     dense_loader_open(&l, data, &(DenseLoaderConfig){ .batch = 16, .size = 64,
 *                                                       .jitter = &jitter, .seed = seed });
 *     for (int step = 0; step < dense_loader_steps(&l); step++)
 *         if (dense_batch(&l, epoch, step, 0, &err)) ...
 *     dense_loader_close(&l);
 *
 * What is in a batch depends on (seed, epoch, step) alone, as in loader.h.
 */
#ifndef CORE_DATA_DENSE_LOADER_H
#define CORE_DATA_DENSE_LOADER_H

#include "core/data/cutting.h"
#include "core/data/dense.h"
#include "core/data/jitter.h"

typedef struct {
    int            batch; /* pictures of a step                                */
    int            parts; /* equal ones of it, of which one is there at a time; 0 is 1 */
    int            size;  /* side of what the model sees                       */
    const Jitter  *jitter;  /* one of these, which lives as long as the loader */
    const Cutting *cutting;
    uint64_t       seed;
} DenseLoaderConfig;

typedef struct {
    const DenseData  *data;
    DenseLoaderConfig config;
    int              *order; /* [count], of epoch `order_epoch`                */
    uint64_t          order_epoch;
    int               threads;

    /* The part of the batch that is there. */
    int        N;
    Annotated *sample; /* [N] as the model sees them                           */
    uint64_t  *ids;    /* [N] numbers of the pictures in the data set          */
    real      *images; /* [N, C, size, size]                                   */
    int       *labels; /* [N, size, size] where there are label maps           */
} DenseLoader;

void dense_loader_open(DenseLoader *l, const DenseData *d, const DenseLoaderConfig *c);
void dense_loader_close(DenseLoader *l);
int  dense_loader_steps(const DenseLoader *l); /* of an epoch: whole batches */

/* A part of batch `step` of `epoch`, all from 0.  Fails if a picture cannot be read. */
MUST_USE Status dense_batch(DenseLoader *l, uint64_t epoch, int step, int part, Err *err);

/* Bytes of a part of a batch: what estimates need. */
double dense_loader_bytes(const DenseLoaderConfig *c, int channels);

#endif
