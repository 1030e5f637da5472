#include "core/cpu/columns.h"

#include "core/cpu/scratch.h"

#include <omp.h>
#include <string.h>

static Columns open_at(real *at, size_t cols)
{
    int    threads = omp_get_max_threads();
    size_t count = (size_t)threads * cols;
    memset(at, 0, count * (sizeof(double) + sizeof(real)));
    return (Columns){ (double *)(void *)at, at + count * sizeof(double) / sizeof(real),
                      cols, threads };
}

static size_t values_needed(size_t cols)
{
    size_t count = (size_t)omp_get_max_threads() * cols;
    return (count * (sizeof(double) / sizeof(real) + 1) + 7) / 8 * 8;
}

Columns columns_open(size_t cols)
{
    return open_at(scratch_take(values_needed(cols)), cols);
}

void columns_open2(Columns *a, Columns *b, size_t cols)
{
    real *at = scratch_take(2 * values_needed(cols));
    *a = open_at(at, cols);
    *b = open_at(at + values_needed(cols), cols);
}

real *columns_part(const Columns *c)
{
    return c->part + (size_t)omp_get_thread_num() * c->cols;
}

void columns_flush(const Columns *c)
{
    real   *part = columns_part(c);
    double *total = c->total + (size_t)omp_get_thread_num() * c->cols;
    for (size_t j = 0; j < c->cols; j++) {
        total[j] += (double)part[j];
        part[j] = 0;
    }
}

void columns_add(const Columns *c, const real *x, size_t rows)
{
    size_t cols = c->cols;
    real  *part = columns_part(c);
    for (size_t i = 0; i < rows;) {
        size_t end = i + COLUMNS_ROWS < rows ? i + COLUMNS_ROWS : rows;
        for (; i + 4 <= end; i += 4, x += 4 * cols)
#pragma omp simd
            for (size_t j = 0; j < cols; j++)
                part[j] += (x[j] + x[cols + j]) + (x[2 * cols + j] + x[3 * cols + j]);
        for (; i < end; i++, x += cols)
#pragma omp simd
            for (size_t j = 0; j < cols; j++) part[j] += x[j];
        columns_flush(c);
    }
}

void columns_close(const Columns *c, Share to)
{
    for (size_t j = 0; j < c->cols; j++) {
        double sum = 0;
        for (int t = 0; t < c->threads; t++) sum += c->total[(size_t)t * c->cols + j];
        to.at[j] = (real)sum + (to.beta != 0 ? to.at[j] : 0);
    }
}

Span span_of_thread(int n)
{
    long t = omp_get_thread_num(), all = omp_get_num_threads();
    int  lo = (int)(n * t / all);
    return (Span){ lo, (int)(n * (t + 1) / all) - lo };
}
