/* A measurement in a process of its own: peak memory is a process's, and threads
 * that were started cannot be taken back.
 *
 *     static Status measure(void *value, const void *what, Err *err);
 *     ...
 *     if (apart(measure, &speed, sizeof speed, &config, watch, &err)) return err.code;
 *
 * The caller must not have started threads: a child of fork has none of them. */
#ifndef EXPERIMENTS_BENCH_APART_H
#define EXPERIMENTS_BENCH_APART_H

#include "experiments/bench/watch.h"

#include <stddef.h>

typedef Status Measurement(void *value, const void *what, Err *err);

/* Fills `value`, of n bytes without pointers, as `run` has left it there.  What fails
 * there fails here with the same message; STATUS_FAILED if the process died,
 * STATUS_STOPPED if that is asked for in `watch`, which may be NULL. */
MUST_USE Status apart(Measurement *run, void *value, size_t n, const void *what,
                      Watch *watch, Err *err);

#endif
