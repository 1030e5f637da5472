/* Cutting polygons to a window, by one line after another.
 *
 * What of a ring is strictly inside of a line are pieces, from where it enters to where it
 * leaves.  Along the line every second gap between these crossings is inside: each
 * crossing is joined with its partner across such a gap, and rings close.  So a ring falls
 * into as many as there are, whatever its form; the well-known cut of Sutherland and
 * Hodgman would leave them joined along the line, and their boxes too large. */
#include "core/data/cut.h"

#include <stdlib.h>
#include <string.h>

/* Points with sign * (point[axis] - bound) > 0 are inside. */
typedef struct {
    int    axis, sign;
    double bound;
} Line;

/* A ring while it is cut; piece p enters at crossing 2 p and leaves at 2 p + 1. */
typedef struct {
    const double *xy;
    size_t        n;
    size_t       *first, *length; /* [pieces] corners strictly inside, going round */
    double       *along;          /* [2 pieces] where crossings are on the line    */
    size_t       *partner;        /* [2 pieces]                                    */
    bool         *done;           /* [pieces]                                      */
    size_t        pieces;
} Ring;

/* What is left: like an Outline, growing. */
typedef struct {
    size_t  parts, *points, corners;
    double *xy;
} Left;

static bool is_inside(const Line *l, const double *p)
{
    return l->sign * (p[l->axis] - l->bound) > 0;
}

/* The same number from whichever side the edge is seen. */
static double crossing(const Line *l, const double *p, const double *q)
{
    int other = !l->axis;
    if (p[l->axis] > q[l->axis]) {
        const double *low = q;
        q = p, p = low;
    }
    return p[other] + (q[other] - p[other]) * (l->bound - p[l->axis]) /
                          (q[l->axis] - p[l->axis]);
}

static void find_pieces(Ring *r, const Line *l, size_t enters)
{
    bool was = false;
    for (size_t k = 0; k < r->n; k++) {
        size_t        i = (enters + k) % r->n;
        const double *p = r->xy + 2 * i, *before = r->xy + 2 * ((i + r->n - 1) % r->n);
        bool          now = is_inside(l, p);
        if (now && !was) {
            r->along[2 * r->pieces] = crossing(l, before, p);
            r->first[r->pieces] = i, r->length[r->pieces] = 0;
        }
        if (now) r->length[r->pieces]++;
        if (was && !now) r->along[2 * r->pieces++ + 1] = crossing(l, before, p);
        was = now;
    }
}

typedef struct {
    double along;
    size_t crossing;
} Mark;

static int by_place(const void *a, const void *b)
{
    const Mark *p = a, *q = b;
    if (p->along != q->along) return (p->along > q->along) - (p->along < q->along);
    return (p->crossing > q->crossing) - (p->crossing < q->crossing);
}

static void find_partners(Ring *r, Arena *a)
{
    Mark *mark = ARENA_NEW(a, Mark, 2 * r->pieces);
    for (size_t i = 0; i < 2 * r->pieces; i++) mark[i] = (Mark){ r->along[i], i };
    qsort(mark, 2 * r->pieces, sizeof *mark, by_place);
    for (size_t i = 0; i < 2 * r->pieces; i += 2) {
        r->partner[mark[i].crossing] = mark[i + 1].crossing;
        r->partner[mark[i + 1].crossing] = mark[i].crossing;
    }
}

static void put_crossing(Left *to, const Line *l, double along)
{
    double *p = to->xy + 2 * to->corners++;
    p[l->axis] = l->bound, p[!l->axis] = along;
}

/* Piece by piece until it closes; one that is entered where it leaves is gone backwards. */
static void put_ring(Left *to, Ring *r, const Line *l, size_t start)
{
    size_t at = start, before = to->corners;
    do {
        size_t piece = at / 2, n = r->length[piece];
        bool   backwards = at & 1;
        put_crossing(to, l, r->along[at]);
        for (size_t k = 0; k < n; k++) {
            size_t i = r->first[piece] + (backwards ? n - 1 - k : k);
            memcpy(to->xy + 2 * to->corners++, r->xy + 2 * (i % r->n), 2 * sizeof *r->xy);
        }
        put_crossing(to, l, r->along[at ^ 1]);
        r->done[piece] = true;
        at = r->partner[at ^ 1];
    } while (at != start);
    to->points[to->parts++] = to->corners - before;
}

static void put_whole(Left *to, const double *xy, size_t n)
{
    memcpy(to->xy + 2 * to->corners, xy, 2 * n * sizeof *xy);
    to->corners += n;
    to->points[to->parts++] = n;
}

static void cut_ring(Left *to, Arena *a, const double *xy, size_t n, const Line *l)
{
    size_t inside = 0, entries = 0, enters = 0;
    for (size_t i = 0; i < n; i++) {
        bool now = is_inside(l, xy + 2 * i), was = is_inside(l, xy + 2 * ((i + n - 1) % n));
        inside += now;
        if (now && !was) entries++, enters = i;
    }
    if (!inside) return;
    if (!entries) {
        put_whole(to, xy, n);
        return;
    }
    Ring r = { .xy = xy, .n = n,
               .first = ARENA_NEW(a, size_t, entries), .length = ARENA_NEW(a, size_t, entries),
               .along = ARENA_NEW(a, double, 2 * entries),
               .partner = ARENA_NEW(a, size_t, 2 * entries),
               .done = ARENA_NEW(a, bool, entries) };
    memset(r.done, 0, entries * sizeof *r.done);
    find_pieces(&r, l, enters);
    find_partners(&r, a);
    for (size_t p = 0; p < r.pieces; p++)
        if (!r.done[p]) put_ring(to, &r, l, 2 * p);
}

/* Each crossing adds at most one corner, each two of them a part. */
static void cut(Outline *o, Arena *a, const Line *l)
{
    size_t n = 0;
    for (size_t k = 0; k < o->parts; k++) n += o->points[k];
    Left to = { .points = ARENA_NEW(a, size_t, o->parts + n / 2),
                .xy = ARENA_NEW(a, double, 4 * n) };
    const double *xy = o->xy;
    for (size_t k = 0; k < o->parts; xy += 2 * o->points[k++])
        cut_ring(&to, a, xy, o->points[k], l);
    *o = (Outline){ .parts = to.parts, .points = to.points, .xy = to.xy, .runs = o->runs };
}

void cut_polygons(Outline *o, Arena *a, const double window[4])
{
    double box[4];
    if (!outline_box(box, o)) return;
    for (int side = 0; side < 4 && o->parts; side++) {
        Line l = { .axis = side % 2, .sign = side < 2 ? 1 : -1, .bound = window[side] };
        bool within = side < 2 ? box[side] >= l.bound : box[side] <= l.bound;
        if (!within) cut(o, a, &l);
    }
}
