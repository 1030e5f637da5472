/* Masks a second. */
#ifndef EXPERIMENTS_BENCH_MASKS_H
#define EXPERIMENTS_BENCH_MASKS_H

#include "experiments/bench/watch.h"
#include "experiments/stats/stats.h"

/* On one thread, a grid of 14 x 14, ratio 0.75; what a strategy asks to see is of four
 * invented images (48 pixels a patch, two heads) and was computed before.  Of five
 * spans of 20 ms, in a process of its own. */
MUST_USE Status masks_measure(Quartiles *per_s, const char *strategy, Watch *watch,
                              Err *err);

#endif
