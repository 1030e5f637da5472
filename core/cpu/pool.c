/* Maps of another size, on the CPU.  Each forward has its backward right below it. */
#include "core/cpu/cpu.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Frames and cells may overlap, so that gradients are shared among threads by images
 * and lines of channels: a cache line of each pixel. */
enum { LINE = 16 };

static int line_of(int c, int C) { return c + LINE < C ? LINE : C - c; }

/* Pixel (i, j) of image n. */
static size_t at(int n, int i, int j, int rows, int cols, int C)
{
    size_t row = (size_t)n * (size_t)rows + (size_t)i;
    return (row * (size_t)cols + (size_t)j) * (size_t)C;
}

/* Pixel (u, v) of the frame at place (i, j) of image n. */
static size_t under(const Slide *s, int n, int i, int j, int u, int v)
{
    return at(n, i * s->stride + u, j * s->stride + v, s->rows, s->cols, s->C);
}

static void start_gradient(Share dx, size_t n)
{
    if (dx.beta == 0) memset(dx.at, 0, n * sizeof *dx.at);
}

/* NaN is larger than all. */
static bool larger(real x, real than) { return x > than || (x != x && than == than); }

void cpu_max_pool_fwd(real *y, const real *x, const Slide *s)
{
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < s->N; n++)
        for (int i = 0; i < s->down; i++)
            for (int j = 0; j < s->across; j++) {
                real *to = y + at(n, i, j, s->down, s->across, s->C);
                memcpy(to, x + under(s, n, i, j, 0, 0), (size_t)s->C * sizeof *to);
                for (int q = 1; q < s->k * s->k; q++) {
                    const real *from = x + under(s, n, i, j, q / s->k, q % s->k);
                    for (int c = 0; c < s->C; c++)
                        to[c] = larger(from[c], to[c]) ? from[c] : to[c];
                }
            }
}

/* Of one frame and some channels: dy goes to the first of the largest. */
static void max_frame_bwd(real *dx, const real *dy, const real *x, const Slide *s, int n,
                          int i, int j, int c, int count)
{
    size_t from[LINE];
    for (int l = 0; l < count; l++) from[l] = under(s, n, i, j, 0, 0) + (size_t)(c + l);
    for (int q = 1; q < s->k * s->k; q++) {
        size_t p = under(s, n, i, j, q / s->k, q % s->k) + (size_t)c;
        for (int l = 0; l < count; l++)
            if (larger(x[p + (size_t)l], x[from[l]])) from[l] = p + (size_t)l;
    }
    for (int l = 0; l < count; l++) dx[from[l]] += dy[l];
}

void cpu_max_pool_bwd(Share dx, const real *dy, const real *x, const Slide *s)
{
    if (!dx.at) return;
    start_gradient(dx, at(s->N, 0, 0, s->rows, s->cols, s->C));
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < s->N; n++)
        for (int c = 0; c < s->C; c += LINE)
            for (int i = 0; i < s->down; i++)
                for (int j = 0; j < s->across; j++)
                    max_frame_bwd(dx.at, dy + at(n, i, j, s->down, s->across, s->C) + c,
                                  x, s, n, i, j, c, line_of(c, s->C));
}

/* Cell i of n along `count` pixels. */
typedef struct {
    int lo, end;
} Cell;

static Cell cell_of(int i, int n, int count)
{
    return (Cell){ (int)((long)i * count / n), (int)(((i + 1L) * count + n - 1) / n) };
}

static size_t size(Cell down, Cell across)
{
    return (size_t)(down.end - down.lo) * (size_t)(across.end - across.lo);
}

void cpu_mean_pool_fwd(real *y, const real *x, int N, int rows, int cols, int C, int n)
{
#pragma omp parallel for collapse(2) schedule(static)
    for (int m = 0; m < N; m++)
        for (int c = 0; c < C; c += LINE)
            for (int q = 0; q < n * n; q++) {
                Cell   down = cell_of(q / n, n, rows), across = cell_of(q % n, n, cols);
                double sum[LINE] = { 0 }, count = (double)size(down, across);
                for (int i = down.lo; i < down.end; i++)
                    for (int j = across.lo; j < across.end; j++) {
                        const real *from = x + at(m, i, j, rows, cols, C) + c;
                        for (int l = 0; l < line_of(c, C); l++) sum[l] += (double)from[l];
                    }
                real *to = y + at(m, q / n, q % n, n, n, C) + c;
                for (int l = 0; l < line_of(c, C); l++) to[l] = (real)(sum[l] / count);
            }
}

