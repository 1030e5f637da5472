/* What a sampler learns from, on the CPU.  Each forward has its backward right below. */
#include "core/cpu/cpu.h"

#include <math.h>

/* y_i = x_i + row; its way back is a copy and columns_bwd */
void cpu_add_row_fwd(real *y, const real *x, const real *row, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) y[i * cols + j] = x[i * cols + j] + row[j];
}

/* log sum_l exp(x_l) */
static double log_sum_exp(const real *x, int L)
{
    double max = (double)x[0], sum = 0;
    for (int l = 1; l < L; l++) max = fmax(max, (double)x[l]);
    for (int l = 0; l < L; l++) sum += exp((double)x[l] - max);
    return max + log(sum);
}

/* loss = sum over hidden of losses_i (log sum_l exp odds_l - odds_i) / (N (L - K)) */
void cpu_sampling_loss_fwd(real *loss, real *sums, const real *odds, const real *losses,
                           const int *ids, int N, int L, int K)
{
    double sum = 0;
    for (int n = 0; n < N; n++, odds += L, losses += L, ids += L) {
        double lse = log_sum_exp(odds, L), cost = 0;
        for (int k = K; k < L; k++) {
            double each = (double)losses[ids[k]];
            cost += each;
            sum += each * (lse - (double)odds[ids[k]]);
        }
        sums[n] = (real)cost;
    }
    *loss = (real)(sum / ((double)N * (L - K)));
}

/* dodds_l = dloss (softmax(odds)_l sums - losses_l if hidden) / (N (L - K)) */
void cpu_sampling_loss_bwd(Share dodds, const real *dloss, const real *sums,
                           const real *odds, const real *losses, const int *ids, int N,
                           int L, int K)
{
    if (!dodds.at) return;
    double scale = (double)*dloss / ((double)N * (L - K));
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        size_t      at = (size_t)n * (size_t)L;
        const real *x = odds + at;
        real       *to = dodds.at + at;
        double      lse = log_sum_exp(x, L), all = scale * (double)sums[n];
        for (int l = 0; l < L; l++)
            to[l] = (real)(all * exp((double)x[l] - lse)) + (dodds.beta != 0 ? to[l] : 0);
        for (int k = K; k < L; k++) {
            size_t i = (size_t)ids[at + (size_t)k];
            to[i] -= (real)(scale * (double)losses[at + i]);
        }
    }
}
