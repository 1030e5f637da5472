/* Activations on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/cpu.h"

#include <tgmath.h> /* exp, erf, ... of whatever type `real` is */

/* Phi(x) = (1 + erf(x / sqrt 2)) / 2,  phi(x) = exp(-x x / 2) / sqrt(2 pi) */
static real normal_cdf(real x) { return R(0.5) * (1 + erf(x * R(0.70710678118654752440))); }
static real normal_pdf(real x) { return R(0.39894228040143267794) * exp(R(-0.5) * x * x); }

/* y = x Phi(x) */
void cpu_gelu_fwd(real *y, const real *x, size_t n)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) y[i] = x[i] * normal_cdf(x[i]);
}

/* dy/dx = Phi(x) + x phi(x) */
void cpu_gelu_bwd(Share dx, const real *dy, const real *x, size_t n)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++)
        dx.at[i] = dy[i] * (normal_cdf(x[i]) + x[i] * normal_pdf(x[i])) +
                   (dx.beta != 0 ? dx.at[i] : 0);
}

void cpu_gelu_turn(real *h, real *d, size_t n)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) {
        real Phi = normal_cdf(h[i]);
        d[i] *= Phi + h[i] * normal_pdf(h[i]);
        h[i] *= Phi;
    }
}

/* y_j = exp(x_j) / sum_k exp(x_k), shifted by the row maximum */
void cpu_softmax_fwd(real *y, const real *x, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        const real *xi = x + i * cols;
        real       *yi = y + i * cols, max = xi[0];
        double      sum = 0;
        for (size_t j = 1; j < cols; j++) max = fmax(max, xi[j]);
        for (size_t j = 0; j < cols; j++) sum += (double)(yi[j] = exp(xi[j] - max));
        real scale = (real)(1 / sum);
        for (size_t j = 0; j < cols; j++) yi[j] *= scale;
    }
}

/* dx_j = y_j (dy_j - sum_k dy_k y_k) */
void cpu_softmax_bwd(Share dx, const real *dy, const real *y, size_t rows, size_t cols)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        const real *di = dy + i * cols, *yi = y + i * cols;
        real       *to = dx.at + i * cols;
        double      sum = 0;
        for (size_t j = 0; j < cols; j++) sum += (double)di[j] * (double)yi[j];
        real dot = (real)sum;
        for (size_t j = 0; j < cols; j++)
            to[j] = yi[j] * (di[j] - dot) + (dx.beta != 0 ? to[j] : 0);
    }
}
