#include "core/model/propose.h"

#include <math.h>

/* Boxes that may be kept. */
typedef struct {
    Box  *box;
    real *score;
    int  *group, n;
} Candidates;

static Candidates candidates_new(int most, Arena *a)
{
    return (Candidates){ ARENA_NEW(a, Box, most), ARENA_NEW(a, real, most),
                         ARENA_NEW(a, int, most), 0 };
}

static void add_candidate(Candidates *c, Box b, real score, int group)
{
    c->box[c->n] = b, c->score[c->n] = score, c->group[c->n++] = group;
}

/* order: the numbers among score [n], best first; returns how many are numbers. */
static int best_numbers(int *order, const real *score, int n, Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    int      *at = ARENA_NEW(scratch, int, n), count = 0;
    real     *number = ARENA_NEW(scratch, real, n);
    for (int i = 0; i < n; i++)
        if (isfinite(score[i])) at[count] = i, number[count++] = score[i];
    boxes_best_first(order, number, count, scratch);
    for (int i = 0; i < count; i++) order[i] = at[order[i]];
    arena_rewind(scratch, mark);
    return count;
}

int propose(Box *to, const Anchors *anchors, const real *const *logit,
            const real *const *delta, double height, double width, bool training,
            const BoxRules *r, Arena *scratch)
{
    ArenaMark  mark = arena_mark(scratch);
    int        before = training ? r->before_train : r->before_test;
    Candidates c = candidates_new(anchors->levels * before, scratch);
    int       *order = ARENA_NEW(scratch, int, anchors->first[anchors->levels]);
    for (int l = 0; l < anchors->levels; l++) {
        int all = anchors->first[l + 1] - anchors->first[l];
        int n = best_numbers(order, logit[l], all, scratch);
        for (int i = 0; i < n && i < before; i++) {
            int k = order[i];
            Box b = box_decode(delta[l] + 4 * k, anchors->box[anchors->first[l] + k],
                               r->anchor_weight, r->log_most);
            if (!box_is_finite(b)) continue;
            b = box_clip(b, height, width);
            if (!box_is_empty(b)) add_candidate(&c, b, logit[l][k], l);
        }
    }
    int *kept = ARENA_NEW(scratch, int, c.n);
    int  n = boxes_suppress(kept, c.box, c.score, c.group, c.n, r->proposal_iou, scratch);
    if (n > r->after) n = r->after;
    for (int i = 0; i < n; i++) to[i] = c.box[kept[i]];
    arena_rewind(scratch, mark);
    return n;
}

/* False if there is none, because a number is not finite. */
static bool softmax(real *p, const real *x, int n)
{
    double most = -INFINITY, sum = 0;
    for (int i = 0; i < n; i++) {
        if (!isfinite(x[i])) return false;
        most = fmax(most, (double)x[i]);
    }
    for (int i = 0; i < n; i++) sum += exp((double)x[i] - most);
    for (int i = 0; i < n; i++) p[i] = (real)(exp((double)x[i] - most) / sum);
    return true;
}

static bool all_finite(const real *x, int n)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

int detect(Detection *to, const Box *region, const real *logits, const real *deltas,
           int n, int classes, double height, double width, const BoxRules *r,
           Arena *scratch)
{
    ArenaMark  mark = arena_mark(scratch);
    Candidates c = candidates_new(n * classes, scratch);
    real      *p = ARENA_NEW(scratch, real, classes + 1);
    for (int i = 0; i < n; i++) {
        const real *delta = deltas + (size_t)i * 4 * (size_t)classes;
        if (!softmax(p, logits + (size_t)i * (size_t)(classes + 1), classes + 1))
            continue;
        if (!all_finite(delta, 4 * classes)) continue;
        for (int k = 0; k < classes; k++) {
            if (!(p[k] > (real)r->score_least)) continue;
            Box b = box_decode(delta + 4 * k, region[i], r->region_weight, r->log_most);
            if (box_is_finite(b)) add_candidate(&c, box_clip(b, height, width), p[k], k);
        }
    }
    int *kept = ARENA_NEW(scratch, int, c.n);
    int  count =
        boxes_suppress(kept, c.box, c.score, c.group, c.n, r->class_iou, scratch);
    if (count > r->detections) count = r->detections;
    for (int i = 0; i < count; i++)
        to[i] = (Detection){ c.box[kept[i]], c.group[kept[i]], c.score[kept[i]] };
    arena_rewind(scratch, mark);
    return count;
}

int detections_resize(Detection *d, int n, double height, double width, double to_height,
                      double to_width)
{
    double by_x = to_width / width, by_y = to_height / height;
    int    left = 0;
    for (int i = 0; i < n; i++) {
        Detection x = d[i];
        x.box = (Box){ (real)((double)x.box.x0 * by_x), (real)((double)x.box.y0 * by_y),
                       (real)((double)x.box.x1 * by_x), (real)((double)x.box.y1 * by_y) };
        x.box = box_clip(x.box, to_height, to_width);
        if (!box_is_empty(x.box)) d[left++] = x;
    }
    return left;
}
