/* The process of a piece of work, seen from the scheduler. */
#ifndef EXPERIMENTS_RUN_CHILD_H
#define EXPERIMENTS_RUN_CHILD_H

#include "experiments/run/schedule.h"

#include <sys/types.h>

/* Make the folder, and write the configurations of all that is to be done, under the claim;
 * nothing if another process holds that. */
MUST_USE Status child_prepare(bool *claimed, const Work *w, const char *results, Err *err);

typedef struct {
    int threads;
    int seat; /* see share.h; -1: on any processors */
} Team;

/* Do that, and start
 *     PROGRAM cell --results R --threads N --save-every S CELL STAGE...
 * with its output going to log.txt.  It gets SIGTERM when we die.  *pid is 0 if another
 * process holds the claim. */
MUST_USE Status child_start(pid_t *pid, const Work *w, const char *results,
                            const ScheduleConfig *c, const Team *team, Err *err);

/* A line of ours at the end of its log. */
void child_note(const Work *w, const char *results, const char *line);

#endif
