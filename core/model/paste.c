#include "core/model/paste.h"

#include "core/base/status.h"

#include <math.h>

/* The two cells that a pixel's middle lies between along an axis; beyond the first and
 * the last there is nothing, of weight 0. */
typedef struct {
    int    low;    /* the other is the next */
    double weight; /* of the other          */
} Between;

static Between between(int pixel, double from, double to, int size)
{
    double at = (pixel + 0.5 - from) / (to - from) * size - 0.5;
    double low = fmin(fmax(floor(at), -2), size); /* -2: nothing on either side */
    return (Between){ (int)low, at - floor(at) };
}

static double cell(const real *probability, int size, int y, int x)
{
    return y < 0 || x < 0 || y >= size || x >= size ? 0
                                                    : (double)probability[y * size + x];
}

static double value(const real *p, int size, Between y, Between x)
{
    double top = cell(p, size, y.low, x.low) * (1 - x.weight) +
                 cell(p, size, y.low, x.low + 1) * x.weight;
    double bottom = cell(p, size, y.low + 1, x.low) * (1 - x.weight) +
                    cell(p, size, y.low + 1, x.low + 1) * x.weight;
    return top * (1 - y.weight) + bottom * y.weight;
}

/* The pixels first to before end whose middle may be within a cell of the box. */
static void span(int *first, int *end, double from, double to, double cell_side, int n)
{
    *first = (int)fmin(fmax(floor(from - cell_side) - 1, 0), n);
    *end = (int)fmin(fmax(ceil(to + cell_side) + 1, 0), n);
}

void mask_paste(Rle *m, Arena *a, const real *probability, int size, Box box, int height,
                int width, double inside)
{
    CHECK(box_is_finite(box) && rle_fits(height, width) && inside > 0,
          "a mask for an image of %d x %d, from %g on", height, width, inside);
    double x0 = (double)box.x0, y0 = (double)box.y0;
    double x1 = (double)box.x1, y1 = (double)box.y1;
    int    left = 0, right = 0, top = 0, bottom = 0;
    if (!box_is_empty(box)) {
        span(&left, &right, x0, x1, (x1 - x0) / size, width);
        span(&top, &bottom, y0, y1, (y1 - y0) / size, height);
    }
    bool      touch = top == 0 && bottom == height, now = false; /* column to column */
    size_t    most = 2 + (size_t)(right - left) * ((size_t)(bottom - top) + 1), runs = 0;
    uint32_t *count = ARENA_NEW(a, uint32_t, most), before = 0, h = (uint32_t)height;
    ArenaMark mark = arena_mark(a);
    Between  *row = ARENA_NEW(a, Between, bottom - top);
    for (int y = top; y < bottom; y++) row[y - top] = between(y, y0, y1, size);
    for (int x = left; x < right; x++) {
        Between column = between(x, x0, x1, size);
        for (int y = top; y <= bottom; y++) {
            bool is = y == bottom
                          ? now && touch && x + 1 < right
                          : value(probability, size, row[y - top], column) >= inside;
            if (is == now) continue;
            uint32_t at = (uint32_t)x * h + (uint32_t)y;
            count[runs++] = at - before;
            before = at, now = is;
        }
    }
    arena_rewind(a, mark);
    if (!runs || before < h * (uint32_t)width)
        count[runs++] = h * (uint32_t)width - before;
    *m = (Rle){ height, width, runs, count };
}
