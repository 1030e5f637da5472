/* Optimiser steps on the CPU: one pass over flat blocks. */
#include "core/cpu/cpu.h"
#include "core/cpu/vmath.h"

#include <math.h>
#include <string.h>

enum { SHARED = 1 << 14 }; /* values worth waking the other threads for */

void cpu_adamw(real *w, real *m, real *v, const real *grad, size_t n, double lr,
               double beta1, double beta2, double eps, double weight_decay, long step)
{
    double correct1 = 1 - pow(beta1, (double)step);
    double correct2 = sqrt(1 - pow(beta2, (double)step));
    real   keep = (real)(1 - lr * weight_decay), rate = (real)(lr / correct1);
    real   b1 = (real)beta1, b2 = (real)beta2, c1 = (real)(1 - beta1);
    real   c2 = (real)(1 - beta2), root = (real)(1 / correct2), small = (real)eps;
#pragma omp parallel for simd schedule(static) if (n > SHARED)
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + c1 * grad[i];
        v[i] = b2 * v[i] + c2 * grad[i] * grad[i];
        w[i] = keep * w[i] - rate * m[i] / (v_sqrt(v[i]) * root + small);
    }
}

void cpu_follow(real *y, const real *x, size_t n, double momentum)
{
    real keep = (real)momentum, take = (real)(1 - momentum);
    if (momentum == 0) {
        memcpy(y, x, n * sizeof *y);
        return;
    }
#pragma omp parallel for simd schedule(static) if (n > SHARED)
    for (size_t i = 0; i < n; i++) y[i] = keep * y[i] + take * x[i];
}
