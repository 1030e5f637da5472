/* Norms on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/columns.h"
#include "core/cpu/cpu.h"
#include "core/cpu/vmath.h"

#include <math.h>

static const real EPS = R(1e-6);

/* y = (x - mean) scale gain + bias, one row */
static void norm_row(real *y, const real *x, real mean, real scale, const real *gain,
                     const real *bias, size_t cols)
{
#pragma omp simd
    for (size_t j = 0; j < cols; j++) y[j] = (x[j] - mean) * scale * gain[j] + bias[j];
}

/* Mean, then the squares around it: no cancellation.  A row has at most a few
 * thousand values, summed in as many parts as a vector has lanes. */
static void row_stats(real stats[2], const real *x, size_t cols)
{
    vec    sums = { 0 }, squares = { 0 };
    size_t whole = cols / LANES * LANES;
    for (size_t j = 0; j < whole; j += LANES) sums += vec_load(x + j);
    real sum = vec_sum(sums);
    for (size_t j = whole; j < cols; j++) sum += x[j];

    real mean = sum / (real)cols;
    for (size_t j = 0; j < whole; j += LANES) {
        vec off = vec_load(x + j) - mean;
        squares += off * off;
    }
    real square = vec_sum(squares);
    for (size_t j = whole; j < cols; j++) square += (x[j] - mean) * (x[j] - mean);
    stats[0] = mean;
    stats[1] = 1 / v_sqrt(square / (real)cols + EPS);
}

/* y = (x - mean) / std * gain + bias */
void cpu_norm_fwd(real *y, real *stats, const real *x, const real *gain,
                  const real *bias, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        real own[2];
        row_stats(own, x + i * cols, cols);
        if (stats) stats[2 * i] = own[0], stats[2 * i + 1] = own[1];
        norm_row(y + i * cols, x + i * cols, own[0], own[1], gain, bias, cols);
    }
}

void cpu_norm_again(real *y, const real *stats, const real *x, const real *gain,
                    const real *bias, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++)
        norm_row(y + i * cols, x + i * cols, stats[2 * i], stats[2 * i + 1], gain, bias,
                 cols);
}

/* dx = (g - mean(g) - z mean(g z)) / std, one row; z and g as below */
static void norm_row_bwd(real *dx, real beta, const real *dy, const real *x, real mean,
                         real scale, const real *gain, size_t cols)
{
    vec    sums_g = { 0 }, sums_gz = { 0 };
    size_t whole = cols / LANES * LANES;
    for (size_t j = 0; j < whole; j += LANES) {
        vec g = vec_load(dy + j) * vec_load(gain + j);
        sums_g += g;
        sums_gz += g * ((vec_load(x + j) - mean) * scale);
    }
    real sum_g = vec_sum(sums_g), sum_gz = vec_sum(sums_gz);
    for (size_t j = whole; j < cols; j++) {
        sum_g += dy[j] * gain[j];
        sum_gz += dy[j] * gain[j] * ((x[j] - mean) * scale);
    }
    real mean_g = sum_g / (real)cols, mean_gz = sum_gz / (real)cols;
    if (beta == 0) {
#pragma omp simd
        for (size_t j = 0; j < cols; j++)
            dx[j] = (dy[j] * gain[j] - mean_g - (x[j] - mean) * scale * mean_gz) * scale;
    } else {
#pragma omp simd
        for (size_t j = 0; j < cols; j++)
            dx[j] += (dy[j] * gain[j] - mean_g - (x[j] - mean) * scale * mean_gz) * scale;
    }
}

/* With z = (x - mean) / std and g = dy gain:
 *   dx = (g - mean(g) - z mean(g z)) / std,  dgain = sum_i dy z,  dbias = sum_i dy */
void cpu_norm_bwd(Share dx, Share dgain, Share dbias, const real *dy, const real *x,
                  const real *stats, const real *gain, size_t rows, size_t cols)
{
    Columns by_gain, by_bias;
    columns_open2(&by_gain, &by_bias, cols);
#pragma omp parallel
    {
        Span  s = span_of_thread((int)rows);
        real *part_gain = columns_part(&by_gain), *part_bias = columns_part(&by_bias);
        for (size_t i = (size_t)s.lo; i < (size_t)(s.lo + s.n); i++) {
            const real *xi = x + i * cols, *di = dy + i * cols;
            real        mean = stats[2 * i], scale = stats[2 * i + 1];
#pragma omp simd
            for (size_t j = 0; j < cols; j++) {
                part_gain[j] += di[j] * ((xi[j] - mean) * scale);
                part_bias[j] += di[j];
            }
            if (dx.at)
                norm_row_bwd(dx.at + i * cols, dx.beta, di, xi, mean, scale, gain, cols);
            if (i % COLUMNS_ROWS == 0) columns_flush(&by_gain), columns_flush(&by_bias);
        }
        columns_flush(&by_gain);
        columns_flush(&by_bias);
    }
    if (dgain.at) columns_close(&by_gain, dgain);
    if (dbias.at) columns_close(&by_bias, dbias);
}

/* Batch norm goes down so many columns at a time: a cache line of each row.  Every
 * column has a sum of its own, so that the grouping does not show in the result. */
enum { GROUP = 16 };

static size_t group_end(size_t from, size_t cols)
{
    return from + GROUP < cols ? from + GROUP : cols;
}

/* Means of columns [from, to), and the sums of the squares around them. */
static void column_moments(double *mean, double *square, const real *x, size_t rows,
                           size_t cols, size_t from, size_t to)
{
    for (size_t j = 0; j < GROUP; j++) mean[j] = square[j] = 0;
    for (size_t i = 0; i < rows; i++)
#pragma omp simd
        for (size_t j = from; j < to; j++) mean[j - from] += (double)x[i * cols + j];
    for (size_t j = 0; j < GROUP; j++) mean[j] /= (double)rows;
    for (size_t i = 0; i < rows; i++)
#pragma omp simd
        for (size_t j = from; j < to; j++) {
            double off = (double)x[i * cols + j] - mean[j - from];
            square[j - from] += off * off;
        }
}

void cpu_batch_norm_fwd(real *y, real *stats, real *running_mean, real *running_var,
                        const real *x, size_t rows, size_t cols, double momentum)
{
#pragma omp parallel for schedule(static)
    for (size_t from = 0; from < cols; from += GROUP) {
        double mean[GROUP], square[GROUP], n = (double)rows;
        size_t to = group_end(from, cols);
        column_moments(mean, square, x, rows, cols, from, to);
        for (size_t j = from; j < to; j++) {
            double m = mean[j - from], q = square[j - from];
            stats[2 * j] = (real)m;
            stats[2 * j + 1] = (real)(1 / sqrt(q / n + (double)EPS));
            running_mean[j] += (real)(momentum * (m - (double)running_mean[j]));
            running_var[j] += (real)(momentum * (q / (n - 1) - (double)running_var[j]));
        }
        for (size_t i = 0; i < rows; i++)
#pragma omp simd
            for (size_t j = from; j < to; j++)
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
            real z = (x[i * cols + j] - mean) * scale;
            sum_dy += (double)dy[i * cols + j] * (double)z;
        }
        real mean_d = (real)(sum_d / (double)rows);
        real mean_dy = (real)(sum_dy / (double)rows);
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
        stats[2 * j + 1] = (real)(1 / sqrt((double)running_var[j] + (double)EPS));
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
