/* How often each record has come to its place: seen by the kernel, not told by programs. */
#ifndef EXPERIMENTS_CHAOS_TALLY_H
#define EXPERIMENTS_CHAOS_TALLY_H

#include "experiments/run/work.h"

typedef struct {
    const Works *works;
    int          fd;
    int         *watch; /* [works->n] of each cell's folder         */
    int        **made;  /* [works->n, tasks of each] records renamed to their names */
} Tally;

/* The folders of the cells must be there.  STATUS_IO if they cannot be watched. */
MUST_USE Status tally_open(Tally *t, Arena *a, const Works *w, Err *err);
void            tally_close(Tally *t);
void            tally_look(Tally *t); /* often enough that the kernel forgets nothing */

#endif
