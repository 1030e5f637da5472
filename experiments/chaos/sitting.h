/* One process and all that it starts, and how they end. */
#ifndef EXPERIMENTS_CHAOS_SITTING_H
#define EXPERIMENTS_CHAOS_SITTING_H

#include "core/base/status.h"

#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    char *const       *argv;   /* of the program; ends with NULL         */
    const char        *said;   /* the file that gets all it says         */
    const char *const *folder; /* [folders] in which it writes           */
    int                folders;

    bool   kill;    /* SIGKILL to all of them, at one moment:            */
    int    writes;  /* when so many records, models and states have been
                       begun to be written, or at the start,             */
    double after_s; /* and so long after that                            */
    long   limit;   /* bytes of the largest file that fits on its disk; 0: any */
} Sitting;

typedef struct {
    bool killed;
    int  code;   /* that it has ended with, if it was not killed         */
    int  writes; /* that were begun                                      */
    int  halves; /* files that it left half-written                      */
} SittingEnd;

/* Only starts it; whoever calls waits for it and for whom it leaves.  It is one whom the
 * permissions of files bind, whoever we are, and whom a full disk does not kill.  Its pid is
 * that of its group. */
MUST_USE Status sitting_begin(pid_t *pid, const Sitting *s, Err *err);

/* The signals that ask to stop (run/stop.h) wait from here on until somebody looks:
 * STATUS_STOPPED once there was one.  They are not for the sitting, which leads a group. */
void            sitting_hold_signals(void);
MUST_USE Status sitting_stopped(Err *err);

/* Returns when every process of it is gone.  STATUS_IO if it cannot be started or
 * watched; STATUS_STOPPED. */
MUST_USE Status sitting_run(SittingEnd *end, const Sitting *s, Err *err);

#endif
