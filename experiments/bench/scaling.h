/* A step's speed against threads, batch and the share of hidden patches, and how much
 * of a step the loader would take. */
#ifndef EXPERIMENTS_BENCH_SCALING_H
#define EXPERIMENTS_BENCH_SCALING_H

#include "experiments/bench/speed.h"

typedef enum { OVER_THREADS, OVER_BATCH, OVER_RATIO, OVER_KINDS } Over;
extern const char *const over_words[OVER_KINDS]; /* "threads", "batch", "ratio" */

enum { SERIES_POINTS = 16, SERIES_MOST = 8 };

/* One preset at several values of one thing, all else as in the preset. */
typedef struct {
    const char *preset;
    Over        over;
    double      at[SERIES_POINTS];
    Speed       speed[SERIES_POINTS];
    int         n;
} Series;

typedef struct {
    Quartiles batch_s, step_s; /* measured in turn: a batch loaded, a step        */
    double    share;    /* of both medians together that is loading               */
    char      data[32]; /* the set it is loaded from                              */
} LoaderShare;

/* Threads 1, 2, 4, ... up to all; batches 8..256; ratios 0.5..0.9.  Each point takes
 * `seconds`. */
MUST_USE Status series_measure(Series *s, const char *preset, Over over, double seconds,
                               int threads, Watch *watch, Err *err);

/* Of micro at 28 pixels, with random crops and flips, from fashion-mnist or else from
 * scenes. */
MUST_USE Status loader_measure(LoaderShare *l, double seconds, int threads, Watch *watch,
                               Err *err);

#endif
