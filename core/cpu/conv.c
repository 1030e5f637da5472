/* Frames and filters of convolutions on the CPU: moving values only. */
#include "core/cpu/columns.h"
#include "core/cpu/cpu.h"

#include <string.h>

/* Where the frame of a place starts, in the map of its image. */
typedef struct {
    size_t map;
    int    row, col;
} Corner;

static Corner corner_of(const Slide *s, size_t place)
{
    size_t across = (size_t)s->across, each = (size_t)s->down * across;
    size_t n = place / each, i = place % each;
    return (Corner){ n * (size_t)s->rows * (size_t)s->cols * (size_t)s->C,
                     (int)(i / across) * s->stride - s->pad,
                     (int)(i % across) * s->stride - s->pad };
}

/* Which of `count` pixels lies there, -1 if none. */
static int pixel_at(int at, int spread, int count)
{
    return at < 0 || at % spread || at / spread >= count ? -1 : at / spread;
}

static void take_row(real *y, const real *row, int col, const Slide *s)
{
    size_t C = (size_t)s->C, k = (size_t)s->k;
    if (!row) {
        memset(y, 0, k * C * sizeof *y);
    } else if (s->spread == 1 && col >= 0 && col + s->k <= s->cols) {
        memcpy(y, row + (size_t)col * C, k * C * sizeof *y);
    } else {
        for (int v = 0; v < s->k; v++, y += C) {
            int j = pixel_at(col + v, s->spread, s->cols);
            if (j < 0)
                memset(y, 0, C * sizeof *y);
            else
                memcpy(y, row + (size_t)j * C, C * sizeof *y);
        }
    }
}

/* Shared as the rows of products are: a thread multiplies what it has laid out. */
void cpu_frames_take(real *y, const real *x, const Slide *s, size_t from, int n)
{
    size_t line = (size_t)s->cols * (size_t)s->C, part = (size_t)s->k * (size_t)s->C;
#pragma omp parallel
    {
        Span  own = span_of_thread(n);
        real *to = y + (size_t)own.lo * (size_t)s->k * part;
        for (int q = own.lo; q < own.lo + own.n; q++) {
            Corner c = corner_of(s, from + (size_t)q);
            for (int u = 0; u < s->k; u++, to += part) {
                int i = pixel_at(c.row + u, s->spread, s->rows);
                take_row(to, i < 0 ? NULL : x + c.map + (size_t)i * line, c.col, s);
            }
        }
    }
}

/* to = y + b + beta to, for k pixels */
static void put_row(real *to, real beta, const real *y, const real *b, int k, int C)
{
    if (!b && beta == 0) {
        memcpy(to, y, (size_t)k * (size_t)C * sizeof *to);
        return;
    }
    for (int v = 0; v < k; v++, to += C, y += C)
#pragma omp simd
        for (int c = 0; c < C; c++)
            to[c] = y[c] + (b ? b[c] : 0) + (beta != 0 ? to[c] : 0);
}

void cpu_frames_put(Share x, const real *y, const real *b, const Slide *s, size_t from,
                    int n)
{
    size_t line = (size_t)s->cols * (size_t)s->C, part = (size_t)s->k * (size_t)s->C;
#pragma omp parallel for schedule(static)
    for (int q = 0; q < n; q++) {
        Corner      c = corner_of(s, from + (size_t)q);
        real       *map = x.at + c.map + (size_t)c.row * line;
        real       *to = map + (size_t)c.col * (size_t)s->C;
        const real *row = y + (size_t)q * (size_t)s->k * part;
        for (int u = 0; u < s->k; u++, to += line, row += part)
            put_row(to, x.beta, row, b, s->k, s->C);
    }
}

enum { LINE = 16 }; /* filters are read side by side and written together */

static void turn_back(real *y, const real *w, int O, int C, int k)
{
    size_t taps = (size_t)(k * k), size = (size_t)C * taps;
#pragma omp parallel for schedule(static)
    for (int lo = 0; lo < O; lo += LINE) {
        int n = lo + LINE < O ? LINE : O - lo;
        for (size_t i = 0; i < size; i++) {
            size_t tap = i % taps, to = (i - tap + taps - 1 - tap) * (size_t)O;
            for (int o = lo; o < lo + n; o++) y[to + (size_t)o] = w[(size_t)o * size + i];
        }
    }
}

void cpu_filters_turn(real *y, const real *w, int O, int C, int k, int back)
{
    if (back) {
        turn_back(y, w, O, C, k);
        return;
    }
    size_t taps = (size_t)(k * k), size = (size_t)C * taps;
#pragma omp parallel for schedule(static)
    for (int o = 0; o < O; o++) {
        real       *to = y + (size_t)o * size;
        const real *from = w + (size_t)o * size;
        for (size_t tap = 0; tap < taps; tap++)
            for (size_t c = 0; c < (size_t)C; c++) *to++ = from[c * taps + tap];
    }
}

void cpu_filters_bwd(Share dw, const real *dy, int O, int C, int k)
{
    size_t taps = (size_t)(k * k), size = (size_t)C * taps;
#pragma omp parallel for schedule(static)
    for (int o = 0; o < O; o++) {
        real       *to = dw.at + (size_t)o * size;
        const real *from = dy + (size_t)o * size;
        for (size_t c = 0; c < (size_t)C; c++)
            for (size_t tap = 0; tap < taps; tap++, to++)
                *to = from[tap * (size_t)C + c] + (dw.beta != 0 ? *to : 0);
    }
}
