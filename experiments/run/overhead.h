/* What a cell takes besides its operations: its process starts, each stage opens its data, and
 * configurations, models and records are written and synced.
 *
 *     Overhead o = overhead_try(results);
 *     double s = overhead_seconds(&o, &works.work[i]);
 *
 * Of tiny cells it is nearly all.  What others do meanwhile is left out, as far as that is
 * possible: the least of several tries counts.
 */
#ifndef EXPERIMENTS_RUN_OVERHEAD_H
#define EXPERIMENTS_RUN_OVERHEAD_H

#include "experiments/run/work.h"

typedef struct {
    double start_s; /* until our program has begun and ended              */
    double sync_s;  /* until a file is safe on the disk of the results    */
} Overhead;

/* Both by trial: this program is started a few times, to do nothing. */
Overhead overhead_try(const char *results);

/* Seconds of all stages of it that are still to be run; 0 if none is. */
double overhead_seconds(const Overhead *o, const Work *w);

#endif
