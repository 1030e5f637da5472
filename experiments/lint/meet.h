/* Two threads in the middle of each other's draws, whatever the machine.
 *
 * Threads that merely run beside each other meet when the scheduler pleases, on one
 * core hardly ever.  Here one of them is stopped inside a draw, by a signal, until the
 * other has drawn another image; then it goes on.  What the two share without a lock is
 * another's when it does.
 *
 * A draw that the other has to wait for, because of a lock, goes on after a while.
 * Strategies are called where system calls may end with EINTR.
 */
#ifndef EXPERIMENTS_LINT_MEET_H
#define EXPERIMENTS_LINT_MEET_H

#include "core/base/status.h"

#include "experiments/lint/contain.h"

#include <stdbool.h>

typedef struct {
    /* Draw image n, of N >= 2: is it what it is alone?  Called on both threads. */
    bool (*same)(const void *of, int n);
    const void *of;
    int         N;
    Trace      *trace; /* its beat is raised by the calling thread; or NULL */
} Meeting;

/* *wrong is an image that has another mask when the two meet, or -1.  Some dozens of
 * meetings, fewer if a draw takes long. */
MUST_USE Status meet(int *wrong, const Meeting *m, Err *err);

#endif
