/* Activations on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/cpu.h"
#include "core/cpu/vmath.h"

/* y = x Phi(x) */
void cpu_gelu_fwd(real *y, const real *x, size_t n)
{
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++) y[i] = x[i] * v_normal_cdf(x[i]);
}

/* dy/dx = Phi(x) + x phi(x) */
void cpu_gelu_bwd(Share dx, const real *dy, const real *x, size_t n)
{
    if (!dx.at) return;
    if (dx.beta == 0) {
#pragma omp parallel for simd schedule(static)
        for (size_t i = 0; i < n; i++) dx.at[i] = dy[i] * v_gelu_slope(x[i]);
    } else {
#pragma omp parallel for simd schedule(static)
        for (size_t i = 0; i < n; i++) dx.at[i] += dy[i] * v_gelu_slope(x[i]);
    }
}

void cpu_gelu_turn(Share dh, real *g, const real *h, size_t n)
{
    if (dh.beta != 0) {
        cpu_gelu_bwd(dh, g, h, n);
        cpu_gelu_fwd(g, h, n);
        return;
    }
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++) {
        real x = h[i];
        dh.at[i] = g[i] * v_gelu_slope(x);
        g[i] = x * v_normal_cdf(x);
    }
}

/* y = max(x, 0), and NaN of NaN */
void cpu_relu_fwd(real *y, const real *x, size_t n)
{
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

void cpu_relu_bwd(Share dx, const real *dy, const real *x, size_t n)
{
    if (!dx.at) return;
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++)
        dx.at[i] = (x[i] <= 0 ? 0 : dy[i]) + (dx.beta != 0 ? dx.at[i] : 0);
}

/* y_j = exp(x_j) / sum_k exp(x_k), shifted by the row maximum */
void cpu_softmax_fwd(real *y, const real *x, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        const real *xi = x + i * cols;
        real       *yi = y + i * cols, max = xi[0];
        double      sum = 0;
#pragma omp simd reduction(max : max)
        for (size_t j = 1; j < cols; j++) max = xi[j] > max ? xi[j] : max;
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < cols; j++) sum += (double)(yi[j] = v_exp(xi[j] - max));
        real part = (real)(1 / sum);
        for (size_t j = 0; j < cols; j++) yi[j] *= part;
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
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < cols; j++) sum += (double)di[j] * (double)yi[j];
        real dot = (real)sum;
#pragma omp simd
        for (size_t j = 0; j < cols; j++)
            to[j] = yi[j] * (di[j] - dot) + (dx.beta != 0 ? to[j] : 0);
    }
}
