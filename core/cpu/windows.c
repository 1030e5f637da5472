/* Windows on the CPU: rows of tokens move, and where a window reaches over the map they
 * come from nowhere or go there. */
#include "core/cpu/cpu.h"

#include <string.h>

/* to = x + beta to; x NULL is zeros */
static void put_row(real *to, real beta, const real *x, int D)
{
    size_t bytes = (size_t)D * sizeof *to;
    if (beta == 0 && x) memcpy(to, x, bytes);
    else if (beta == 0) memset(to, 0, bytes);
    else if (x)
        for (int c = 0; c < D; c++) to[c] += x[c];
}

/* Where window row `r` of all, S of each window, lies in its map. */
typedef struct {
    size_t token; /* of the map, of its first cell           */
    int    inside; /* how many of its S cells lie in the map */
} WindowRow;

static WindowRow window_row(size_t r, int rows, int cols, int S)
{
    size_t across = (size_t)((cols + S - 1) / S), down = (size_t)((rows + S - 1) / S);
    size_t window = r / (size_t)S, image = window / (across * down);
    size_t in_image = window % (across * down);
    int    y = (int)(in_image / across) * S + (int)(r % (size_t)S);
    int    x = (int)(in_image % across) * S;
    int    inside = y >= rows ? 0 : cols - x < S ? cols - x : S;
    return (WindowRow){ (image * (size_t)rows + (size_t)y) * (size_t)cols + (size_t)x,
                        inside };
}

static size_t window_rows(int N, int rows, int cols, int S)
{
    return (size_t)N * (size_t)((cols + S - 1) / S) * (size_t)((rows + S - 1) / S) *
           (size_t)S;
}

void cpu_to_windows(Share windows, const real *map, int N, int rows, int cols, int D,
                    int S)
{
    if (!windows.at) return;
    size_t all = window_rows(N, rows, cols, S);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < all; r++) {
        WindowRow w = window_row(r, rows, cols, S);
        for (int i = 0; i < S; i++)
            put_row(windows.at + (r * (size_t)S + (size_t)i) * (size_t)D, windows.beta,
                    i < w.inside ? map + (w.token + (size_t)i) * (size_t)D : NULL, D);
    }
}

/* Each cell of a map is in one window. */
void cpu_from_windows(Share map, const real *windows, int N, int rows, int cols, int D,
                      int S)
{
    if (!map.at) return;
    size_t all = window_rows(N, rows, cols, S);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < all; r++) {
        WindowRow w = window_row(r, rows, cols, S);
        for (int i = 0; i < w.inside; i++)
            put_row(map.at + (w.token + (size_t)i) * (size_t)D, map.beta,
                    windows + (r * (size_t)S + (size_t)i) * (size_t)D, D);
    }
}
