/* A process that is heard to its end.
 *
 * It stands in a group of its own and ends with us, however we end; when it is heard
 * out or stopped, whom it has started is ended too. */
#ifndef EXPERIMENTS_BENCH_HEAR_H
#define EXPERIMENTS_BENCH_HEAR_H

#include "core/base/text.h"
#include "experiments/bench/watch.h"

typedef struct {
    void (*work)(const void *of, int to); /* in the process; its return is exit code 0 */
    const void *of;
    size_t      most;       /* bytes that it may say       */
    double      patience_s; /* until its end; may be INFINITY */
} Hearing;

/* Adds to `said` all that it wrote to `to`.  STATUS_STOPPED if that is asked for in
 * `watch`, which may be NULL; STATUS_FAILED if it ends in any other way than by exit code
 * 0, in time and with no more than `most` said. */
MUST_USE Status hear(Text *said, const Hearing *h, Watch *watch, Err *err);

#endif
