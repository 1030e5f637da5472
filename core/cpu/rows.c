/* Moving rows on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/columns.h"
#include "core/cpu/cpu.h"

#include <math.h>
#include <string.h>

/* to = x + beta to; with x NULL, nothing but the beta. */
static void put(real *to, const real *x, real beta, int D)
{
    if (beta != 0 && x)
        for (int c = 0; c < D; c++) to[c] += x[c];
    else if (x)
        memcpy(to, x, (size_t)D * sizeof *to);
    else if (beta == 0)
        memset(to, 0, (size_t)D * sizeof *to);
}

static void sum_of(real *y, const real *a, const real *b, int D)
{
    for (int c = 0; c < D; c++) y[c] = a[c] + b[c];
}

/* Row t of image n. */
static size_t at(int n, int t, int T, int D)
{
    return ((size_t)n * (size_t)T + (size_t)t) * (size_t)D;
}

void cpu_take_patches(real *y, const real *images, const int *ids, int N, int C,
                      int rows, int cols, int p, int K)
{
    int    across = cols / p, L = rows / p * across;
    size_t plane = (size_t)rows * (size_t)cols;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        real *to = y + at(n, 0, K, C * p * p);
        for (int k = 0; k < K; k++) {
            int         id = ids[n * L + k];
            const real *from = images + (size_t)n * (size_t)C * plane +
                               (size_t)(id / across * p * cols + id % across * p);
            for (int c = 0; c < C; c++)
                for (int i = 0; i < p; i++, to += p)
                    memcpy(to, from + (size_t)c * plane + (size_t)(i * cols),
                           (size_t)p * sizeof *to);
        }
    }
}

/* Values of one patch minus their mean, over their standard deviation. */
static void normalize(real *y, int n)
{
    double sum = 0, square = 0;
    for (int i = 0; i < n; i++) sum += (double)y[i];
    double mean = sum / n;
    for (int i = 0; i < n; i++) square += ((double)y[i] - mean) * ((double)y[i] - mean);
    double scale = 1 / sqrt(square / (n - 1) + 1e-6);
    for (int i = 0; i < n; i++) y[i] = (real)(((double)y[i] - mean) * scale);
}

void cpu_target_patches(real *y, const real *images, const int *ids, int N, int C, int rows,
                        int cols, int p, int M, int normalized)
{
    int    across = cols / p, L = rows / p * across, P = p * p * C;
    size_t plane = (size_t)rows * (size_t)cols;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int m = 0; m < M; m++) {
            int         l = ids ? ids[n * L + m] : m;
            real       *to = y + at(n, m, M, P);
            const real *from = images + (size_t)n * (size_t)C * plane +
                               (size_t)(l / across * p * cols + l % across * p);
            for (int i = 0; i < p; i++)
                for (int j = 0; j < p; j++)
                    for (int c = 0; c < C; c++)
                        *to++ = from[(size_t)c * plane + (size_t)(i * cols + j)];
            if (normalized) normalize(to - P, P);
        }
}

void cpu_tokens_fwd(real *y, const real *x, const real *cls, const real *pos,
                    const int *ids, int N, int L, int K, int D)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        sum_of(y + at(n, 0, K + 1, D), cls, pos, D);
        for (int k = 0; k < K; k++)
            sum_of(y + at(n, k + 1, K + 1, D), x + at(n, k, K, D),
                   pos + at(0, 1 + ids[n * L + k], 0, D), D);
    }
}

/* Where row m of an image with this ids belongs: the class token at 0, patch l at 1 + l. */
static int place(const int *ids, int m) { return m ? 1 + ids[m - 1] : 0; }

/* Rows lo.. of T of each image are added at their places.  These lie anywhere, so each
 * thread sums its own columns over all images; of these a batch has at most a few
 * thousand. */
static void add_to_places(real *x, const real *y, const int *ids, int N, int L, int lo,
                          int T, int D)
{
#pragma omp parallel
    {
        Span s = span_of_thread(D);
        for (int n = 0; n < N; n++)
            for (int m = lo; m < T; m++)
                put(x + at(0, place(ids + n * L, m), 0, D) + (size_t)s.lo,
                    y + at(n, m, T, D) + (size_t)s.lo, 1, s.n);
    }
}

static void positions_bwd(Share dpos, const real *dy, const int *ids, int N, int L, int K,
                          int D)
{
    if (!dpos.at) return;
    put(dpos.at, NULL, dpos.beta, (L + 1) * D);
    add_to_places(dpos.at, dy, ids, N, L, 0, K + 1, D);
}

void cpu_tokens_bwd(Share dx, Share dcls, Share dpos, const real *dy, const int *ids,
                    int N, int L, int K, int D)
{
    if (dx.at) {
#pragma omp parallel for schedule(static)
        for (int n = 0; n < N; n++)
            put(dx.at + at(n, 0, K, D), dy + at(n, 1, K + 1, D), dx.beta, K * D);
    }
    if (dcls.at) put(dcls.at, NULL, dcls.beta, D);
    for (int n = 0; n < N && dcls.at; n++) put(dcls.at, dy + at(n, 0, K + 1, D), 1, D);
    positions_bwd(dpos, dy, ids, N, L, K, D);
}

