/* COCO's numbers: laws that hold of every problem, and a slow version that judges. */
#include "core/base/rng.h"
#include "core/metrics/coco_recount.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 7, CATEGORIES = 3, TRUTHS = 60, FOUNDS = 900, SIDE = 160, TRIES = 12 };

typedef struct {
    Object truth[TRUTHS], found[FOUNDS + 1];
    size_t founds;
} Problem;

static Arena arena;
static void  open_arena(void) { arena_open(&arena, "test", NULL, NULL); }
static void  close_arena(void) { arena_close(&arena); }
TestSuite(coco, .init = open_arena, .fini = close_arena);

static double uniform(Rng *rng) { return rng_below(rng, 1 << 20) / (double)(1 << 20); }

static void random_box(double box[4], Rng *rng)
{
    double side = exp(uniform(rng) * log(140.0));
    for (int i = 0; i < 2; i++) {
        box[2 + i] = floor(4 * side * (0.7 + 0.6 * uniform(rng))) / 4 + 1;
        box[i] = floor((SIDE - 4) * uniform(rng));
    }
}

/* The box, filled; a corner is cut so that boxes and masks differ. */
static void fill_mask(Object *o)
{
    const double *b = o->box;
    double        xy[] = { b[0], b[1], b[0], b[1] + b[3], b[0] + b[2] / 2, b[1] + b[3],
                    b[0] + b[2], b[1] };
    cr_assert(rle_from_polygon(&o->mask, &arena, xy, 4, SIDE, SIDE));
}

static Object random_object(Rng *rng)
{
    Object o = { .image = (int)rng_below(rng, IMAGES),
                 .category = (int)rng_below(rng, CATEGORIES),
                 .crowd = rng_below(rng, 8) == 0 };
    random_box(o.box, rng);
    o.area = floor(o.box[2] * o.box[3] * (0.4 + 0.6 * uniform(rng)));
    if (rng_below(rng, 4) == 0) o.area = rng_below(rng, 2) ? 32 * 32 : 96 * 96;
    return o;
}

/* Most near a truth; scores of few digits, so that many are equal. */
static void pose(Problem *p, uint64_t seed, size_t founds, bool ties)
{
    Rng rng = rng_at(seed, STREAM_ORDER, 0, 0);
    p->founds = founds;
    for (int i = 0; i < TRUTHS; i++) p->truth[i] = random_object(&rng);
    for (size_t i = 0; i < founds; i++) {
        Object *o = &p->found[i];
        *o = rng_below(&rng, 5) ? p->truth[rng_below(&rng, TRUTHS)] : random_object(&rng);
        for (int k = 0; k < 4; k++)
            o->box[k] += floor(12 * uniform(&rng) - 6) / 8 * (k < 2 ? 1 : o->box[k] / 20);
        o->crowd = false, o->area = NAN;
        o->score = ties ? rng_below(&rng, 12) / 12.0 : uniform(&rng);
        if (i % 50 == 0) memcpy(o->box, p->truth[i % TRUTHS].box, sizeof o->box);
    }
    for (int i = 0; i < TRUTHS; i++) fill_mask(&p->truth[i]);
    for (size_t i = 0; i < founds; i++) fill_mask(&p->found[i]);
}

static CocoScore run(const Problem *p, CocoKind kind)
{
    CocoScore s;
    coco_score(&s, NULL, &(CocoTask){ p->truth, TRUTHS, p->found, p->founds, CATEGORIES, kind });
    return s;
}

/* --- the slow version ---------------------------------------------------- */

static double slow_iou(const Object *found, const Object *truth, CocoKind kind)
{
    if (kind == COCO_MASK) return rle_iou(&found->mask, &truth->mask, truth->crowd);
    const double *p = found->box, *q = truth->box;
    double w = fmin(p[0] + p[2], q[0] + q[2]) - fmax(p[0], q[0]);
    double h = fmin(p[1] + p[3], q[1] + q[3]) - fmax(p[1], q[1]);
    if (w <= 0 || h <= 0) return 0;
    return w * h / (p[2] * p[3] + (truth->crowd ? 0 : q[2] * q[3] - w * h));
}

static bool is_outside(double area, int range)
{
    static const double lo[] = { 0, 0, 1024, 9216 }, hi[] = { 1e10, 1024, 9216, 1e10 };
    return area < lo[range] || area > hi[range];
}

