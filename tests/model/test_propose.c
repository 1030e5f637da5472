/* From logits and deltas to proposals and detections, by hand; no number crashes them. */
#include "core/model/propose.h"

#include <criterion/criterion.h>
#include <math.h>

enum { SIDE = 4, CELLS = SIDE * SIDE, CLASSES = 3, MOST = 8 };

static Arena    arena;
static BoxRules r;
static Anchors  anchors;
static real     logit[2][CELLS], delta[2][4 * CELLS]; /* of two maps, 4 x 4 and 2 x 2 */

static const real *const logits[2] = { logit[0], logit[1] };
static const real *const deltas[2] = { delta[0], delta[1] };

/* Anchors of 8 pixels at 0, 8, 16, 24, and of 16 at 0 and 16. */
static void open_rules(void)
{
    arena_open(&arena, "proposals", NULL, NULL);
    r = box_rules;
    r.levels = 2, r.ratios = 1, r.ratio[0] = 1;
    r.stride[0] = 8, r.stride[1] = 16, r.side[0] = 8, r.side[1] = 16;
    r.before_train = 4, r.before_test = 2, r.after = MOST, r.detections = MOST;
    anchors_make(&anchors, &arena, &r, (int[]){ SIDE, 2 }, (int[]){ SIDE, 2 });
    for (int i = 0; i < CELLS; i++) logit[0][i] = logit[1][i] = -9;
}

static void close_rules(void) { arena_close(&arena); }

TestSuite(propose, .init = open_rules, .fini = close_rules);
TestSuite(detect, .init = open_rules, .fini = close_rules);

static int proposals(Box *to, double height, double width, bool training)
{
    size_t used = arena.used;
    int    n = propose(to, &anchors, logits, deltas, height, width, training, &r, &arena);
    cr_expect(arena.used == used);
    return n;
}

static bool is(Box b, double x0, double y0, double x1, double y1)
{
    return fabs((double)b.x0 - x0) < 1e-4 && fabs((double)b.y0 - y0) < 1e-4 &&
           fabs((double)b.x1 - x1) < 1e-4 && fabs((double)b.y1 - y1) < 1e-4;
}

/* The best of both levels, cut to the image, the best first. */
Test(propose, the_best_of_each_level)
{
    Box to[MOST];
    logit[0][5] = 3, logit[0][0] = 2, logit[1][0] = 5;
    delta[0][4 * 5] = R(0.5); /* half a side to the right */
    int n = proposals(to, 32, 32, false);
    cr_assert_eq(n, 4, "two of each level, not %d", n);
    cr_expect(is(to[0], 0, 0, 8, 8), "level 1, cut");
    cr_expect(is(to[1], 8, 4, 16, 12), "moved by 4");
    cr_expect(is(to[2], 0, 0, 4, 4), "level 0, cut");
    cr_expect_eq(proposals(to, 32, 32, true), 8, "four of each in training");
    r.after = 3;
    cr_expect_eq(proposals(to, 32, 32, true), 3);
}

/* The same box goes on its level and stays on another. */
Test(propose, suppressed_on_their_level)
{
    Box to[MOST];
    logit[0][5] = 3, logit[0][6] = 2, logit[1][0] = 1;
    delta[0][4 * 6] = -1; /* onto its neighbour */
    delta[1][0] = R(0.5), delta[1][1] = R(0.5); /* centre (8, 8), half its sides */
    delta[1][2] = delta[1][3] = (real)log(0.5);
    int n = proposals(to, 32, 32, false);
    cr_assert_eq(n, 3);
    cr_expect(is(to[0], 4, 4, 12, 12) && is(to[1], 4, 4, 12, 12));
}

Test(propose, nothing_outside)
{
    Box to[MOST];
    logit[0][0] = 3, logit[0][15] = 9;
    delta[0][0] = -4;
    int n = proposals(to, 16, 16, false);
    for (int i = 0; i < n; i++)
        cr_expect(!box_is_empty(to[i]) && to[i].x0 >= 0 && to[i].x1 <= 16, "box %d", i);
    cr_expect(n < 4, "left of the image and beyond its end");
}

