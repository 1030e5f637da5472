/* The samples of one WebDataset shard (shards.h says what they are).  Only shards.c calls
 * this. */
#ifndef CORE_DATA_SAMPLES_H
#define CORE_DATA_SAMPLES_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdint.h>

enum { SAMPLES_MOST_CLASSES = 1 << 20 };

/* A picture in a shard. */
typedef struct Sample Sample;
struct Sample {
    const char *file;     /* SHARD/member    */
    uint64_t    at, size; /* in the shard    */
    int         label;
    Sample     *next;
};

typedef struct {
    Arena   memory;
    Sample *first, **tail; /* in the order of the archive */
    int     n, most;       /* how many; the largest label */
} Shard;

/* Into a Shard of zeros; close its memory, whatever comes of it. */
MUST_USE Status samples_scan(Shard *to, const char *folder, const char *shard, Err *err);

#endif
