/* A process that may be lost: what a strategy does to it is written down where the
 * parent can read it. */
#ifndef EXPERIMENTS_LINT_CONTAIN_H
#define EXPERIMENTS_LINT_CONTAIN_H

#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* In memory that both processes see. */
typedef struct {
    volatile unsigned beat; /* raised by the child while it is well          */
    volatile bool     done; /* it has come to the end by itself              */
    volatile bool     left; /* it has called exit()                          */
    char touched[200];      /* what a forbidden access was, if it was one    */
} Trace;

enum { SAID = 2000 };

/* How a process ended. */
typedef struct {
    bool   silent;      /* no beat for `patience_s`, and was killed                */
    int    signal;      /* that killed it, or 0                                    */
    int    code;        /* its exit code, if no signal did                         */
    char   said[SAID];  /* the end of what it wrote to stdout and stderr           */
    double wall_s;
} Ending;

/* Run work(of) in a child of its own process group, with limits of memory, no core
 * file, no input, and what it says caught.  `trace` lies in shared_new() memory. */
MUST_USE Status contain(Ending *end, Trace *trace, void (*work)(void *of), void *of,
                        double patience_s, Err *err);

/* Zeroed memory that stays common to parent and child. */
void *shared_new(size_t bytes);
void  shared_free(void *p, size_t bytes);

#endif
