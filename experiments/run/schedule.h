/* The scheduler: one process per piece of work, as many at a time as there is
 * room for, until nothing is left to do.
 *
 * A cell that fails does not stop the others.  One that was killed for lack of memory is
 * tried again when fewer are running.  A cell begins when there is memory for what it is
 * predicted to take, beside what those that run will still take.  Several schedulers may
 * work on the same results: what another one has claimed is left to it, and looked at again
 * when nothing else is left.  When the scheduler dies, its processes are told to stop
 * (PR_SET_PDEATHSIG); what they have saved is gone on from.
 */
#ifndef EXPERIMENTS_RUN_SCHEDULE_H
#define EXPERIMENTS_RUN_SCHEDULE_H

#include "experiments/run/work.h"

#include <stdio.h>

typedef struct {
    const char *program;     /* see child.h; NULL: this one, whatever becomes of its file */
    int         jobs, threads; /* at a time; of each                                     */
    bool        pinned;      /* see share.h                                              */
    bool        keep_threads; /* a cell that was begun goes on with as many as it had, so
                                that it ends with the bits of an unbroken one            */
    int         retries;     /* how often a cell is tried again that was killed, crashed
                                or could not read or write                               */
    double      save_every_s;  /* see StageContext                                       */
    double      s_per_flop;  /* of one thread, see estimate.h; 0: no time left is shown  */
    FILE       *progress;    /* where to say how it goes; NULL: nowhere                  */
} ScheduleConfig;

typedef struct {
    int  before;  /* pieces of work that were done already         */
    int  done;    /* by this scheduler or, meanwhile, by another   */
    int  failed;
    bool stopped; /* by a signal; what was running can be resumed  */
} ScheduleResult;

/* Hold the signals back that schedule_run looks for.  To be called before anything
 * starts threads: one that does not hold them back dies of them, and the process
 * with it. */
void schedule_hold_signals(void);

/* A stop signal (stop.h) asks the processes to stop, and a second one, other than SIGUSR1
 * and half a second later, kills them.  Work that failed has its state and reason in w. */
MUST_USE Status schedule_run(Works *w, const Recipe *r, const ScheduleConfig *c,
                             ScheduleResult *result, Err *err);

#endif
