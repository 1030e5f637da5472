/* How a running piece of work goes, by its journal: the curve of its loss, and its pace. */
#ifndef EXPERIMENTS_RUN_PULSE_H
#define EXPERIMENTS_RUN_PULSE_H

#include "experiments/run/journal.h"
#include "experiments/run/work.h"

enum { PULSE_PARTS = 20 };

typedef struct {
    JournalLine last;
    double      loss[PULSE_PARTS]; /* of the stage under way, a mean for each part of its
                                      steps; NaN where none is known                     */
    double      stage_left_s;      /* NaN: not known */
    double      flop_left;         /* of all its stages that are not done               */
    double      flop_per_s;        /* 0: not known                                       */
} Pulse;

/* False if its journal says nothing of what it has to do. */
bool pulse_take(Pulse *p, const Work *w, const char *results);

double pulse_flop(const Work *w); /* of all stages that are not done, from their beginnings */

/* The curve as a row of blocks, PULSE_PARTS wide; the lowest is the least loss. */
void pulse_curve(const Pulse *p, Text *out);

#endif