/* Of all that was found in this place, the next best that has not been had. */
static int next_best(const Problem *p, const bool *had, int image, int category)
{
    int best = -1;
    for (int i = 0; i < (int)p->founds; i++)
        if (!had[i] && p->found[i].category == category &&
            (image < 0 || p->found[i].image == image) &&
            (best < 0 || p->found[i].score > p->found[best].score ||
             (p->found[i].score == p->found[best].score &&
              p->found[i].image < p->found[best].image)))
            best = i;
    return best;
}

/* is [founds]: 1 right, 0 wrong, -1 does not count, and beyond the best `most` either. */
static int slow_match(int *is, const Problem *p, int category, int range, double least, int most,
                      CocoKind kind)
{
    bool had[FOUNDS + 1] = { 0 };
    int  wanted = 0;
    for (size_t i = 0; i < p->founds; i++) is[i] = -1;
    for (int image = 0; image < IMAGES; image++) {
        bool taken[TRUTHS] = { 0 };
        for (int rank = 0; rank < most; rank++) {
            int i = next_best(p, had, image, category), match = -1;
            if (i < 0) break;
            had[i] = true;
            for (int ignored = 0; ignored < 2 && match < 0; ignored++) {
                double reach = least;
                for (int g = 0; g < TRUTHS; g++) {
                    const Object *t = &p->truth[g];
                    if (t->image != image || t->category != category ||
                        (t->crowd || is_outside(t->area, range)) != ignored ||
                        (taken[g] && !t->crowd))
                        continue;
                    double iou = slow_iou(&p->found[i], t, kind);
                    if (iou >= reach) match = g, reach = iou;
                }
                if (match < 0) continue;
                taken[match] = true;
                is[i] = ignored ? -1 : 1;
            }
            double area = kind == COCO_MASK ? (double)rle_area(&p->found[i].mask)
                                            : p->found[i].box[2] * p->found[i].box[3];
            if (match < 0 && !is_outside(area, range)) is[i] = 0;
        }
    }
    for (int g = 0; g < TRUTHS; g++)
        wanted += p->truth[g].category == category && !p->truth[g].crowd &&
                  !is_outside(p->truth[g].area, range);
    return wanted;
}

/* Precision at a recall: the best of all points of the curve that reach it. */
static double slow_precision(const int *right, const int *wrong, int n, int wanted, double recall)
{
    double best = 0;
    for (int i = 0; i < n; i++) {
        double precision = right[i] / (right[i] + wrong[i] + 2.220446049250313e-16);
        if ((double)right[i] / wanted >= recall && precision > best) best = precision;
    }
    return best;
}

/* Mean over thresholds of a category's precision and recall; -1: nothing is wanted. */
static void slow_category(double *ap, double *ar, const Problem *p, int category, int range,
                          int first, int last, int most, CocoKind kind)
{
    *ap = *ar = 0;
    for (int t = first; t <= last; t++) {
        int  is[FOUNDS + 1], right[FOUNDS + 2] = { 0 }, wrong[FOUNDS + 2] = { 0 }, n = 0;
        bool had[FOUNDS + 1] = { 0 };
        int  wanted = slow_match(is, p, category, range, 0.5 + 0.05 * t, most, kind);
        if (!wanted) *ap = *ar = -1;
        if (!wanted) return;
        for (int i; (i = next_best(p, had, -1, category)) >= 0; had[i] = true) {
            if (is[i] < 0) continue;
            n++;
            right[n] = right[n - 1] + (is[i] == 1), wrong[n] = wrong[n - 1] + (is[i] == 0);
        }
        for (int k = 0; k <= 100; k++)
            *ap += slow_precision(right + 1, wrong + 1, n, wanted, k * 0.01) / 101;
        *ar += (double)right[n] / wanted;
    }
    *ap /= last - first + 1, *ar /= last - first + 1;
}

static void slow_score(double x[COCO_NUMBERS], const Problem *p, CocoKind kind)
{
    static const struct { int range, first, last, most; } of[COCO_NUMBERS] = {
        { 0, 0, 9, 100 }, { 0, 0, 0, 100 }, { 0, 5, 5, 100 }, { 1, 0, 9, 100 }, { 2, 0, 9, 100 },
        { 3, 0, 9, 100 }, { 0, 0, 9, 1 }, { 0, 0, 9, 10 }, { 0, 0, 9, 100 }, { 1, 0, 9, 100 },
        { 2, 0, 9, 100 }, { 3, 0, 9, 100 },
    };
    for (int i = 0; i < COCO_NUMBERS; i++) {
        double sum = 0;
        int    n = 0;
        for (int c = 0; c < CATEGORIES; c++) {
            double ap, ar;
            slow_category(&ap, &ar, p, c, of[i].range, of[i].first, of[i].last, of[i].most, kind);
            if (ap < 0) continue;
            sum += i < COCO_AR1 ? ap : ar, n++;
        }
        x[i] = n ? sum / n : -1;
    }
}

