/* Norms on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/columns.h"
#include "core/cpu/cpu.h"
#include "core/cpu/vmath.h"

#include <math.h>

/* y = (x - mean) scale gain + bias, one row */
static void norm_row(real *y, const real *x, real mean, real scale, const real *gain,
                     const real *bias, size_t cols)
{
#pragma omp simd
    for (size_t j = 0; j < cols; j++) y[j] = (x[j] - mean) * scale * gain[j] + bias[j];
}

/* Mean, then the squares around it: no cancellation.  A row has at most a few
 * thousand values, summed in as many parts as a vector has lanes. */
static void row_stats(real stats[2], const real *x, size_t cols, real eps)
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
    stats[1] = 1 / v_sqrt(square / (real)cols + eps);
}

/* y = (x - mean) / std * gain + bias */
void cpu_norm_fwd(real *y, real *stats, const real *x, const real *gain,
                  const real *bias, size_t rows, size_t cols, double eps)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        real own[2];
        row_stats(own, x + i * cols, cols, (real)eps);
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
