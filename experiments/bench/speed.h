/* How long a step takes, and how long its matrix products alone. */
#ifndef EXPERIMENTS_BENCH_SPEED_H
#define EXPERIMENTS_BENCH_SPEED_H

#include "experiments/bench/step.h"

typedef struct {
    double step_s, images_per_s;
    double flop;           /* of the step's matrix products                     */
    double gemm_s;         /* those alone, run by OpenBLAS, forward and backward */
    double step_over_gemm; /* median of the ratios, not ratio of the medians    */
    double peak_bytes;     /* of the process, after the first steps             */
    double predicted_bytes;
} Speed;

/* Medians over `seconds` of steps, at least three, each followed by its products
 * alone, so that both see the same machine.  In a process of its own. */
MUST_USE Status speed_measure(Speed *speed, const StepConfig *c, double seconds, Err *err);

/* The same without the products: gemm_s and step_over_gemm are 0. */
MUST_USE Status speed_of_steps(Speed *speed, const StepConfig *c, double seconds, Err *err);

/* A step or two to grow the arenas, which counts as no step. */
void speed_warm_up(Step *s);

#endif
