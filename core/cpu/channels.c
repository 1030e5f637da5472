/* Norms of channels on the CPU.  Each forward has its backward below it.
 *
 * They go down a line of columns at a time: a cache line of each row.  Every column has
 * sums of its own, so that neither lines nor threads show in the result. */
#include "core/cpu/cpu.h"

#include <math.h>

enum { LINE = 16 };

/* Columns [from, from + n) of rows of `cols`:
 *   z = (x - mean) scale,  y = z gain + bias */
typedef struct {
    size_t rows, cols, from, n;
    real   mean[LINE], scale[LINE], gain[LINE], bias[LINE];
} Line;

static Line line_of(size_t rows, size_t cols, size_t from, size_t end, const real *gain,
                    const real *bias)
{
    Line l = { .rows = rows, .cols = cols, .from = from };
    l.n = from + LINE < end ? LINE : end - from;
    for (size_t j = 0; j < l.n; j++) {
        l.gain[j] = gain ? gain[from + j] : 1;
        l.bias[j] = bias ? bias[from + j] : 0;
    }
    return l;
}

/* Means, and the sums of the squares around them. */
static void line_moments(double mean[LINE], double square[LINE], const real *x,
                         const Line *l)
{
    x += l->from;
    for (size_t j = 0; j < LINE; j++) mean[j] = square[j] = 0;
    for (size_t i = 0; i < l->rows; i++)
#pragma omp simd
        for (size_t j = 0; j < l->n; j++) mean[j] += (double)x[i * l->cols + j];
    for (size_t j = 0; j < LINE; j++) mean[j] /= (double)l->rows;
    for (size_t i = 0; i < l->rows; i++)
#pragma omp simd
        for (size_t j = 0; j < l->n; j++) {
            double off = (double)x[i * l->cols + j] - mean[j];
            square[j] += off * off;
        }
}

static void line_fwd(real *y, const real *x, const Line *l)
{
    for (size_t i = 0; i < l->rows; i++) {
        size_t at = i * l->cols + l->from;
#pragma omp simd
        for (size_t j = 0; j < l->n; j++)
            y[at + j] = (x[at + j] - l->mean[j]) * l->scale[j] * l->gain[j] + l->bias[j];
    }
}

/* The sums over rows of dy and of dy z. */
static void line_sums(double d[LINE], double dz[LINE], const real *dy, const real *x,
                      const Line *l)
{
    for (size_t j = 0; j < LINE; j++) d[j] = dz[j] = 0;
    for (size_t i = 0; i < l->rows; i++) {
        size_t at = i * l->cols + l->from;
#pragma omp simd
        for (size_t j = 0; j < l->n; j++) {
            real z = (x[at + j] - l->mean[j]) * l->scale[j];
            d[j] += (double)dy[at + j];
            dz[j] += (double)dy[at + j] * (double)z;
        }
    }
}

/* dx = (g - mean_g - z mean_gz) scale,  g = dy gain */
static void line_bwd(Share dx, const real *dy, const real *x, const Line *l,
                     const real mean_g[LINE], const real mean_gz[LINE])
{
    if (!dx.at) return;
    for (size_t i = 0; i < l->rows; i++) {
        size_t at = i * l->cols + l->from;
#pragma omp simd
        for (size_t j = 0; j < l->n; j++) {
            real z = (x[at + j] - l->mean[j]) * l->scale[j];
            dx.at[at + j] =
                (dy[at + j] * l->gain[j] - mean_g[j] - z * mean_gz[j]) * l->scale[j] +
                (dx.beta != 0 ? dx.at[at + j] : 0);
        }
    }
}

static void add_share(Share to, const double sum[LINE], const Line *l)
{
    for (size_t j = 0; to.at && j < l->n; j++)
        to.at[l->from + j] = (real)sum[j] + (to.beta != 0 ? to.at[l->from + j] : 0);
}