/* Logits and deltas that are no numbers give no proposals, and leave the others. */
Test(propose, no_numbers)
{
    Box to[MOST];
    for (int i = 0; i < CELLS; i++) logit[0][i] = R(NAN), logit[1][i] = R(INFINITY);
    cr_expect_eq(proposals(to, 32, 32, false), 0);
    logit[0][5] = 1, logit[0][6] = R(0.5), delta[0][4 * 6] = R(NAN);
    cr_expect_eq(proposals(to, 32, 32, false), 1);
    cr_expect(is(to[0], 4, 4, 12, 12));
}

/* --- detections ---------------------------------------------------------- */

static int found(Detection *to, const Box *region, const real *logit_of,
                 const real *delta_of, int n)
{
    size_t used = arena.used;
    int    count = detect(to, region, logit_of, delta_of, n, CLASSES, 32, 32, &r, &arena);
    cr_expect(arena.used == used);
    return count;
}

Test(detect, classes_have_their_own_boxes)
{
    Detection to[MOST];
    Box       region = { 8, 8, 16, 16 };
    real      x[CLASSES + 1] = { (real)log(0.5), (real)log(0.3), (real)log(0.04),
                                 (real)log(0.16) };
    real      d[4 * CLASSES] = { 0 };
    d[4] = 10; /* class 1: a side to the right, with weight 10 */
    int n = found(to, &region, x, d, 1);
    cr_assert_eq(n, 2, "0.04 is too little, background is nothing");
    cr_expect(to[0].class == 0 && fabs((double)to[0].score - 0.5) < 1e-6);
    cr_expect(to[1].class == 1 && fabs((double)to[1].score - 0.3) < 1e-6);
    cr_expect(is(to[0].box, 8, 8, 16, 16) && is(to[1].box, 16, 8, 24, 16));
}

/* Over 0.05, not from it on. */
Test(detect, the_least_score_is_not_enough)
{
    Detection to[MOST];
    Box       region = { 8, 8, 16, 16 };
    real      x[CLASSES + 1] = { 0 }, d[4 * CLASSES] = { 0 };
    r.score_least = 0.25;
    cr_expect_eq(found(to, &region, x, d, 1), 0);
    r.score_least = 0.2499;
    cr_expect_eq(found(to, &region, x, d, 1), 3);
}

Test(detect, suppressed_in_their_class)
{
    Detection to[MOST];
    const Box region[] = { { 8, 8, 16, 16 }, { 8, 8, 16, 15 }, { 8, 8, 16, 14 } };
    real      d[3 * 4 * CLASSES] = { 0 };
    real      x[3][CLASSES + 1] = { { 4, 0, 0, 0 }, { 5, 0, 0, 0 }, { 0, 5, 0, 0 } };
    int       n = found(to, region, x[0], d, 3);
    cr_assert_eq(n, 2);
    cr_expect(is(to[0].box, 8, 8, 16, 15) && to[0].class == 0,
              "of equal scores the first");
    cr_expect(is(to[1].box, 8, 8, 16, 14) && to[1].class == 1);
    r.detections = 1;
    cr_expect_eq(found(to, region, x[0], d, 3), 1);
}

Test(detect, no_numbers)
{
    Detection to[MOST];
    const Box region[] = { { 8, 8, 16, 16 }, { 20, 20, 30, 30 }, { 0, 0, 4, 4 } };
    real      d[3 * 4 * CLASSES] = { 0 };
    real      x[3][CLASSES + 1] = { { R(NAN), 4, 0, 0 }, { 4, 0, 0, 0 }, { 4, 0, 0, 0 } };
    d[2 * 4 * CLASSES + 7] = R(INFINITY);
    int n = found(to, region, x[0], d, 3);
    cr_assert_eq(n, 1);
    cr_expect(is(to[0].box, 20, 20, 30, 30));
    cr_expect_eq(found(to, NULL, NULL, NULL, 0), 0);
}

Test(detect, in_the_image_as_it_was)
{
    Detection d[2] = { { { 40, 4, 60, 6 }, 0, R(0.9) }, { { 4, 8, 80, 16 }, 2, R(0.4) } };
    int       n = detections_resize(d, 2, 32, 32, 64, 16);
    cr_assert_eq(n, 1, "the first lies in the padding");
    cr_expect(d[0].class == 2 && is(d[0].box, 2, 16, 16, 32));
}
