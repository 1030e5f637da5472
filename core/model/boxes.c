#include "core/model/boxes.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

bool box_is_finite(Box b)
{
    return isfinite(b.x0) && isfinite(b.y0) && isfinite(b.x1) && isfinite(b.y1);
}

bool box_is_empty(Box b) { return !(b.x1 > b.x0 && b.y1 > b.y0); }

real box_area(Box b) { return box_is_empty(b) ? 0 : (b.x1 - b.x0) * (b.y1 - b.y0); }

static real most(real a, real b) { return a > b ? a : b; }
static real least(real a, real b) { return a < b ? a : b; }

real box_iou(Box p, Box q)
{
    real w = least(p.x1, q.x1) - most(p.x0, q.x0);
    real h = least(p.y1, q.y1) - most(p.y0, q.y0);
    if (!(w > 0 && h > 0)) return 0;
    real both = w * h;
    return both / (box_area(p) + box_area(q) - both);
}

Box box_clip(Box b, double height, double width)
{
    real h = (real)height, w = (real)width;
    return (Box){ least(most(b.x0, 0), w), least(most(b.y0, 0), h),
                  least(most(b.x1, 0), w), least(most(b.y1, 0), h) };
}

/* --- deltas -------------------------------------------------------------- */

typedef struct {
    double x, y, width, height; /* x and y of the centre */
} Placed;

static Placed placed(Box b)
{
    double width = (double)b.x1 - (double)b.x0, height = (double)b.y1 - (double)b.y0;
    return (Placed){ (double)b.x0 + width / 2, (double)b.y0 + height / 2, width, height };
}

void box_encode(real delta[4], Box from, Box to, const double weight[4])
{
    Placed a = placed(from), b = placed(to);
    delta[0] = (real)(weight[0] * (b.x - a.x) / a.width);
    delta[1] = (real)(weight[1] * (b.y - a.y) / a.height);
    delta[2] = (real)(weight[2] * log(b.width / a.width));
    delta[3] = (real)(weight[3] * log(b.height / a.height));
}

Box box_decode(const real delta[4], Box from, const double weight[4], double log_most)
{
    Placed a = placed(from);
    double x = a.x + (double)delta[0] / weight[0] * a.width;
    double y = a.y + (double)delta[1] / weight[1] * a.height;
    double width = a.width * exp(fmin((double)delta[2] / weight[2], log_most));
    double height = a.height * exp(fmin((double)delta[3] / weight[3], log_most));
    return (Box){ (real)(x - width / 2), (real)(y - height / 2), (real)(x + width / 2),
                  (real)(y + height / 2) };
}

/* --- the best and their neighbours --------------------------------------- */

typedef struct {
    real score;
    int  index, group;
} Rank;

/* Groups one after the other, in each the best first. */
static int by_rank(const void *a, const void *b)
{
    const Rank *p = a, *q = b;
    if (p->group != q->group) return p->group < q->group ? -1 : 1;
    if (p->score != q->score) return p->score > q->score ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

static Rank *ranked(const int *index, const real *score, const int *group, int n,
                    Arena *scratch)
{
    Rank *r = ARENA_NEW(scratch, Rank, n);
    for (int i = 0; i < n; i++) {
        int k = index ? index[i] : i;
        r[i] = (Rank){ score[k], k, group ? group[k] : 0 };
    }
    qsort(r, (size_t)n, sizeof *r, by_rank);
    return r;
}

static void best_of(int *order, const int *index, const real *score, int n,
                    Arena *scratch)
{
    ArenaMark   mark = arena_mark(scratch);
    const Rank *r = ranked(index, score, NULL, n, scratch);
    for (int i = 0; i < n; i++) order[i] = r[i].index;
    arena_rewind(scratch, mark);
}

void boxes_best_first(int *order, const real *score, int n, Arena *scratch)
{
    best_of(order, NULL, score, n, scratch);
}

/* Boxes of one group side by side, best first. */
typedef struct {
    real    *x0, *y0, *x1, *y1, *area;
    int32_t *gone;
} Lanes;

static Lanes lanes_new(int n, Arena *a)
{
    return (Lanes){ ARENA_NEW(a, real, n), ARENA_NEW(a, real, n),
                    ARENA_NEW(a, real, n), ARENA_NEW(a, real, n),
                    ARENA_NEW(a, real, n), ARENA_NEW(a, int32_t, n) };
}

static void lanes_set(Lanes *l, int i, Box b)
{
    l->x0[i] = b.x0, l->y0[i] = b.y0, l->x1[i] = b.x1, l->y1[i] = b.y1;
    l->area[i] = box_area(b);
    l->gone[i] = 0;
}

/* Marks those behind i that overlap it; no branch, so that it runs in vectors. */
static void suppress_behind(Lanes *l, int i, int n, real iou)
{
    real x0 = l->x0[i], y0 = l->y0[i], x1 = l->x1[i], y1 = l->y1[i], area = l->area[i];
    for (int j = i + 1; j < n; j++) {
        real w = most(least(x1, l->x1[j]) - most(x0, l->x0[j]), 0);
        real h = most(least(y1, l->y1[j]) - most(y0, l->y0[j]), 0);
        real both = w * h;
        l->gone[j] |= both / (area + l->area[j] - both) > iou;
    }
}

int boxes_suppress(int *kept, const Box *box, const real *score, const int *group, int n,
                   double iou, Arena *scratch)
{
    ArenaMark   mark = arena_mark(scratch);
    const Rank *r = ranked(NULL, score, group, n, scratch);
    Lanes       l = lanes_new(n, scratch);
    int        *stays = ARENA_NEW(scratch, int, n), count = 0;
    for (int first = 0, end; first < n; first = end) {
        for (end = first; end < n && r[end].group == r[first].group; end++)
            lanes_set(&l, end - first, box[r[end].index]);
        for (int i = 0; i < end - first; i++) {
            if (l.gone[i]) continue;
            stays[count++] = r[first + i].index;
            suppress_behind(&l, i, end - first, (real)iou);
        }
    }
    best_of(kept, stays, score, count, scratch);
    arena_rewind(scratch, mark);
    return count;
}
