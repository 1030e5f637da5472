/* How fast photographs become what a model sees: JPEG to a random resized crop of 64
 * pixels, normalised. */
#ifndef EXPERIMENTS_BENCH_PHOTOS_H
#define EXPERIMENTS_BENCH_PHOTOS_H

#include "core/base/status.h"

enum { PHOTO_SIZE = 64 };

typedef struct {
    int    images;      /* of the folder's train/                       */
    double decoded_per_s; /* read, decoded and cropped, on one thread     */
    double kept_per_s;    /* the same once decoded pictures are in memory */
} PhotoRate;

/* Of a folder with train/<class>/ and val/<class>/, `seconds` for each rate, medians of
 * batches of 64; in a process of its own. */
MUST_USE Status photos_measure(PhotoRate *p, const char *folder, double seconds, Err *err);

#endif
