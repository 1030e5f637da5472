#include "core/metrics/coco_recount.h"

#include <float.h>
#include <limits.h>
#include <string.h>

/* --- once ----------------------------------------------------------------- */

static int area_of(int number)
{
    if (number >= COCO_AP_SMALL && number <= COCO_AP_LARGE) return number - COCO_AP75;
    return number >= COCO_AR_SMALL ? number - COCO_AR100 : 0;
}

/* Which of the matches' thresholds is the first that matters, and how many follow. */
static int first_of(int number) { return number == COCO_AP75 ? 5 : 0; }

static int thresholds_of(int number)
{
    return number == COCO_AP50 || number == COCO_AP75 ? 1 : COCO_THRESHOLDS;
}

/* Recall takes the best of an image and category alone. */
static int most_of(int number)
{
    if (number < COCO_AR1) return INT_MAX;
    return number == COCO_AR1 ? 1 : number == COCO_AR10 ? 10 : COCO_MOST;
}

static bool counts(const uint8_t *is, int thresholds)
{
    for (int t = 0; t < thresholds; t++)
        if (is[t] != FOUND_IGNORED) return true;
    return false;
}

/* Those of `which` at threshold t behind the first that matters. */
static CocoEvents events_of(Arena *a, const CocoMatch *match, int n, const CocoRecount *r,
                            int first, int t, CocoFound which)
{
    CocoEvents e = { 0 };
    for (int pass = 0; pass < 2; pass++) {
        if (pass) e.event = ARENA_NEW(a, CocoEvent, e.n);
        e.n = 0;
        for (int i = 0, at = 0; i < n; i++) {
            const uint8_t *is = match[i].outcome.is[r->area] + first;
            if (!counts(is, r->thresholds)) continue;
            if (is[t] == which && match[i].rank < r->most) {
                if (pass) e.event[e.n] = (CocoEvent){ at, match[i].image };
                e.n++;
            }
            at++;
        }
    }
    return e;
}

static void open_category(CocoRecountOf *c, Arena *a, const CocoMatch *match, int n,
                          const CocoRecount *r, int first)
{
    c->image = ARENA_NEW(a, int, n);
    for (int i = 0; i < n; i++)
        if (counts(match[i].outcome.is[r->area] + first, r->thresholds))
            c->image[c->n++] = match[i].image;
    for (int t = 0; t < r->thresholds; t++) {
        c->right[t] = events_of(a, match, n, r, first, t, FOUND_RIGHT);
        c->ignored[t] = events_of(a, match, n, r, first, t, FOUND_IGNORED);
    }
}

void coco_recount_open(CocoRecount *r, Arena *a, const CocoMatches *m, int number)
{
    CHECK(m->n <= INT_MAX && m->n_wanted <= INT_MAX, "%zu matches, %zu wanted", m->n,
          m->n_wanted);
    *r = (CocoRecount){ .categories = m->categories, .area = area_of(number),
                        .thresholds = thresholds_of(number), .recall = number >= COCO_AR1,
                        .most = most_of(number) };
    CocoWanted *wanted = ARENA_NEW(a, CocoWanted, m->n_wanted);
    if (m->n_wanted) memcpy(wanted, m->wanted, m->n_wanted * sizeof *wanted);
    r->of = ARENA_NEW(a, CocoRecountOf, m->categories);
    size_t at = 0, wanted_at = 0;
    for (int k = 0; k < m->categories; k++) {
        size_t from = at, wanted_from = wanted_at;
        while (at < m->n && m->match[at].category == k) at++;
        while (wanted_at < m->n_wanted && wanted[wanted_at].category == k) wanted_at++;
        r->of[k] = (CocoRecountOf){ .wanted = wanted + wanted_from,
                                    .n_wanted = (int)(wanted_at - wanted_from) };
        open_category(&r->of[k], a, m->match + from, (int)(at - from), r, first_of(number));
    }
}

/* --- thousands of times ----------------------------------------------------- */

static int times_of(const int *times, int image) { return times ? times[image] : 1; }

static double wanted_of(const CocoRecountOf *c, int area, const int *times)
{
    double n = 0;
    for (int i = 0; i < c->n_wanted; i++)
        n += (double)c->wanted[i].count[area] * times_of(times, c->wanted[i].image);
    return n;
}

typedef struct { double precision, recall; } Point;

/* The curve where something is right, the best precision from there on; how many. */
static int curve(Point *p, const CocoRecountOf *c, int t, const double *seen, double wanted,
                 const int *times)
{
    const CocoEvents *right = &c->right[t], *ignored = &c->ignored[t];
    double            found = 0, passed = 0;
    int               n = 0, k = 0;
    for (int i = 0; i < right->n; i++) {
        const CocoEvent *e = &right->event[i];
        int              again = times_of(times, e->image);
        if (!again) continue;
        for (; k < ignored->n && ignored->event[k].at < e->at; k++)
            passed += times_of(times, ignored->event[k].image);
        found += again;
        p[n++] = (Point){ found / (seen[e->at] - passed + DBL_EPSILON), found / wanted };
    }
    for (int i = n; i-- > 1;)
        if (p[i].precision > p[i - 1].precision) p[i - 1].precision = p[i].precision;
    return n;
}

/* As in coco_numbers.c: the mean of the precisions at recalls 0, 0.01, .. 1. */
static double under(const Point *p, int n)
{
    enum { POINTS = 101 };
    double sum = 0;
    for (int k = 0, i = 0; k < POINTS; k++) {
        double point = k == POINTS - 1 ? 1 : k * 0.01;
        while (i < n && p[i].recall < point) i++;
        if (i == n) break;
        sum += p[i].precision;
    }
    return sum / POINTS;
}

static double precision_of(const CocoRecount *r, const CocoRecountOf *c, double wanted,
                           const int *times, Arena *scratch)
{
    double *seen = ARENA_NEW(scratch, double, c->n), so_far = 0, sum = 0;
    for (int i = 0; i < c->n; i++) seen[i] = so_far += times_of(times, c->image[i]);
    for (int t = 0; t < r->thresholds; t++) {
        Point *p = ARENA_NEW(scratch, Point, c->right[t].n);
        sum += under(p, curve(p, c, t, seen, wanted, times));
    }
    return sum / r->thresholds;
}

static double recall_of(const CocoRecount *r, const CocoRecountOf *c, double wanted,
                        const int *times)
{
    double sum = 0;
    for (int t = 0; t < r->thresholds; t++) {
        double found = 0;
        for (int i = 0; i < c->right[t].n; i++)
            found += times_of(times, c->right[t].event[i].image);
        sum += found / wanted;
    }
    return sum / r->thresholds;
}

double coco_recount(const CocoRecount *r, const int *times, Arena *scratch)
{
    double sum = 0;
    int    counted = 0;
    for (int k = 0; k < r->categories; k++) {
        const CocoRecountOf *c = &r->of[k];
        double               wanted = wanted_of(c, r->area, times);
        if (!(wanted > 0)) continue;
        ArenaMark mark = arena_mark(scratch);
        sum += r->recall ? recall_of(r, c, wanted, times)
                         : precision_of(r, c, wanted, times, scratch);
        counted++;
        arena_rewind(scratch, mark);
    }
    return counted ? sum / counted : -1;
}