void cpu_restore_fwd(real *y, const real *x, const real *mask, const real *pos,
                     const int *ids, int N, int L, int K, int D)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int m = 0; m <= K; m++)
            sum_of(y + at(n, m, K + 1, D), x + at(n, m, K + 1, D),
                   pos + at(0, place(ids + n * L, m), 0, D), D);
    for (int l = 0; l < L; l++)
        sum_of(y + at(N, l, K + 1, D), mask, pos + at(0, l + 1, 0, D), D);
}

void cpu_restore_bwd(Share dx, Share dmask, Share dpos, const real *dy, const int *ids,
                     int N, int L, int K, int D)
{
    const real *hidden = dy + at(N, 0, K + 1, D);
    cpu_add_bwd(dx, dy, at(N, 0, K + 1, D));
    cpu_columns_bwd(dmask, hidden, (size_t)L, (size_t)D);
    positions_bwd(dpos, dy, ids, N, L, K, D);
    if (dpos.at) put(dpos.at + at(0, 1, 0, D), hidden, 1, L * D);
}

void cpu_spread_fwd(real *y, const real *x, const int *ids, int N, int L, int K, int T,
                    int D)
{
    const real *hidden = x + at(N, 0, K + 1, D);
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        put(y + at(n, 0, T, D), x + at(n, 0, K + 1, D), 0, (K + 1) * D);
        for (int m = K + 1; m < T; m++)
            put(y + at(n, m, T, D), hidden + at(0, ids[n * L + m - 1], 0, D), 0, D);
    }
}

void cpu_spread_bwd(Share dx, const real *dy, const int *ids, int N, int L, int K, int T,
                    int D)
{
    if (!dx.at) return;
    real *hidden = dx.at + at(N, 0, K + 1, D);
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        put(dx.at + at(n, 0, K + 1, D), dy + at(n, 0, T, D), dx.beta, (K + 1) * D);
    put(hidden, NULL, dx.beta, L * D);
    add_to_places(hidden - D, dy, ids, N, L, K + 1, T, D); /* no row is the class token's */
}

void cpu_places_fwd(real *x, const real *y, const int *ids, int N, int L, int M, int D)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        put(x + at(n, 0, L + 1, D), y + at(n, 0, M + 1, D), 0, D);
        for (int l = 0; l < L; l++)
            put(x + at(n, 1 + ids[n * L + l], L + 1, D),
                l < M ? y + at(n, l + 1, M + 1, D) : NULL, 0, D);
    }
}

void cpu_places_bwd(Share dy, const real *dx, const int *ids, int N, int L, int M, int D)
{
    if (!dy.at) return;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int m = 0; m <= M; m++)
            put(dy.at + at(n, m, M + 1, D),
                dx + at(n, place(ids + n * L, m), L + 1, D), dy.beta, D);
}

void cpu_last_rows_fwd(real *y, const real *x, int N, int T, int M, int D)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        memcpy(y + at(n, 0, M, D), x + at(n, T - M, T, D), at(1, 0, M, D) * sizeof *y);
}

void cpu_last_rows_bwd(Share dx, const real *dy, int N, int T, int M, int D)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        put(dx.at + at(n, 0, T, D), NULL, dx.beta, (T - M) * D);
        put(dx.at + at(n, T - M, T, D), dy + at(n, 0, M, D), dx.beta, M * D);
    }
}

void cpu_take_class_fwd(real *y, const real *x, int N, int T, int D)
{
    for (int n = 0; n < N; n++)
        memcpy(y + at(n, 0, 1, D), x + at(n, 0, T, D), (size_t)D * sizeof *y);
}

void cpu_take_class_bwd(Share dx, const real *dy, int N, int T, int D)
{
    if (!dx.at) return;
    for (int n = 0; n < N; n++) {
        put(dx.at + at(n, 0, T, D), dy + at(n, 0, 1, D), dx.beta, D);
        put(dx.at + at(n, 1, T, D), NULL, dx.beta, (T - 1) * D);
    }
}

/* Summed in `real`: an image has at most a few thousand tokens. */
void cpu_mean_patches_fwd(real *y, const real *x, int N, int T, int D)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        real *yn = y + at(n, 0, 1, D), part = 1 / (real)(T - 1);
        put(yn, x + at(n, 1, T, D), 0, D);
        for (int t = 2; t < T; t++) put(yn, x + at(n, t, T, D), 1, D);
        for (int c = 0; c < D; c++) yn[c] *= part;
    }
}

void cpu_mean_patches_bwd(Share dx, const real *dy, int N, int T, int D)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        put(dx.at + at(n, 0, T, D), NULL, dx.beta, D);
        for (int t = 1; t < T; t++)
            for (int c = 0; c < D; c++) {
                real *to = &dx.at[at(n, t, T, D) + (size_t)c];
                real  d = dy[at(n, 0, 1, D) + (size_t)c] / (real)(T - 1);
                *to = d + (dx.beta != 0 ? *to : 0);
            }
    }
}
