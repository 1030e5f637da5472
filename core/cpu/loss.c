/* Losses on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/cpu.h"

#include <math.h>
#include <string.h>

/* Patch l of image n; predictions have a class token before the patches. */
static size_t patch(int n, int l, int L, int P)
{
    return ((size_t)n * (size_t)L + (size_t)l) * (size_t)P;
}

static double square_error(const real *a, const real *b, int P)
{
    double sum = 0; /* millions of terms in all: float would lose the last digits */
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < P; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sum;
}

/* loss = sum over the last M rows |pred - target|^2 / (P N M) */
void cpu_hidden_mse_fwd(real *loss, const real *pred, const real *target, int N, int T,
                        int M, int P)
{
    double sum = 0;
    for (int n = 0; n < N; n++)
        for (int m = 0; m < M; m++)
            sum += square_error(pred + patch(n, T - M + m, T, P), target + patch(n, m, M, P),
                                P);
    *loss = (real)(sum / ((double)P * N * M));
}

/* dpred = dloss 2 (pred - target) / (P N M) in the last M rows, else 0 */
void cpu_hidden_mse_bwd(Share dpred, const real *dloss, const real *pred,
                        const real *target, int N, int T, int M, int P)
{
    if (!dpred.at) return;
    real scale = (real)(2 * (double)*dloss / ((double)P * N * M));
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        size_t      first = patch(n, T - M, T, P);
        const real *b = target + patch(n, 0, M, P);
        real       *to = dpred.at + first;
        if (dpred.beta == 0)
            memset(to - patch(0, T - M, T, P), 0, patch(0, T - M, T, P) * sizeof *to);
        for (int i = 0; i < M * P; i++)
            to[i] = scale * (pred[first + (size_t)i] - b[i]) + (dpred.beta != 0 ? to[i] : 0);
    }
}

void cpu_patch_mse(real *y, const real *pred, const real *target, const int *ids, int N,
                   int L, int T, int M, int P)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        for (int l = 0; l < L; l++) y[patch(n, l, L, 1)] = 0;
        for (int m = 0; m < M; m++)
            y[patch(n, ids ? ids[n * L + m] : m, L, 1)] =
                (real)(square_error(pred + patch(n, T - M + m, T, P),
                                    target + patch(n, m, M, P), P) / P);
    }
}

/* log sum_c exp(x_c) */
static double log_sum_exp(const real *x, size_t cols)
{
    double max = -INFINITY, sum = 0;
    for (size_t c = 0; c < cols; c++) max = fmax(max, (double)x[c]);
    for (size_t c = 0; c < cols; c++) sum += exp((double)x[c] - max);
    return max + log(sum);
}

/* loss = mean over rows of sum_c target_c (log sum exp x - x_c) */
void cpu_cross_entropy_fwd(real *loss, const real *x, const real *target, size_t rows,
                           size_t cols)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++, x += cols, target += cols) {
        double lse = log_sum_exp(x, cols);
        for (size_t c = 0; c < cols; c++)
            sum += (double)target[c] * (lse - (double)x[c]);
    }
    *loss = (real)(sum / (double)rows);
}

/* dx_c = dloss (softmax(x)_c sum_k target_k - target_c) / rows */
void cpu_cross_entropy_bwd(Share dx, const real *dloss, const real *x,
                           const real *target, size_t rows, size_t cols)
{
    if (!dx.at) return;
    double scale = (double)*dloss / (double)rows;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        const real *xi = x + i * cols, *ti = target + i * cols;
        double      lse = log_sum_exp(xi, cols), total = 0;
        for (size_t c = 0; c < cols; c++) total += (double)ti[c];
        for (size_t c = 0; c < cols; c++) {
            real *to = &dx.at[i * cols + c];
            real  d = (real)(scale * (exp((double)xi[c] - lse) * total - (double)ti[c]));
            *to = d + (dx.beta != 0 ? *to : 0);
        }
    }
}
