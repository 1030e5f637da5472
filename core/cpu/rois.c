/* Regions of maps on the CPU.
 *
 * A sample's weights, and whether it counts, are products of one number for its row and
 * one for its column.  So are those of a mean of samples: a region is Y map X^T, with a
 * matrix for each axis whose rows, one for each cell of the result, are mostly zeros. */
#include "core/cpu/cpu.h"
#include "core/cpu/scratch.h"

#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>

/* One axis of a region: weight [size, n], not 0 from first[i] to before end[i]. */
typedef struct {
    real *weight;
    int   n, *first, *end;
} Axis;

static void add_weight(Axis *a, int i, int at, real w)
{
    a->weight[(size_t)i * (size_t)a->n + (size_t)at] += w;
    if (at < a->first[i]) a->first[i] = at;
    if (at >= a->end[i]) a->end[i] = at + 1;
}

/* From `from` to `to`, in cells of the map, where 0 is the middle of the first. */
static void axis_make(Axis *a, real from, real to, int size)
{
    real step = (to - from) / (real)size;
    int  samples = (int)ceil((double)step);
    memset(a->weight, 0, (size_t)size * (size_t)a->n * sizeof *a->weight);
    for (int i = 0; i < size; i++) {
        a->first[i] = a->n, a->end[i] = 0;
        for (int s = 0; s < samples; s++) {
            real x = from + (real)i * step + ((real)s + R(0.5)) * step / (real)samples;
            if (!(x >= -1 && x <= (real)a->n)) continue;
            int  low = x <= 0 ? 0 : (int)x;
            bool edge = low >= a->n - 1;
            real high = edge || x <= 0 ? 0 : x - (real)low;
            if (edge) low = a->n - 1;
            add_weight(a, i, low, (1 - high) / (real)samples);
            if (high > 0) add_weight(a, i, low + 1, high / (real)samples);
        }
    }
}

/* Both axes of a region, in scratch. */
typedef struct {
    Axis y, x;
} Region;

static void region_open(Region *g, int rows, int cols, int size)
{
    size_t each = (size_t)size, weights = each * (size_t)(rows + cols);
    real  *at = scratch_take(weights + 4 * each); /* an int is no larger than a real */
    int   *ends = (int *)(void *)(at + weights);
    g->y = (Axis){ at, rows, ends, ends + each };
    g->x = (Axis){ at + each * (size_t)rows, cols, ends + 2 * each, ends + 3 * each };
}

static void region_make(Region *g, const real box[4], real scale, int size)
{
    axis_make(&g->y, box[1] * scale - R(0.5), box[3] * scale - R(0.5), size);
    axis_make(&g->x, box[0] * scale - R(0.5), box[2] * scale - R(0.5), size);
}

/* y = sum over a few cells of a weight times what is there */
static void bin_fwd(real *restrict y, const real *map, const Region *g, int i, int j,
                    int C)
{
    const real *wy = g->y.weight + (size_t)i * (size_t)g->y.n;
    const real *wx = g->x.weight + (size_t)j * (size_t)g->x.n;
    memset(y, 0, (size_t)C * sizeof *y);
    for (int r = g->y.first[i]; r < g->y.end[i]; r++)
        for (int q = g->x.first[j]; q < g->x.end[j]; q++) {
            const real *x = map + ((size_t)r * (size_t)g->x.n + (size_t)q) * (size_t)C;
            real        w = wy[r] * wx[q];
            for (int c = 0; c < C; c++) y[c] += w * x[c];
        }
}

/* The channels lo to before hi of the same, the other way. */
static void bin_bwd(real *restrict dmap, const real *dy, const Region *g, int i, int j,
                    int C, int lo, int hi)
{
    const real *wy = g->y.weight + (size_t)i * (size_t)g->y.n;
    const real *wx = g->x.weight + (size_t)j * (size_t)g->x.n;
    for (int r = g->y.first[i]; r < g->y.end[i]; r++)
        for (int q = g->x.first[j]; q < g->x.end[j]; q++) {
            real *dx = dmap + ((size_t)r * (size_t)g->x.n + (size_t)q) * (size_t)C;
            real  w = wy[r] * wx[q];
            for (int c = lo; c < hi; c++) dx[c] += w * dy[c];
        }
}

void cpu_roi_align_fwd(real *y, const real *map, const int *image, const real *box,
                       const int *level, int l, int count, int rows, int cols, int C,
                       int size, double scale)
{
    size_t each = (size_t)rows * (size_t)cols * (size_t)C;
#pragma omp parallel
    {
        Region g;
        region_open(&g, rows, cols, size);
#pragma omp for schedule(static)
        for (int k = 0; k < count; k++) {
            if ((level ? level[k] : 0) != l) continue;
            region_make(&g, box + 4 * k, (real)scale, size);
            for (int b = 0; b < size * size; b++)
                bin_fwd(y + ((size_t)k * (size_t)(size * size) + (size_t)b) * (size_t)C,
                        map + (size_t)image[k] * each, &g, b / size, b % size, C);
        }
    }
}

/* A thread has some channels of an image, and adds to them region after region: the sums
 * are the same whatever the number of threads. */
void cpu_roi_align_bwd(Share dmap, const real *dy, const int *image, const real *box,
                       const int *level, int l, int count, int N, int rows, int cols,
                       int C, int size, double scale)
{
    if (!dmap.at) return;
    enum { FEW = 16 }; /* channels: a cache line */
    size_t each = (size_t)rows * (size_t)cols * (size_t)C;
    int    parts = (omp_get_max_threads() + N - 1) / N;
    if (parts > (C + FEW - 1) / FEW) parts = (C + FEW - 1) / FEW;
    if (dmap.beta == 0) memset(dmap.at, 0, (size_t)N * each * sizeof *dmap.at);
#pragma omp parallel
    {
        Region g;
        region_open(&g, rows, cols, size);
#pragma omp for collapse(2) schedule(static)
        for (int n = 0; n < N; n++)
            for (int part = 0; part < parts; part++)
                for (int k = 0; k < count; k++) {
                    if (image[k] != n || (level ? level[k] : 0) != l) continue;
                    const real *d = dy + (size_t)k * (size_t)(size * size) * (size_t)C;
                    region_make(&g, box + 4 * k, (real)scale, size);
                    for (int b = 0; b < size * size; b++, d += C)
                        bin_bwd(dmap.at + (size_t)n * each, d, &g, b / size, b % size, C,
                                (int)((long)C * part / parts),
                                (int)((long)C * (part + 1) / parts));
                }
    }
}
