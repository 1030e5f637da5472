/* A preset's step, ours and other programs' in turn. */
#ifndef EXPERIMENTS_BENCH_COMPARE_H
#define EXPERIMENTS_BENCH_COMPARE_H

#include "experiments/bench/other.h"
#include "experiments/bench/speed.h"

enum { ROUNDS_MOST = 99, OTHERS_MOST = 8 };

typedef struct {
    double             seconds; /* of each program in each round       */
    int                rounds;  /* 1..ROUNDS_MOST                      */
    int                threads;
    const char *const *against; /* [others] their commands, see other.h */
    int                others;  /* 0..OTHERS_MOST                      */
} CompareConfig;

/* Another program, over the rounds in which it was measured. */
typedef struct {
    char      program[OTHER_NAME];
    Quartiles step_s, images_per_s, peak_bytes;
    Quartiles times;     /* our images a second over theirs, of each round */
    Quartiles memory;    /* our peak over theirs                           */
    char      why[256];  /* it failed, and how; then it is not run again   */
} Against;

/* Of ours a figure is the median over the rounds of what `Speed` says of each: of the
 * median, of both quartiles. */
typedef struct {
    const char *preset;
    bool        recompute;
    Speed       ours;
    Against     against[OTHERS_MOST]; /* in the order of the commands */
    int         others, rounds, threads;
} Comparison;

/* STATUS_OK even if another program failed. */
MUST_USE Status compare(Comparison *to, const CompareConfig *c, const StepConfig *step,
                        Watch *watch, Err *err);

#endif
