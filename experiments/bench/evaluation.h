/* How long an evaluation takes once features are there: those of an encoder of width
 * 192 over sets as large as MNIST, ten clouds of random numbers. */
#ifndef EXPERIMENTS_BENCH_EVALUATION_H
#define EXPERIMENTS_BENCH_EVALUATION_H

#include "experiments/bench/watch.h"
#include "experiments/stats/stats.h"

typedef struct {
    int train, test, width, classes, epochs, threads;
} EvaluationConfig;

typedef struct {
    Quartiles knn_s, linear_s;
    double    knn_top1, linear_top1; /* shares that are right: the work was done */
} Evaluation;

EvaluationConfig evaluation_defaults(void); /* 60000, 10000, 192, 10, 90 epochs */

/* Of three each, in turn.  In a process of its own. */
MUST_USE Status evaluation_measure(Evaluation *e, const EvaluationConfig *c, Watch *watch,
                                   Err *err);

#endif
