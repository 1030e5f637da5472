/* Norms on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/cpu.h"

#include <math.h>

static const double EPS = 1e-6;

void cpu_norm_again(real *y, const real *stats, const real *x, const real *gain,
                    const real *bias, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        real mean = stats[2 * i], scale = stats[2 * i + 1];
        for (size_t j = 0; j < cols; j++)
            y[i * cols + j] = (x[i * cols + j] - mean) * scale * gain[j] + bias[j];
    }
}

/* y = (x - mean) / std * gain + bias */
void cpu_norm_fwd(real *y, real *stats, const real *x, const real *gain,
                  const real *bias, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        const real *xi = x + i * cols;
        double      sum = 0, square = 0;
        for (size_t j = 0; j < cols; j++) sum += (double)xi[j];
        double mean = sum / (double)cols;
        for (size_t j = 0; j < cols; j++)
            square += ((double)xi[j] - mean) * ((double)xi[j] - mean);
        real own[2] = { (real)mean, (real)(1 / sqrt(square / (double)cols + EPS)) };
        if (stats) stats[2 * i] = own[0], stats[2 * i + 1] = own[1];
        for (size_t j = 0; j < cols; j++)
            y[i * cols + j] = (xi[j] - own[0]) * own[1] * gain[j] + bias[j];
    }
}

/* With z = (x - mean) / std and g = dy gain:
 *   dx = (g - mean(g) - z mean(g z)) / std,  dgain = sum_i dy z,  dbias = sum_i dy */
void cpu_norm_bwd(Share dx, Share dgain, Share dbias, const real *dy, const real *x,
                  const real *stats, const real *gain, size_t rows, size_t cols)
{
    if (dx.at) {
#pragma omp parallel for schedule(static)
        for (size_t i = 0; i < rows; i++) {
            real        mean = stats[2 * i], scale = stats[2 * i + 1];
            const real *xi = x + i * cols, *di = dy + i * cols;
            double      sum_g = 0, sum_gz = 0;
            for (size_t j = 0; j < cols; j++) {
                double g = (double)di[j] * (double)gain[j];
                sum_g += g;
                sum_gz += g * (double)((xi[j] - mean) * scale);
            }
            real mean_g = (real)(sum_g / (double)cols);
            real mean_gz = (real)(sum_gz / (double)cols);
            for (size_t j = 0; j < cols; j++) {
                real z = (xi[j] - mean) * scale;
                real d = (di[j] * gain[j] - mean_g - z * mean_gz) * scale;
                real *to = &dx.at[i * cols + j];
                *to = d + (dx.beta != 0 ? *to : 0);
            }
        }
    }
    cpu_columns_bwd(dbias, dy, rows, cols);
    if (!dgain.at) return;
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < cols; j++) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++)
            sum += (double)dy[i * cols + j] *
                   (double)((x[i * cols + j] - stats[2 * i]) * stats[2 * i + 1]);
        dgain.at[j] = (real)sum + (dgain.beta != 0 ? dgain.at[j] : 0);
    }
}

void cpu_batch_norm_fwd(real *y, real *stats, real *running_mean, real *running_var,
                        const real *x, size_t rows, size_t cols, double momentum)
{
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < cols; j++) {
        double n = (double)rows, sum = 0, square = 0;
        for (size_t i = 0; i < rows; i++) sum += (double)x[i * cols + j];
        double mean = sum / n;
        for (size_t i = 0; i < rows; i++) {
            double off = (double)x[i * cols + j] - mean;
            square += off * off;
        }
        stats[2 * j] = (real)mean;
        stats[2 * j + 1] = (real)(1 / sqrt(square / n + EPS));
        running_mean[j] += (real)(momentum * (mean - (double)running_mean[j]));
        running_var[j] += (real)(momentum * (square / (n - 1) - (double)running_var[j]));
        for (size_t i = 0; i < rows; i++)
            y[i * cols + j] = (x[i * cols + j] - stats[2 * j]) * stats[2 * j + 1];
    }
}

/* dx = (dy - mean(dy) - y mean(dy y)) / std, means over the batch */
void cpu_batch_norm_bwd(Share dx, const real *dy, const real *x, const real *stats,
                        size_t rows, size_t cols)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < cols; j++) {
        real   mean = stats[2 * j], scale = stats[2 * j + 1];
        double sum_d = 0, sum_dy = 0;
        for (size_t i = 0; i < rows; i++) {
            sum_d += (double)dy[i * cols + j];
            sum_dy += (double)dy[i * cols + j] * (double)((x[i * cols + j] - mean) * scale);
        }
        real mean_d = (real)(sum_d / (double)rows), mean_dy = (real)(sum_dy / (double)rows);
        for (size_t i = 0; i < rows; i++) {
            real  z = (x[i * cols + j] - mean) * scale;
            real *to = &dx.at[i * cols + j];
            *to = (dy[i * cols + j] - mean_d - z * mean_dy) * scale +
                  (dx.beta != 0 ? *to : 0);
        }
    }
}

void cpu_batch_norm_eval(real *y, real *stats, const real *running_mean,
                         const real *running_var, const real *x, size_t rows, size_t cols)
{
    for (size_t j = 0; j < cols; j++) {
        stats[2 * j] = running_mean[j];
        stats[2 * j + 1] = (real)(1 / sqrt((double)running_var[j] + EPS));
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            y[i * cols + j] = (x[i * cols + j] - stats[2 * j]) * stats[2 * j + 1];
}

void cpu_batch_norm_eval_bwd(Share dx, const real *dy, const real *stats, size_t rows,
                             size_t cols)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            real *to = &dx.at[i * cols + j];
            *to = dy[i * cols + j] * stats[2 * j + 1] + (dx.beta != 0 ? *to : 0);
        }
}
