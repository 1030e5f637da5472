/* Cells an hour: what running several at a time gains. */
#ifndef EXPERIMENTS_BENCH_CELLS_H
#define EXPERIMENTS_BENCH_CELLS_H

#include "core/base/status.h"

enum { CELLS_JOBS = 2 };

typedef struct {
    double per_hour[CELLS_JOBS]; /* with 1 and with 2 jobs, a thread each */
    int    cells, images;        /* cells of the recipe; images of each   */
} CellRate;

/* A small recipe (micro, one epoch, scenes, four seeds) run from nothing by the
 * scheduler, in a temporary folder that is gone afterwards. */
MUST_USE Status cells_measure(CellRate *rate, int images, Err *err);

#endif
