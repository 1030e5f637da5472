/* Losses of labels on the CPU.  Each forward has its backward right below it.
 *
 * Targets are few and summed by one thread; where a tensor has none its gradient is 0. */
#include "core/cpu/cpu.h"
#include "core/cpu/scratch.h"
#include "core/cpu/vmath.h"

#include <string.h>

static void start_share(Share dx, size_t n)
{
    if (dx.beta == 0) memset(dx.at, 0, n * sizeof *dx.at);
}

/* loss = sum_i max(x, 0) - x value + log(1 + exp(-|x|)), / count */
void cpu_sigmoid_cross_entropy_fwd(real *loss, const real *x, const int *at,
                                   const real *value, int n, double count)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double xi = (double)x[at[i]];
        sum += (xi > 0 ? xi : 0) - xi * (double)value[i] + log1p(exp(-fabs(xi)));
    }
    *loss = (real)(sum / count);
}

/* dx = dloss (1 / (1 + exp(-x)) - value) / count */
void cpu_sigmoid_cross_entropy_bwd(Share dx, const real *dloss, const real *x, size_t all,
                                   const int *at, const real *value, int n, double count)
{
    if (!dx.at) return;
    double scale = (double)*dloss / count;
    start_share(dx, all);
    for (int i = 0; i < n; i++)
        dx.at[at[i]] +=
            (real)(scale * (1 / (1 + exp(-(double)x[at[i]])) - (double)value[i]));
}

/* loss = sum_i e^2 / (2 beta) where e < beta, else e - beta / 2, / count;
 * e = |x - value| */
void cpu_smooth_l1_fwd(real *loss, const real *x, const int *at, const real *value, int n,
                       double beta, double count)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double e = fabs((double)x[at[i]] - (double)value[i]);
        sum += e < beta ? e * e / (2 * beta) : e - beta / 2;
    }
    *loss = (real)(sum / count);
}

/* dx = dloss e / beta where |e| < beta, else dloss sign(e), / count;  e = x - value */
void cpu_smooth_l1_bwd(Share dx, const real *dloss, const real *x, size_t all,
                       const int *at, const real *value, int n, double beta, double count)
{
    if (!dx.at) return;
    double scale = (double)*dloss / count;
    start_share(dx, all);
    for (int i = 0; i < n; i++) {
        double e = (double)x[at[i]] - (double)value[i];
        double slope = fabs(e) < beta ? e / beta : e == 0 ? 0 : copysign(1, e);
        dx.at[at[i]] += (real)(scale * slope);
    }
}

/* log sum_c exp(x_c); the sum in double, hundreds of classes may be small */
static double row_lse(const real *x, size_t C)
{
    real   most = x[0];
    double sum = 0;
    for (size_t c = 1; c < C; c++) most = x[c] > most ? x[c] : most;
#pragma omp simd reduction(+ : sum)
    for (size_t c = 0; c < C; c++) sum += (double)v_exp_low(x[c] - most);
    return (double)most + log(sum);
}

/* So many rows are summed by whoever comes, and these sums in their order. */
enum { PART_ROWS = 1024 };

/* loss = sum over labelled rows of log sum exp x - x_label, / count */
void cpu_label_cross_entropy_fwd(real *loss, const real *x, const int *label, int ignore,
                                 size_t rows, size_t C, double count)
{
    size_t  parts = (rows + PART_ROWS - 1) / PART_ROWS;
    double *sum = (double *)(void *)scratch_take(parts * sizeof *sum / sizeof *x);
    double  all = 0;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < parts; p++) {
        size_t end = p + 1 < parts ? (p + 1) * PART_ROWS : rows;
        sum[p] = 0;
        for (size_t i = p * PART_ROWS; i < end; i++)
            if (label[i] != ignore)
                sum[p] += row_lse(x + i * C, C) - (double)x[i * C + (size_t)label[i]];
    }
    for (size_t p = 0; p < parts; p++) all += sum[p];
    *loss = (real)(all / count);
}

/* dx_c = dloss (softmax(x)_c - [c is the label]) / count, 0 in rows that are ignored */
void cpu_label_cross_entropy_bwd(Share dx, const real *dloss, const real *x,
                                 const int *label, int ignore, size_t rows, size_t C,
                                 double count)
{
    if (!dx.at) return;
    real scale = (real)((double)*dloss / count);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        const real *xi = x + i * C;
        real       *to = dx.at + i * C;
        if (label[i] == ignore) {
            if (dx.beta == 0) memset(to, 0, C * sizeof *to);
            continue;
        }
        real lse = (real)row_lse(xi, C);
        for (size_t c = 0; c < C; c++)
            to[c] = scale * v_exp_low(xi[c] - lse) + (dx.beta != 0 ? to[c] : 0);
        to[label[i]] -= scale;
    }
}
