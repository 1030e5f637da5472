/* The process of a piece of work, seen from the scheduler. */
#ifndef EXPERIMENTS_RUN_CHILD_H
#define EXPERIMENTS_RUN_CHILD_H

#include "experiments/run/schedule.h"

#include <sys/types.h>

/* Make the folder and take the claim; then look what is to be done (work_look) and, unless all
 * is, write the configurations.  *claim is -1, and nothing was done, if another process holds
 * it, or after a failure. */
MUST_USE Status child_prepare(int *claim, Work *w, const char *results, Err *err);

/* Threads for it: c's, or as many as it was begun with, up to `most`, if c keeps them. */
int child_threads(const Work *w, const char *results, const ScheduleConfig *c, int most);

typedef struct {
    int threads;
    int seat; /* see share.h; -1: on any processors */
} Team;

/* Start
 *     c->program cell --results R --threads N --save-every S --claim FD CELL STAGE...
 * with its output going to log.txt.  It gets SIGTERM when we die.  The claim is its own from
 * here on; if it cannot be started nobody has it. */
MUST_USE Status child_start(pid_t *pid, int claim, const Work *w, const char *results,
                            const ScheduleConfig *c, const Team *team, Err *err);

/* Bytes of its log. */
long child_logged(const Work *w, const char *results);

/* A line of ours at the end of it. */
void child_note(const Work *w, const char *results, const char *line);

#endif
