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

typedef struct {
    Other  other;
    double times;  /* our images a second over theirs */
    double memory; /* our peak over theirs            */
} Against;

/* Medians over the rounds.  Ratio and share are medians too, each of a round's own. */
typedef struct {
    const char *preset;
    Speed       ours;
    Against     against[OTHERS_MOST]; /* in the order of the commands */
    int         others;
} Comparison;

MUST_USE Status compare(Comparison *to, const CompareConfig *c, const StepConfig *step,
                        Err *err);

#endif
