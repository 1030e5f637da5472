/* Polygons to runs.
 *
 * The reference draws each side as dense points on a grid five times as fine and keeps the
 * points where the column changes in the middle of a pixel.  Along a side both
 * coordinates only ever go one way, so that those points are found directly: one for each
 * column that a side crosses, without drawing the others. */
#include "core/data/rle.h"

#include <math.h>
#include <stdlib.h>

static const double FINE = 5;

typedef struct { int x, y; } Point; /* on the fine grid */

static int to_fine(double x) { return (int)(FINE * x + 0.5); }

/* The point at distance t along the side's longer axis, from its lower end there. */
typedef struct {
    Point  from;
    int    length; /* along the longer axis */
    double slope;  /* of the other one      */
    bool   along_x;
} Side;

static int across(int from, double slope, int t) { return (int)(from + slope * t + 0.5); }

static Side side_between(Point p, Point q)
{
    int  dx = abs(p.x - q.x), dy = abs(p.y - q.y);
    Side s = { .along_x = dx >= dy, .length = dx >= dy ? dx : dy };
    bool swap = s.along_x ? p.x > q.x : p.y > q.y;
    if (swap) {
        Point low = q;
        q = p, p = low;
    }
    s.from = p;
    if (s.length) s.slope = (double)(s.along_x ? q.y - p.y : q.x - p.x) / s.length;
    return s;
}

/* Lowest y of the two points of the side at columns x and x + 1, which it crosses. */
static int lowest_y(const Side *s, int x)
{
    if (s->along_x) {
        int t = x - s->from.x;
        int y0 = across(s->from.y, s->slope, t), y1 = across(s->from.y, s->slope, t + 1);
        return y0 < y1 ? y0 : y1;
    }
    /* the last step that is still at its column: x is monotone in t */
    bool rising = s->slope > 0;
    int  low = 0, high = s->length;
    while (low + 1 < high) {
        int  t = low + (high - low) / 2;
        bool before = (across(s->from.x, s->slope, t) <= x) == rising;
        if (before) low = t;
        else high = t;
    }
    return s->from.y + low;
}

/* Where column `x` changes, as a pixel's number from the top left. */
static uint32_t change_at(int y, int column, int height)
{
    double at = ceil(fmin(fmax((y + 0.5) / FINE - 0.5, 0), height));
    return (uint32_t)column * (uint32_t)height + (uint32_t)at;
}

/* The pixel columns, first..last, whose middle the side crosses: from fine column
 * 5 c + 2 to the next. */
static void columns_of(int *first, int *last, Point p, Point q, int width)
{
    int low = p.x < q.x ? p.x : q.x, high = p.x < q.x ? q.x : p.x;
    *first = low <= 2 ? 0 : (low + 2) / 5;
    *last = high <= 2 ? -1 : (high - 3) / 5;
    if (*last >= width) *last = width - 1;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Distances between sorted changes; two at one place cancel. */
static size_t changes_to_counts(uint32_t *count, const uint32_t *change, size_t n)
{
    size_t   runs = 0;
    uint32_t before = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t run = change[i] - before;
        before = change[i];
        if (run || !i) count[runs++] = run;
        else if (i + 1 < n) { /* nothing lies between: the run before it goes on */
            count[runs - 1] += change[i + 1] - before;
            before = change[++i];
        }
    }
    return runs;
}

static Point corner(const double *xy, size_t i, size_t points)
{
    const double *at = xy + 2 * (i % points);
    return (Point){ to_fine(at[0]), to_fine(at[1]) };
}

bool rle_from_polygon(Rle *m, Arena *a, const double *xy, size_t points, int height,
                      int width)
{
    size_t crossings = 0, n = 0;
    int    first, last;
    for (size_t i = 0; i < points; i++) {
        columns_of(&first, &last, corner(xy, i, points), corner(xy, i + 1, points), width);
        if (last >= first) crossings += (size_t)(last - first + 1);
        if (crossings >= RLE_RUNS) return false;
    }

    uint32_t *count = ARENA_NEW(a, uint32_t, crossings + 1);
    ArenaMark mark = arena_mark(a);
    uint32_t *change = ARENA_NEW(a, uint32_t, crossings + 1);
    for (size_t i = 0; i < points; i++) {
        Point p = corner(xy, i, points), q = corner(xy, i + 1, points);
        Side  s = side_between(p, q);
        columns_of(&first, &last, p, q, width);
        for (int c = first; c <= last; c++)
            change[n++] = change_at(lowest_y(&s, 5 * c + 2), c, height);
    }
    change[n++] = (uint32_t)height * (uint32_t)width;
    qsort(change, n, sizeof *change, by_number);
    *m = (Rle){ height, width, changes_to_counts(count, change, n), count };
    arena_rewind(a, mark);
    return true;
}
