/* How long a step takes, and how long its matrix products alone. */
#ifndef EXPERIMENTS_BENCH_SPEED_H
#define EXPERIMENTS_BENCH_SPEED_H

#include "experiments/bench/step.h"
#include "experiments/bench/watch.h"
#include "experiments/stats/stats.h"

typedef struct {
    Quartiles step_s;         /* of the steps                                       */
    Quartiles gemm_s;         /* their products alone, by OpenBLAS, both ways       */
    Quartiles step_over_gemm; /* of each step its own, not ratio of the medians     */
    double    images_per_s;   /* at the median                                      */
    double    flop;           /* of the products that a step cannot do without      */
    double    again_flop;     /* of those that recomputing makes a second time; they
                                 are in step_s, in nothing else                     */
    double    peak_bytes;     /* of the process, after the first steps              */
    double    predicted_bytes;
} Speed;

/* Of `seconds` of steps, at least three, each followed by its products alone, so that
 * both see the same machine.  In a process of its own. */
MUST_USE Status speed_measure(Speed *speed, const StepConfig *c, double seconds,
                              Watch *watch, Err *err);

/* The same without the products: gemm_s and step_over_gemm have n 0. */
MUST_USE Status speed_of_steps(Speed *speed, const StepConfig *c, double seconds,
                               Watch *watch, Err *err);

/* Two steps to grow the arenas, which count as none. */
void speed_warm_up(Step *s);

#endif
