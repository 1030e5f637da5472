/* Cells an hour: what running several at a time gains. */
#ifndef EXPERIMENTS_BENCH_CELLS_H
#define EXPERIMENTS_BENCH_CELLS_H

#include "experiments/bench/watch.h"
#include "experiments/stats/stats.h"

enum { CELLS_JOBS = 2, CELLS_ROUNDS_MOST = 9 };

typedef struct {
    Quartiles per_hour[CELLS_JOBS]; /* with 1 and with 2 jobs, a thread each     */
    Quartiles gain;                 /* of 2 jobs over 1, of each round its own   */
    int       cells, images;        /* cells of the recipe; images of each       */
} CellRate;

/* A small recipe (micro, one epoch, scenes, four seeds) run from nothing by the
 * scheduler, `rounds` times with each number of jobs in turn, in a temporary folder that
 * is gone afterwards. */
MUST_USE Status cells_measure(CellRate *rate, int images, int rounds, Watch *watch,
                              Err *err);

#endif
