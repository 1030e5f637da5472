/* What training together would gain on networks that are not here: the exchange of
 * core/train/ranks.h, simulated from a step that was measured.
 *
 * Buckets are full one after the other, evenly over the way back, which is two thirds of a
 * step; the network carries one at a time.  Of n bytes on R ranks it takes
 *
 *     2 ((R - 1) latency + (R - 1) / R n / bytes_per_s)        each to each, as we do
 *     2 (ceil(log2 R) latency + (R - 1) / R n / bytes_per_s)   halving and doubling
 *
 * The step ends with the last of them.  The second is Rabenseifner's (Thakur, Rabenseifner
 * and Gropp 2005, doi:10.1177/1094342005051521), to say from where on it would be worth it.
 * Left out: that MPI moves messages only while it is called, and that links are shared.
 *
 * Under mpirun one more network is what these ranks measure between them. */
#ifndef EXPERIMENTS_BENCH_NETWORK_H
#define EXPERIMENTS_BENCH_NETWORK_H

#include "core/train/ranks.h"
#include "experiments/bench/speed.h"

typedef struct {
    char   name[48];
    double latency_s, bytes_per_s; /* of a message; of a rank, each way */
} Network;

enum { NETWORKS = 3, RANKS_MOST = 512, PACES = 2 };

typedef struct {
    char    preset[16];
    int     batch;  /* images of a rank                        */
    double  step_s; /* of one rank, while others do the same   */
    double  bytes;  /* of its gradients                        */
    int     ranks;  /* that have measured; 1: no network       */
    Network here;   /* between them                            */
} RankStep;

/* The i-th: those that are stated, then the one measured; NULL behind the last. */
const Network *network_at(const RankStep *s, int i);

/* Ranks as fast as this machine, and so many times as fast. */
extern const double network_paces[PACES];

typedef enum { EACH_TO_EACH, HALVING } Exchange;

/* One rank's step over that of as many ranks, each with a batch of its own: 0 to 1. */
double network_share(const Network *n, const RankStep *s, double pace, int ranks, Exchange how);

/* Of `seconds` of steps of a preset.  Before ranks_open: it forks. */
MUST_USE Status network_measure_step(RankStep *s, const char *preset, double seconds,
                                     int threads, Watch *watch, Err *err);

/* Then what exchanging its gradients takes, and a single number. */
MUST_USE Status network_measure_here(RankStep *s, const Ranks *ranks, Err *err);

#endif
