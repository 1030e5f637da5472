/* A preset's step, ours and another program's in turn. */
#ifndef EXPERIMENTS_BENCH_COMPARE_H
#define EXPERIMENTS_BENCH_COMPARE_H

#include "experiments/bench/other.h"
#include "experiments/bench/speed.h"

enum { ROUNDS_MOST = 99 };

typedef struct {
    double      seconds; /* of each program in each round               */
    int         rounds;  /* 1..ROUNDS_MOST                              */
    int         threads;
    const char *against; /* the other's command, see other.h; or NULL   */
} CompareConfig;

/* Medians over the rounds.  Ratio and share are medians too, each of a round's own. */
typedef struct {
    const char *preset;
    Speed       ours;
    bool        compared; /* the rest is there */
    Other       other;
    double      times;    /* our images a second over theirs */
    double      memory;   /* our peak over theirs            */
} Comparison;

MUST_USE Status compare(Comparison *to, const CompareConfig *c, const StepConfig *step,
                        Err *err);

#endif
