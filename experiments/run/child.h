/* The process of a piece of work, seen from the scheduler. */
#ifndef EXPERIMENTS_RUN_CHILD_H
#define EXPERIMENTS_RUN_CHILD_H

#include "experiments/run/schedule.h"

#include <sys/types.h>

/* Make the folder, and write the configurations of all that is to be done. */
MUST_USE Status child_prepare(const Work *w, const char *results, Err *err);

typedef struct {
    int threads;
    int seat; /* see share.h; -1: on any processors */
} Team;

/* Do that, and start
 *     PROGRAM cell --results R --threads N --save-every S CELL STAGE...
 * with its output going to log.txt.  It gets SIGTERM when we die. */
MUST_USE Status child_start(pid_t *pid, const Work *w, const char *results,
                            const ScheduleConfig *c, const Team *team, Err *err);

/* A line of ours at the end of its log. */
void child_note(const Work *w, const char *results, const char *line);

#endif
