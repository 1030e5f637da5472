/* For whoever waits: what is being measured and since when, and a way to stop it. */
#ifndef EXPERIMENTS_BENCH_WATCH_H
#define EXPERIMENTS_BENCH_WATCH_H

#include "experiments/run/progress.h"

#include <signal.h>

typedef struct {
    Progress progress;
    char     name[64];
    sigset_t before; /* the signals that were held back already        */
    int      asked;  /* a descriptor, readable once we are to stop     */
} Watch;

/* From here to watch_close SIGINT, SIGTERM and SIGHUP are held back: they end no
 * process of ours in the middle of a file, but `hear` sees them and stops.  Says how
 * it goes on `to`, as run/progress.h does; NULL: nowhere. */
MUST_USE Status watch_open(Watch *w, FILE *to, Err *err);
void            watch_close(Watch *w);

/* What comes now: "base, round 2 of 3". */
void watch_name(Watch *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
