/* A process that may be lost: what a strategy does to it is written down where the
 * parent can read it. */
#ifndef EXPERIMENTS_LINT_CONTAIN_H
#define EXPERIMENTS_LINT_CONTAIN_H

#include "core/base/status.h"
#include "experiments/lint/keep.h"

#include <stdbool.h>
#include <stddef.h>

/* In memory that both processes see. */
typedef struct {
    volatile unsigned beat;    /* raised by the child while it is well             */
    volatile bool     done;    /* it has come to the end by itself                 */
    volatile bool     left;    /* it has called exit()                             */
    volatile bool     refused; /* it was refused memory                            */
    volatile bool     doubled; /* it has come back twice: a process of its own too */
    char touched[200];         /* what a forbidden access was, if it was one       */
    Fate fate;
} Trace;

/* In the child, after n masks: all is well.  A copy that a strategy has made of the
 * process ends here.  Nothing without a trace. */
void trace_beat(Trace *t, unsigned n);

enum { SAID = 2000 };

/* How a process ended. */
typedef struct {
    bool   silent;      /* no beat for too long, and was killed                    */
    bool   asleep;      /* without working, then                                   */
    bool   slow;        /* not done in all the time it had, and was killed         */
    bool   turned;      /* against the process that had started it                 */
    int    behind;      /* processes that it has left behind                       */
    int    signal;      /* that killed it, or 0                                    */
    int    code;        /* its exit code, if no signal did                         */
    char   said[SAID];  /* the end of what it wrote to stdout and stderr           */
    double spent_s;     /* working, or asleep                                      */
} Ending;

/* How long to wait.  What counts is time that the child and all that it has started
 * work, or sleep; not that in which others have the processor. */
typedef struct {
    double beat_s;  /* of work from beat to beat; of sleep SLEEP_MOST times that */
    double whole_s; /* in all                                                    */
    void (*tell)(void *to, unsigned beats, double spent_s); /* now and then; or NULL */
    void  *to;
} Patience;

enum { SLEEP_MOST = 10 };

/* Run work(of) in a child that sees as little as may be of other processes, with limits
 * of memory, no core file, no input, and what it says caught.  `trace` lies in
 * shared_new() memory.  With another `spare` the child has another number. */
MUST_USE Status contain(Ending *end, Trace *trace, void (*work)(void *of), void *of,
                        int spare, const Patience *patience, Err *err);

/* Zeroed memory that stays common to parent and child. */
void *shared_new(size_t bytes);
void  shared_free(void *p, size_t bytes);

#endif
