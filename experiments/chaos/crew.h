/* Several runs at work on one results folder, each a process with all that it starts; who
 * has ended begins again. */
#ifndef EXPERIMENTS_CHAOS_CREW_H
#define EXPERIMENTS_CHAOS_CREW_H

#include "core/base/text.h"
#include "experiments/chaos/sitting.h"

#include <sys/types.h>

enum { CREW_MOST = 16, CREW_CELLS = 64 };

typedef struct {
    const Sitting *sitting;
    int            n;
    pid_t          pid[CREW_MOST]; /* of each run, which leads a group; 0: it has ended */
    int            begun;
    int            finished; /* that found nothing left to do */
    Text           odd;      /* a line for each that ended as no run should */
} Crew;

MUST_USE Status crew_begin(Crew *c, Err *err); /* those that have ended, or never began */
void            crew_look(Crew *c);            /* who has ended? */
int             crew_at_work(const Crew *c);
void            crew_end(Crew *c);             /* SIGKILL to all; returns when they are gone */

/* Processes that the i-th run has started; returns how many. */
int crew_cells(const Crew *c, int i, pid_t pid[CREW_CELLS]);

/* From now on no process of any run can make a file longer; below 0: any length. */
void crew_limit(const Crew *c, long bytes);

#endif