Test(coco, is_what_the_slow_version_says)
{
    for (int kind = COCO_BOX; kind <= COCO_MASK; kind++)
        for (uint64_t seed = 0; seed < 3; seed++) {
            static Problem p;
            double         slow[COCO_NUMBERS];
            pose(&p, seed, 150, true);
            CocoScore fast = run(&p, (CocoKind)kind);
            slow_score(slow, &p, (CocoKind)kind);
            for (int i = 0; i < COCO_NUMBERS; i++)
                cr_expect(fabs(fast.x[i] - slow[i]) <= 1e-12, "%s, %d, seed %d: %.15g, not %.15g",
                          coco_name[i], kind, (int)seed, fast.x[i], slow[i]);
        }
}

/* --- laws ---------------------------------------------------------------- */

static void expect_equal(const CocoScore *a, const CocoScore *b, const char *what)
{
    for (int i = 0; i < COCO_NUMBERS; i++)
        cr_expect(fabs(a->x[i] - b->x[i]) <= 1e-12, "%s: %s is %.15g, then %.15g", what,
                  coco_name[i], a->x[i], b->x[i]);
}

Test(coco, order_does_not_matter_where_no_scores_are_equal)
{
    for (uint64_t seed = 0; seed < TRIES; seed++) {
        static Problem p;
        pose(&p, seed, FOUNDS, false);
        CocoScore before = run(&p, COCO_MASK);
        for (size_t i = 0; i < FOUNDS / 2; i++) {
            Object o = p.found[i];
            p.found[i] = p.found[FOUNDS - 1 - i], p.found[FOUNDS - 1 - i] = o;
        }
        CocoScore turned = run(&p, COCO_MASK);
        expect_equal(&before, &turned, "detections");
        for (int i = 0; i < TRUTHS; i++) p.truth[i].image = IMAGES - 1 - p.truth[i].image;
        for (size_t i = 0; i < FOUNDS; i++) p.found[i].image = IMAGES - 1 - p.found[i].image;
        CocoScore images = run(&p, COCO_MASK);
        expect_equal(&before, &images, "images");
    }
}

Test(coco, what_is_true_is_perfect)
{
    static Problem p;
    pose(&p, 5, 0, false);
    for (int i = 0; i < TRUTHS; i++) {
        p.found[i] = p.truth[i];
        p.found[i].score = 0.5;
    }
    p.founds = TRUTHS;
    for (int kind = COCO_BOX; kind <= COCO_MASK; kind++) {
        CocoScore s = run(&p, (CocoKind)kind);
        for (int i = 0; i < COCO_NUMBERS; i++)
            if (i != COCO_AR1) cr_expect(fabs(s.x[i] - 1) <= 1e-12, "%s %g", coco_name[i], s.x[i]);
    }
}

Test(coco, one_more_that_is_wrong_and_last_never_helps)
{
    for (uint64_t seed = 0; seed < TRIES; seed++) {
        static Problem p;
        pose(&p, seed, 300, true);
        CocoScore before = run(&p, COCO_BOX);
        p.found[p.founds++] = (Object){ .image = (int)(seed % IMAGES), .category = 1,
                                        .box = { 1000, 1000, 50, 50 }, .score = -1 };
        CocoScore after = run(&p, COCO_BOX);
        for (int i = 0; i < COCO_NUMBERS; i++)
            cr_expect(after.x[i] <= before.x[i] + 1e-15, "%s, seed %d", coco_name[i], (int)seed);
        p.found[p.founds - 1].score = 2;
        after = run(&p, COCO_BOX);
        cr_expect(after.x[COCO_AP] < before.x[COCO_AP], "first, it costs: seed %d", (int)seed);
    }
}

