/* Batches: pictures in an order, cropped, as numbers for the model.
 *
 *     loader_open(&l, data, &(LoaderConfig){ .batch = 128, .shuffle = true,
 *                                            .augment = &augment, .seed = seed });
 *     Batch b = batch_new(&arena, &l);
 *     for (int step = 0; step < loader_steps(&l); step++)
 *         if (loader_batch(&l, &b, epoch, step, &err)) ...
 *
 * What is in a batch depends on (seed, epoch, step) alone: not on the threads,
 * nor on the batches asked for before.
 */
#ifndef CORE_DATA_LOADER_H
#define CORE_DATA_LOADER_H

#include "core/base/arena.h"
#include "core/base/real.h"
#include "core/data/augment.h"
#include "core/data/data.h"

typedef struct {
    int            batch;         /* pictures of a batch                            */
    int            height, width; /* of what the model sees; 0: as the data set's   */
    bool           shuffle;       /* a new order each epoch, and the last pictures
                                     that fill no batch wait for another epoch;
                                     else in order, and the last batch is smaller   */
    const Augment *augment;       /* NULL: the whole picture, of photographs the
                                     centre (centre_apply)                          */
    bool           whole;         /* without augment: of photographs the whole too,
                                     squeezed into the square                       */
    int            part, parts;   /* of each batch only these rows (batch_part), if
                                     parts is not 0                                 */
    uint64_t       seed;
} LoaderConfig;

typedef struct LoaderDesk LoaderDesk;

typedef struct {
    const Data  *data;
    LoaderConfig config;
    Augment      augment;
    int         *order; /* [count], of epoch `order_epoch` */
    uint64_t     order_epoch;
    LoaderDesk  *desks; /* [threads] */
    int          threads;
    real         normal[MAX_CHANNELS][256]; /* (value / 255 - mean) / std */
    uint8_t      fill[MAX_CHANNELS];        /* the mean: what comes into view */
} Loader;

typedef struct {
    int       N;      /* pictures in it; without shuffle the last may have fewer    */
    real     *images; /* [N, C, H, W], (x / 255 - mean) / std, on the host         */
    uint64_t *ids;    /* [N] numbers of the pictures in the data set               */
    int      *labels; /* [N]                                                       */
    Crop     *crops;  /* [N] windows of the pictures that are seen                 */
    Crop     *wholes; /* [N] the pictures, of which these are windows              */
    size_t    values; /* of an image                                               */
} Batch;

void  loader_open(Loader *l, const Data *d, const LoaderConfig *c);
void  loader_close(Loader *l);
int   loader_steps(const Loader *l); /* batches of an epoch */
Batch batch_new(Arena *host, const Loader *l);

/* Part i of n equal ones of a batch, which it lies in. */
Batch batch_part(const Batch *b, int i, int n);

/* Batch `step` of `epoch`, both from 0.  Fails if a picture cannot be read. */
MUST_USE Status loader_batch(Loader *l, Batch *b, uint64_t epoch, int step, Err *err);

#endif