static void stats_of_columns(Line *l, const real *stats)
{
    for (size_t j = 0; j < l->n; j++) {
        l->mean[j] = stats[2 * (l->from + j)];
        l->scale[j] = stats[2 * (l->from + j) + 1];
    }
}

void cpu_batch_norm_fwd(real *y, real *stats, real *running_mean, real *running_var,
                        const real *x, const real *gain, const real *bias, size_t rows,
                        size_t cols, real eps, double momentum)
{
#pragma omp parallel for schedule(static)
    for (size_t from = 0; from < cols; from += LINE) {
        double mean[LINE], square[LINE], n = (double)rows;
        Line   l = line_of(rows, cols, from, cols, gain, bias);
        line_moments(mean, square, x, &l);
        for (size_t j = from; j < from + l.n; j++) {
            double m = mean[j - from], q = square[j - from];
            stats[2 * j] = (real)m;
            stats[2 * j + 1] = (real)(1 / sqrt(q / n + (double)eps));
            running_mean[j] += (real)(momentum * (m - (double)running_mean[j]));
            running_var[j] += (real)(momentum * (q / (n - 1) - (double)running_var[j]));
        }
        stats_of_columns(&l, stats);
        line_fwd(y, x, &l);
    }
}

/* dx = (g - mean(g) - z mean(g z)) / std, means over the batch;  dgain = sum dy z,
 * dbias = sum dy */
void cpu_batch_norm_bwd(Share dx, Share dgain, Share dbias, const real *dy, const real *x,
                        const real *stats, const real *gain, size_t rows, size_t cols)
{
#pragma omp parallel for schedule(static)
    for (size_t from = 0; from < cols; from += LINE) {
        double d[LINE], dz[LINE];
        real   mean_g[LINE], mean_gz[LINE];
        Line   l = line_of(rows, cols, from, cols, gain, NULL);
        stats_of_columns(&l, stats);
        line_sums(d, dz, dy, x, &l);
        for (size_t j = 0; j < l.n; j++) {
            mean_g[j] = (real)(d[j] / (double)rows) * l.gain[j];
            mean_gz[j] = (real)(dz[j] / (double)rows) * l.gain[j];
        }
        line_bwd(dx, dy, x, &l, mean_g, mean_gz);
        add_share(dgain, dz, &l);
        add_share(dbias, d, &l);
    }
}

void cpu_batch_norm_eval(real *y, real *stats, const real *running_mean,
                         const real *running_var, const real *x, const real *gain,
                         const real *bias, size_t rows, size_t cols, real eps)
{
    for (size_t j = 0; j < cols; j++) {
        stats[2 * j] = running_mean[j];
        stats[2 * j + 1] = (real)(1 / sqrt((double)running_var[j] + (double)eps));
    }
#pragma omp parallel for schedule(static)
    for (size_t from = 0; from < cols; from += LINE) {
        Line l = line_of(rows, cols, from, cols, gain, bias);
        stats_of_columns(&l, stats);
        line_fwd(y, x, &l);
    }
}

/* dx = g / std */
void cpu_batch_norm_eval_bwd(Share dx, Share dgain, Share dbias, const real *dy,
                             const real *x, const real *stats, const real *gain,
                             size_t rows, size_t cols)
{
    static const real none[LINE];
#pragma omp parallel for schedule(static)
    for (size_t from = 0; from < cols; from += LINE) {
        double d[LINE], dz[LINE];
        Line   l = line_of(rows, cols, from, cols, gain, NULL);
        stats_of_columns(&l, stats);
        line_sums(d, dz, dy, x, &l);
        line_bwd(dx, dy, x, &l, none, none);
        add_share(dgain, dz, &l);
        add_share(dbias, d, &l);
    }
}

/* Mean and 1 / std of `width` columns, from those of each:
 *   sum (x - m)^2 = sum_j (square_j + rows (mean_j - m)^2) */
