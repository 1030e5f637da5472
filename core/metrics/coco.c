#include "core/metrics/coco.h"

#include "core/base/status.h"
#include "core/metrics/coco_match.h"

#include <float.h>
#include <stdlib.h>

const char *const coco_name[COCO_NUMBERS] = {
    "AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large",
    "AR1", "AR10", "AR100", "AR_small", "AR_medium", "AR_large",
};

const char *const coco_about[COCO_NUMBERS] = {
    "average precision, mean of IoU 0.5, 0.55 .. 0.95", "average precision at IoU 0.5",
    "average precision at IoU 0.75", "AP of areas up to 32^2 pixels",
    "AP of areas from 32^2 to 96^2 pixels", "AP of areas from 96^2 pixels on",
    "average recall, one object an image", "average recall, 10 objects an image",
    "average recall, 100 objects an image", "AR of areas up to 32^2 pixels",
    "AR of areas from 32^2 to 96^2 pixels", "AR of areas from 96^2 pixels on",
};

/* --- order: by category, then image, then as given or best first ---------- */

static int by_place(const Object *x, const Object *y)
{
    if (x->category != y->category) return x->category < y->category ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

static int by_position(const void *a, const void *b)
{
    const Object *x = *(const Object *const *)a, *y = *(const Object *const *)b;
    int               order = by_place(x, y);
    return order ? order : (x > y) - (x < y);
}

static int by_score(const void *a, const void *b)
{
    const Object *x = *(const Object *const *)a, *y = *(const Object *const *)b;
    int               order = by_place(x, y);
    if (order) return order;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return (x > y) - (x < y);
}

static const Object **sorted(Arena *a, const Object *object, size_t n, int categories,
                                 int (*order)(const void *, const void *))
{
    const Object **p = ARENA_NEW(a, const Object *, n);
    for (size_t i = 0; i < n; i++) {
        CHECK(object[i].category >= 0 && object[i].category < categories,
              "object %zu of category %d of %d", i, object[i].category, categories);
        p[i] = &object[i];
    }
    qsort(p, n, sizeof *p, order);
    return p;
}

/* How many from p on are of one place. */
static size_t together(const Object *const *p, const Object *const *end)
{
    size_t n = 0;
    while (p + n < end && !by_place(p[n], *p)) n++;
    return n;
}

/* --- one category -------------------------------------------------------- */

typedef struct {
    double  score;
    size_t  at;   /* among the category's, image by image */
    int     rank; /* in its image, 0 the best             */
    Outcome outcome;
} Kept;

typedef struct {
    Kept  *kept; /* best first */
    size_t n, wanted[COCO_AREAS];
} Curve;

static int best_first(const void *a, const void *b)
{
    const Kept *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* All images of one category, whose truths and finds are given. */
static void match_category(Curve *c, const Object *const *truth, size_t truths,
                           const Object *const *found, size_t founds, CocoKind kind,
                           Arena *a)
{
    const Object *const *truth_end = truth + truths, *const *found_end = found + founds;
    *c = (Curve){ .kept = ARENA_NEW(a, Kept, founds) };
    while (truth < truth_end || found < found_end) {
        bool only_found = truth == truth_end ||
                          (found < found_end && (*found)->image < (*truth)->image);
        bool only_truth = found == found_end ||
                          (truth < truth_end && (*truth)->image < (*found)->image);
        size_t  g = only_found ? 0 : together(truth, truth_end);
        size_t  all = only_truth ? 0 : together(found, found_end);
        size_t  n = all < COCO_MOST ? all : COCO_MOST;
        Outcome outcome[COCO_MOST];
        coco_match(outcome, c->wanted, truth, g, found, n, kind, a);
        for (size_t i = 0; i < n; i++, c->n++)
            c->kept[c->n] = (Kept){ found[i]->score, c->n, (int)i, outcome[i] };
        truth += g, found += all;
    }
    qsort(c->kept, c->n, sizeof *c->kept, best_first);
}

/* The mean of the precisions at recalls 0, 0.01, .. 1; a precision is the highest at that
 * recall or beyond. */
static double average_precision(const Curve *c, int area, int t, double *precision,
                                double *recall)
{
    enum { POINTS = 101 };
    double right = 0, wrong = 0, sum = 0;
    for (size_t i = 0; i < c->n; i++) {
        Found is = c->kept[i].outcome.is[area][t];
        right += is == FOUND_RIGHT;
        wrong += is == FOUND_WRONG;
        recall[i] = right / (double)c->wanted[area];
        precision[i] = right / (wrong + right + DBL_EPSILON);
    }
    for (size_t i = c->n; i-- > 1;)
        if (precision[i] > precision[i - 1]) precision[i - 1] = precision[i];
    size_t i = 0;
    for (int k = 0; k < POINTS; k++) {
        /* not k / 100.0: numpy's linspace multiplies, and 0.35 is then another double */
        double point = k == POINTS - 1 ? 1 : k * 0.01;
        while (i < c->n && recall[i] < point) i++;
        if (i == c->n) break;
        sum += precision[i];
    }
    return sum / POINTS;
}

static double recall_with(const Curve *c, int area, int t, int most)
{
    size_t right = 0;
    for (size_t i = 0; i < c->n; i++)
        right += c->kept[i].rank < most && c->kept[i].outcome.is[area][t] == FOUND_RIGHT;
    return (double)right / (double)c->wanted[area];
}

static void score_category(double x[COCO_NUMBERS], const Curve *c, Arena *a)
{
    double *precision = ARENA_NEW(a, double, c->n), *recall = ARENA_NEW(a, double, c->n);
    for (int i = 0; i < COCO_NUMBERS; i++) x[i] = -1;
    for (int area = 0; area < COCO_AREAS; area++) {
        double ap[COCO_THRESHOLDS], sum = 0, ar[3] = { 0 };
        if (!c->wanted[area]) continue;
        for (int t = 0; t < COCO_THRESHOLDS; t++) {
            ap[t] = average_precision(c, area, t, precision, recall);
            sum += ap[t];
            ar[0] += area ? 0 : recall_with(c, area, t, 1);
            ar[1] += area ? 0 : recall_with(c, area, t, 10);
            ar[2] += recall_with(c, area, t, COCO_MOST);
        }
        x[area ? COCO_AP75 + area : COCO_AP] = sum / COCO_THRESHOLDS;
        x[COCO_AR100 + area] = ar[2] / COCO_THRESHOLDS;
        if (area) continue;
        x[COCO_AP50] = ap[0], x[COCO_AP75] = ap[5];
        x[COCO_AR1] = ar[0] / COCO_THRESHOLDS, x[COCO_AR10] = ar[1] / COCO_THRESHOLDS;
    }
}

/* --- all ----------------------------------------------------------------- */

void coco_score(CocoScore *total, CocoScore *each, const CocoTask *task)
{
    Arena a;
    arena_open(&a, "COCO score", NULL, NULL);
    const Object **truth = sorted(&a, task->truth, task->truths, task->categories,
                                      by_position);
    const Object **found = sorted(&a, task->found, task->founds, task->categories,
                                      by_score);
    size_t g = 0, f = 0;
    int    counted[COCO_NUMBERS] = { 0 };
    *total = (CocoScore){ 0 };
    for (int category = 0; category < task->categories; category++) {
        ArenaMark mark = arena_mark(&a);
        size_t    g0 = g, f0 = f;
        Curve     c;
        CocoScore s;
        while (g < task->truths && truth[g]->category == category) g++;
        while (f < task->founds && found[f]->category == category) f++;
        match_category(&c, truth + g0, g - g0, found + f0, f - f0, task->kind, &a);
        score_category(s.x, &c, &a);
        s.truths = c.wanted[0], s.founds = f - f0;
        total->truths += s.truths, total->founds += s.founds;
        for (int i = 0; i < COCO_NUMBERS; i++)
            if (s.x[i] >= 0) total->x[i] += s.x[i], counted[i]++;
        if (each) each[category] = s;
        arena_rewind(&a, mark);
    }
    for (int i = 0; i < COCO_NUMBERS; i++)
        total->x[i] = counted[i] ? total->x[i] / counted[i] : -1;
    arena_close(&a);
}
