/* Processes that train one model together, each on its rows of every batch.
 *
 * `make MPI=1` builds ranks_mpi.c, the only file that knows MPI; else there is one
 * rank, and what is said of others here costs nothing (ranks_one.c).  All ranks call
 * the same functions in the same order.
 *
 *     Ranks r;
 *     ranks_open(&r);                                 a launcher has started r.count of us
 *     Batch mine = ...;                               rows r.own of r.count
 *     if (ranks_agree(&r, bad, &loss, 1, &err)) ...   nobody goes on alone
 *     ranks_close(&r);
 *
 * Sums are taken in the order of the ranks, in double, by one rank for all of them: the
 * same bits everywhere, and again in the next run of as many ranks.
 */
#ifndef CORE_TRAIN_RANKS_H
#define CORE_TRAIN_RANKS_H

#include "core/base/arena.h"
#include "core/base/real.h"
#include "core/base/status.h"

#include <stdbool.h>

typedef struct {
    int  own, count; /* 0 <= own < count; 0, 1 if there is one                     */
    int  beside;     /* ranks on this machine, this one too                        */
    bool launched;   /* by mpirun or the like: ranks_close ends it for all         */
    int  strangers;  /* that a launcher has started beside us, to no use: this build is
                        without MPI                                                */
} Ranks;

void ranks_open(Ranks *r);

/* Waits for the others; after it the process may only end. */
void ranks_close(const Ranks *r);

/* Threads for each of the ranks beside us: processors this one is bound to, or its share
 * of all of them. */
int ranks_threads(const Ranks *r);

/* bad, with err, is how it stands here.  If it stands badly anywhere all ranks return the
 * status of the first such rank, with its text; else sum[n] is added up over the ranks. */
MUST_USE Status ranks_agree(const Ranks *r, Status bad, double *sum, int n, Err *err);

/* What rank 0 has in x[bytes] all have then.  The others sleep until it comes. */
void ranks_tell(const Ranks *r, void *x, size_t bytes);

/* The mean over the ranks of numbers that are made bit by bit: what is there is sent
 * while the rest is being made.
 *
 *     Mean *m = mean_new(&r, &arena, n);
 *     mean_begin(m);
 *     while (...) write(mean_room(m, k)), mean_push(m);    k numbers more, n in all
 *     mean_end(m);
 *     for (...) read(mean_wait(m, k));                     in the same order
 *
 * Buckets of MEAN_BUCKET numbers go round as soon as they are full.  Of each every rank
 * gets one part from all others, takes the mean, and sends it to all others: 2 (R-1) / R
 * of its bytes each way, as a ring does. */
enum { MEAN_BUCKET = 1 << 18 };

typedef struct Mean Mean;

Mean       *mean_new(const Ranks *r, Arena *a, size_t most);
void        mean_begin(Mean *m);
real       *mean_room(Mean *m, size_t n);
void        mean_push(Mean *m);
void        mean_end(Mean *m);
const real *mean_wait(Mean *m, size_t n);

/* Since mean_new. */
typedef struct {
    double steps;  /* from mean_begin to the last mean_wait           */
    double bytes;  /* sent by this rank                               */
    double wait_s; /* in mean_wait, for what had not come             */
    double span_s; /* from the first bucket's start to the last's end */
} MeanCost;

MeanCost mean_cost(const Mean *m); /* of NULL: zeros */

#endif