/* As if every image were there as often as it counts, under a name of its own. */
Test(coco, images_that_count_more_often_are_like_copies)
{
    static Problem p;
    static Object  truth[4 * TRUTHS], found[4 * FOUNDS];
    for (uint64_t seed = 0; seed < 4; seed++) {
        int         times[IMAGES];
        size_t      truths = 0, founds = 0;
        CocoMatches m;
        CocoScore   counted, copied;
        Rng         rng = rng_at(seed, STREAM_RESAMPLE, 0, 0);
        pose(&p, seed, 300, false);
        for (int i = 0; i < IMAGES; i++) times[i] = (int)rng_below(&rng, 4);
        for (int copy = 0; copy < 4; copy++) {
            for (int i = 0; i < TRUTHS; i++)
                if (copy < times[p.truth[i].image])
                    truth[truths] = p.truth[i], truth[truths++].image += IMAGES * copy;
            for (size_t i = 0; i < p.founds; i++)
                if (copy < times[p.found[i].image])
                    found[founds] = p.found[i], found[founds++].image += IMAGES * copy;
        }
        coco_match_all(&m, &arena, &(CocoTask){ p.truth, TRUTHS, p.found, p.founds, CATEGORIES,
                                                COCO_MASK });
        coco_numbers(&counted, NULL, &m, times);
        coco_score(&copied, NULL, &(CocoTask){ truth, truths, found, founds, CATEGORIES,
                                               COCO_MASK });
        expect_equal(&copied, &counted, "copies");
        for (int i = 0; i < COCO_NUMBERS; i++) {
            CocoRecount r;
            coco_recount_open(&r, &arena, &m, i);
            cr_expect(coco_recount(&r, times, &arena) == counted.x[i], "%s alone", coco_name[i]);
        }
    }
}

/* --- single cases -------------------------------------------------------- */

/* A precision of 1 has the reference's epsilon below it. */
static bool is(double x, double expected) { return fabs(x - expected) <= 1e-12; }

static CocoScore small_case(const Object *truth, size_t truths, const Object *found, size_t founds)
{
    CocoScore s;
    coco_score(&s, NULL, &(CocoTask){ truth, truths, found, founds, 1, COCO_BOX });
    return s;
}

Test(coco, what_lies_in_a_crowd_is_neither_right_nor_wrong)
{
    Object truth[] = { { .box = { 0, 0, 100, 100 }, .area = 5000, .crowd = true },
                       { .box = { 200, 0, 20, 20 }, .area = 400 } };
    Object found[] = { { .box = { 10, 10, 20, 20 }, .score = 3 },
                       { .box = { 40, 10, 20, 20 }, .score = 2 },
                       { .box = { 200, 0, 20, 20 }, .score = 1 } };
    CocoScore s = small_case(truth, 2, found, 3);
    cr_expect(is(s.x[COCO_AP], 1) && s.truths == 1 && s.founds == 3, "%g", s.x[COCO_AP]);
    truth[0].crowd = false;
    s = small_case(truth, 2, found, 3);
    cr_expect(s.x[COCO_AP] < 0.2, "%g", s.x[COCO_AP]);
}

Test(coco, both_ends_of_a_range_of_areas_belong_to_it)
{
    Object truth = { .box = { 0, 0, 32, 32 }, .area = 1024 }, found = { .box = { 0, 0, 32, 32 } };
    CocoScore s = small_case(&truth, 1, &found, 1);
    cr_expect(is(s.x[COCO_AP_SMALL], 1) && is(s.x[COCO_AP_MEDIUM], 1));
    cr_expect(s.x[COCO_AP_LARGE] == -1);
    truth.area = 9216;
    s = small_case(&truth, 1, &found, 1);
    cr_expect(s.x[COCO_AP_SMALL] == -1);
    cr_expect(is(s.x[COCO_AP_MEDIUM], 1) && is(s.x[COCO_AP_LARGE], 1));
}

Test(coco, nothing_to_find_and_nothing_found_are_told_apart)
{
    Object truth = { .box = { 0, 0, 8, 8 }, .area = 64 }, found = { .box = { 0, 0, 8, 8 } };
    cr_expect(small_case(NULL, 0, &found, 1).x[COCO_AP] == -1);
    cr_expect(small_case(NULL, 0, NULL, 0).x[COCO_AR100] == -1);
    cr_expect(small_case(&truth, 1, NULL, 0).x[COCO_AP] == 0);
    cr_expect(small_case(&truth, 1, NULL, 0).x[COCO_AP_LARGE] == -1);
}

/* 7 of 20 are found, the last of them behind a wrong one: the precision at recall 0.35 is
 * that of the next point on the curve, since 35 * 0.01 is above 7 / 20. */
Test(coco, recalls_are_the_doubles_that_numpy_makes)
{
    Object truth[20], found[8];
    for (int i = 0; i < 20; i++)
        truth[i] = (Object){ .box = { 20 * i, 0, 10, 10 }, .area = 100 };
    for (int i = 0; i < 8; i++)
        found[i] = (Object){ .box = { 20 * i, i == 6 ? 50 : 0, 10, 10 }, .score = -i };
    CocoScore s = small_case(truth, 20, found, 8);
    double    expected = (31 * 1.0 + 4 * (7.0 / 8)) / 101;
    cr_expect(is(s.x[COCO_AP50], expected), "%.17g, expected %.17g", s.x[COCO_AP50],
              expected);
}
