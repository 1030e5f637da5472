/* From what became of each object to precision and recall. */
#include "core/metrics/coco.h"

#include <float.h>

/* Those of one category. */
typedef struct {
    const CocoMatch *match; /* the best first */
    size_t           n, wanted[COCO_AREAS];
    const int       *times; /* NULL: once each */
} Curve;

static int times_of(const Curve *c, int image) { return c->times ? c->times[image] : 1; }

/* The mean of the precisions at recalls 0, 0.01, .. 1; a precision is the highest at that
 * recall or beyond. */
static double average_precision(const Curve *c, int area, int t, double *precision,
                                double *recall)
{
    enum { POINTS = 101 };
    double right = 0, wrong = 0, sum = 0;
    for (size_t i = 0; i < c->n; i++) {
        CocoFound is = c->match[i].outcome.is[area][t];
        int   times = times_of(c, c->match[i].image);
        right += is == FOUND_RIGHT ? times : 0;
        wrong += is == FOUND_WRONG ? times : 0;
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
        if (c->match[i].rank < most && c->match[i].outcome.is[area][t] == FOUND_RIGHT)
            right += (size_t)times_of(c, c->match[i].image);
    return (double)right / (double)c->wanted[area];
}

static void precisions(double x[COCO_NUMBERS], const Curve *c, int area, Arena *a)
{
    double *precision = ARENA_NEW(a, double, c->n), *recall = ARENA_NEW(a, double, c->n);
    double  ap[COCO_THRESHOLDS], sum = 0;
    for (int t = 0; t < COCO_THRESHOLDS; t++) {
        ap[t] = average_precision(c, area, t, precision, recall);
        sum += ap[t];
    }
    x[area ? COCO_AP75 + area : COCO_AP] = sum / COCO_THRESHOLDS;
    if (!area) x[COCO_AP50] = ap[0], x[COCO_AP75] = ap[5];
}

static double mean_recall(const Curve *c, int area, int most)
{
    double sum = 0;
    for (int t = 0; t < COCO_THRESHOLDS; t++) sum += recall_with(c, area, t, most);
    return sum / COCO_THRESHOLDS;
}

static void score_category(double x[COCO_NUMBERS], const Curve *c, Arena *a)
{
    for (int i = 0; i < COCO_NUMBERS; i++) x[i] = -1;
    for (int area = 0; area < COCO_AREAS; area++) {
        if (!c->wanted[area]) continue;
        precisions(x, c, area, a);
        x[COCO_AR100 + area] = mean_recall(c, area, COCO_MOST);
        if (!area) x[COCO_AR1] = mean_recall(c, area, 1), x[COCO_AR10] = mean_recall(c, area, 10);
    }
}

/* The part of *m that is of one category; *at and *wanted_at are moved behind it. */
static Curve curve_of(const CocoMatches *m, int category, size_t *at, size_t *wanted_at,
                      const int *times)
{
    Curve c = { .match = m->match + *at, .times = times };
    while (*at < m->n && m->match[*at].category == category) c.n++, ++*at;
    for (; *wanted_at < m->n_wanted && m->wanted[*wanted_at].category == category; ++*wanted_at) {
        const CocoWanted *w = &m->wanted[*wanted_at];
        for (int k = 0; k < COCO_AREAS; k++)
            c.wanted[k] += (size_t)(w->count[k] * times_of(&c, w->image));
    }
    return c;
}

void coco_numbers(CocoScore *total, CocoScore *each, const CocoMatches *m, const int *times)
{
    Arena  a;
    size_t at = 0, wanted_at = 0;
    int    counted[COCO_NUMBERS] = { 0 };
    arena_open(&a, "COCO numbers", NULL, NULL);
    *total = (CocoScore){ 0 };
    for (int category = 0; category < m->categories; category++) {
        ArenaMark mark = arena_mark(&a);
        CocoScore s;
        Curve     c = curve_of(m, category, &at, &wanted_at, times);
        score_category(s.x, &c, &a);
        s.truths = c.wanted[0], s.founds = c.n;
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
