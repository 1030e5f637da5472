#include "core/metrics/coco_match.h"

#include <math.h>

static const double areas[COCO_AREAS][2] = {
    { 0, 1e10 }, { 0, 32 * 32 }, { 32 * 32, 96 * 96 }, { 96 * 96, 1e10 },
};

/* 0.5, 0.55, ... 0.95 with the last bits that numpy's linspace gives them. */
static double threshold(int t)
{
    return t == COCO_THRESHOLDS - 1 ? 0.95 : 0.5 + t * 0.049999999999999996;
}

/* What is measured of an object once and used for every pair. */
typedef struct {
    double box[4], area; /* of a truth, area decides the size range and is not its pixels */
} Extent;

static Extent extent(const Object *o, CocoKind kind)
{
    Extent e = { .area = o->box[2] * o->box[3] };
    for (int i = 0; i < 4; i++) e.box[i] = o->box[i];
    if (kind == COCO_MASK) {
        rle_box(e.box, &o->mask);
        e.area = (double)rle_area(&o->mask);
    }
    return e;
}

/* Width and height in common, 0 or less if there are none: no + 1 anywhere. */
static double box_overlap(const double p[4], const double q[4])
{
    double w = fmin(p[0] + p[2], q[0] + q[2]) - fmax(p[0], q[0]);
    double h = fmin(p[1] + p[3], q[1] + q[3]) - fmax(p[1], q[1]);
    return w > 0 && h > 0 ? w * h : 0;
}

static double pair_iou(const Object *found, const Extent *f, const Object *truth,
                       const Extent *g, CocoKind kind)
{
    double both = box_overlap(f->box, g->box);
    if (!(both > 0)) return 0;
    if (kind == COCO_MASK) return rle_iou(&found->mask, &truth->mask, truth->crowd);
    return both / (truth->crowd ? f->area : f->area + g->area - both);
}

typedef struct {
    size_t        truths;
    const bool   *crowd;   /* [truths] */
    const bool   *ignored; /* [truths], in this range of areas */
    const size_t *order;   /* [truths], those that are ignored last */
} Wanted;

static const size_t NONE = SIZE_MAX;

/* The truth for one object: of highest overlap, of equal ones the last; one that is
 * ignored only where no other will do. */
static size_t best_truth(const Wanted *w, const double *iou, const bool *taken, double least)
{
    size_t best = NONE;
    double reach = fmin(least, 1 - 1e-10);
    for (size_t k = 0; k < w->truths; k++) {
        size_t g = w->order[k];
        if (taken[g] && !w->crowd[g]) continue;
        if (best != NONE && !w->ignored[best] && w->ignored[g]) break;
        if (iou[g] < reach) continue;
        reach = iou[g];
        best = g;
    }
    return best;
}

static void match_one_area(CocoOutcome *outcome, const Wanted *w, const double *iou,
                           const Extent *found, size_t n_found, int area, bool *taken)
{
    for (int t = 0; t < COCO_THRESHOLDS; t++) {
        for (size_t g = 0; g < w->truths; g++) taken[g] = false;
        for (size_t i = 0; i < n_found; i++) {
            size_t g = best_truth(w, iou + i * w->truths, taken, threshold(t));
            bool   outside = found[i].area < areas[area][0] || found[i].area > areas[area][1];
            bool   ignored = g == NONE ? outside : w->ignored[g];
            outcome[i].is[area][t] = (uint8_t)(ignored     ? FOUND_IGNORED
                                               : g == NONE ? FOUND_WRONG
                                                           : FOUND_RIGHT);
            if (g != NONE) taken[g] = true;
        }
    }
}

void coco_match(CocoOutcome *outcome, size_t wanted[COCO_AREAS],
                const Object *const *truth, size_t n_truth,
                const Object *const *found, size_t n_found, CocoKind kind,
                Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    Extent   *f = ARENA_NEW(scratch, Extent, n_found);
    double   *iou = ARENA_NEW(scratch, double, n_found * n_truth);
    bool     *crowd = ARENA_NEW(scratch, bool, n_truth);
    bool     *ignored = ARENA_NEW(scratch, bool, n_truth);
    bool     *taken = ARENA_NEW(scratch, bool, n_truth);
    size_t   *order = ARENA_NEW(scratch, size_t, n_truth);

    for (size_t i = 0; i < n_found; i++) f[i] = extent(found[i], kind);
    for (size_t g = 0; g < n_truth; g++) {
        Extent e = extent(truth[g], kind);
        crowd[g] = truth[g]->crowd;
        for (size_t i = 0; i < n_found; i++)
            iou[i * n_truth + g] = pair_iou(found[i], &f[i], truth[g], &e, kind);
    }
    for (int area = 0; area < COCO_AREAS; area++) {
        size_t n = 0;
        for (size_t g = 0; g < n_truth; g++) {
            double a = truth[g]->area;
            ignored[g] = crowd[g] || a < areas[area][0] || a > areas[area][1];
            if (!ignored[g]) order[n++] = g;
        }
        wanted[area] += n;
        for (size_t g = 0; g < n_truth; g++)
            if (ignored[g]) order[n++] = g;
        match_one_area(outcome, &(Wanted){ n_truth, crowd, ignored, order }, iou, f, n_found,
                       area, taken);
    }
    arena_rewind(scratch, mark);
}