static void group_stats(real stats[2], const real *x, size_t rows, size_t cols,
                        size_t from, size_t width, real eps)
{
    double total = 0, mean = 0, square = 0; /* of `total` columns so far */
    for (size_t at = from; at < from + width; at += LINE) {
        double means[LINE], squares[LINE];
        Line   l = line_of(rows, cols, at, from + width, NULL, NULL);
        line_moments(means, squares, x, &l);
        for (size_t j = 0; j < l.n; j++) {
            double off = means[j] - mean;
            square += squares[j] + off * off * (double)rows * total / (total + 1);
            mean += off / (total + 1);
            total += 1;
        }
    }
    stats[0] = (real)mean;
    stats[1] = (real)(1 / sqrt(square / (total * (double)rows) + (double)eps));
}

static void stats_of_group(Line *l, const real stats[2])
{
    for (size_t j = 0; j < l->n; j++) l->mean[j] = stats[0], l->scale[j] = stats[1];
}

void cpu_group_norm_fwd(real *y, real *stats, const real *x, const real *gain,
                        const real *bias, int N, size_t rows, int C, int groups, real eps)
{
    size_t cols = (size_t)C, width = cols / (size_t)groups;
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int g = 0; g < groups; g++) {
            size_t image = (size_t)n * rows * cols, from = (size_t)g * width;
            real  *own = stats + 2 * ((size_t)n * (size_t)groups + (size_t)g);
            group_stats(own, x + image, rows, cols, from, width, eps);
            for (size_t at = from; at < from + width; at += LINE) {
                Line l = line_of(rows, cols, at, from + width, gain, bias);
                stats_of_group(&l, own);
                line_fwd(y + image, x + image, &l);
            }
        }
}

/* dx as above, means over a group.  Of one group and one image, whose sums join those of
 * the images before. */
static void group_bwd(Share dx, Share dgain, Share dbias, const real *dy, const real *x,
                      const real stats[2], const real *gain, size_t rows, size_t cols,
                      size_t from, size_t width)
{
    double sum_g = 0, sum_gz = 0, count = (double)rows * (double)width;
    for (size_t at = from; at < from + width; at += LINE) {
        double d[LINE], dz[LINE];
        Line   l = line_of(rows, cols, at, from + width, gain, NULL);
        stats_of_group(&l, stats);
        line_sums(d, dz, dy, x, &l);
        for (size_t j = 0; j < l.n; j++) {
            sum_g += d[j] * (double)l.gain[j];
            sum_gz += dz[j] * (double)l.gain[j];
        }
        add_share(dgain, dz, &l);
        add_share(dbias, d, &l);
    }
    real mean_g[LINE], mean_gz[LINE];
    for (size_t j = 0; j < LINE; j++) {
        mean_g[j] = (real)(sum_g / count);
        mean_gz[j] = (real)(sum_gz / count);
    }
    for (size_t at = from; at < from + width; at += LINE) {
        Line l = line_of(rows, cols, at, from + width, gain, NULL);
        stats_of_group(&l, stats);
        line_bwd(dx, dy, x, &l, mean_g, mean_gz);
    }
}

void cpu_group_norm_bwd(Share dx, Share dgain, Share dbias, const real *dy, const real *x,
                        const real *stats, const real *gain, int N, size_t rows, int C,
                        int groups)
{
    size_t cols = (size_t)C, width = cols / (size_t)groups;
#pragma omp parallel for schedule(static)
    for (int g = 0; g < groups; g++)
        for (int n = 0; n < N; n++) {
            size_t image = (size_t)n * rows * cols;
            Share  own = { dx.at ? dx.at + image : NULL, dx.beta };
            Share  by_gain = { dgain.at, n ? 1 : dgain.beta };
            Share  by_bias = { dbias.at, n ? 1 : dbias.beta };
            group_bwd(own, by_gain, by_bias, dy + image, x + image,
                      stats + 2 * ((size_t)n * (size_t)groups + (size_t)g), gain, rows,
                      cols, (size_t)g * width, width);
        }
}