void cpu_mean_pool_bwd(Share dx, const real *dy, int N, int rows, int cols, int C, int n)
{
    if (!dx.at) return;
    start_gradient(dx, at(N, 0, 0, rows, cols, C));
#pragma omp parallel for collapse(2) schedule(static)
    for (int m = 0; m < N; m++)
        for (int c = 0; c < C; c += LINE)
            for (int q = 0; q < n * n; q++) {
                Cell down = cell_of(q / n, n, rows), across = cell_of(q % n, n, cols);
                real part = (real)1 / (real)size(down, across);
                const real *from = dy + at(m, q / n, q % n, n, n, C) + c;
                for (int i = down.lo; i < down.end; i++)
                    for (int j = across.lo; j < across.end; j++) {
                        real *to = dx.at + at(m, i, j, rows, cols, C) + c;
                        for (int l = 0; l < line_of(c, C); l++) to[l] += part * from[l];
                    }
            }
}

/* Pixel i of `to` between two of `from`: (1 - share) x_lo + share x_next */
typedef struct {
    int  lo, next;
    real share;
} Between;

static Between between(int i, int to, int from)
{
    double at = fmax((i + 0.5) * from / to - 0.5, 0);
    int    lo = (int)at < from ? (int)at : from - 1;
    return (Between){ lo, lo + 1 < from ? lo + 1 : lo, (real)(at - lo) };
}

void cpu_resize_fwd(real *y, const real *x, int N, int rows, int cols, int C,
                    int to_rows, int to_cols)
{
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int i = 0; i < to_rows; i++) {
            Between     r = between(i, to_rows, rows);
            const real *top = x + at(n, r.lo, 0, rows, cols, C);
            const real *below = x + at(n, r.next, 0, rows, cols, C);
            real       *to = y + at(n, i, 0, to_rows, to_cols, C);
            for (int j = 0; j < to_cols; j++, to += C) {
                Between w = between(j, to_cols, cols);
                size_t  a = (size_t)w.lo * (size_t)C, b = (size_t)w.next * (size_t)C;
#pragma omp simd
                for (int c = 0; c < C; c++)
                    to[c] = (1 - r.share) * ((1 - w.share) * top[a + (size_t)c] +
                                             w.share * top[b + (size_t)c]) +
                            r.share * ((1 - w.share) * below[a + (size_t)c] +
                                       w.share * below[b + (size_t)c]);
            }
        }
}

/* A row of dx from one of dy, of which `part` is its own. */
static void resize_row_bwd(real *dx, const real *dy, real part, int cols, int C,
                           int to_cols)
{
    for (int j = 0; j < to_cols; j++, dy += C) {
        Between w = between(j, to_cols, cols);
        real   *a = dx + (size_t)w.lo * (size_t)C, *b = dx + (size_t)w.next * (size_t)C;
        for (int c = 0; c < C; c++) a[c] += part * (1 - w.share) * dy[c];
        for (int c = 0; c < C; c++) b[c] += part * w.share * dy[c];
    }
}

/* Every row of dx looks for the rows of dy that it is in: threads share no row. */
void cpu_resize_bwd(Share dx, const real *dy, int N, int rows, int cols, int C,
                    int to_rows, int to_cols)
{
    if (!dx.at) return;
    start_gradient(dx, at(N, 0, 0, rows, cols, C));
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int i = 0; i < rows; i++)
            for (int k = 0; k < to_rows; k++) {
                Between r = between(k, to_rows, rows);
                real part = (r.lo == i ? 1 - r.share : 0) + (r.next == i ? r.share : 0);
                if (part != 0)
                    resize_row_bwd(dx.at + at(n, i, 0, rows, cols, C),
                                   dy + at(n, k, 0, to_rows, to_cols, C), part, cols, C,
                                   to_cols);
            }
}
