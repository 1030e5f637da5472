/* How fast photographs become what a model sees: JPEG to a random resized crop of 64
 * pixels, normalised. */
#ifndef EXPERIMENTS_BENCH_PHOTOS_H
#define EXPERIMENTS_BENCH_PHOTOS_H

#include "experiments/bench/watch.h"
#include "experiments/stats/stats.h"

enum { PHOTO_SIZE = 64 };

typedef struct {
    int       images;        /* of the folder's train/                       */
    bool      drawn;         /* they were drawn for this, see drawn.h        */
    Quartiles decoded_per_s; /* read, decoded and cropped, on one thread     */
    Quartiles kept_per_s;    /* the same once decoded pictures are in memory */
} PhotoRate;

/* Of a folder with train/<class>/, or of drawn ones if it is NULL: `seconds` for each
 * rate, quartiles of batches of 64; in a process of its own. */
MUST_USE Status photos_measure(PhotoRate *p, const char *folder, double seconds,
                               Watch *watch, Err *err);

/* Are there photographs in this folder? */
MUST_USE Status photos_check(const char *folder, Err *err);

#endif
