/* What anchors and regions learn, on cases small enough to be done by hand. */
#include "core/model/assign.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static Arena arena;

static void open_arena(void) { arena_open(&arena, "assignments", NULL, NULL); }
static void close_arena(void) { arena_close(&arena); }

TestSuite(assign, .init = open_arena, .fini = close_arena);

static const int classes_01[] = { 0, 1 };

/* IoU 1, 0.8, 0.5 and 0 with the first truth. */
static const Box anchor[] = { { 0, 0, 10, 10 }, { 0, 0, 10, 8 }, { 0, 0, 10, 5 },
                              { 50, 50, 60, 60 } };

Test(assign, by_overlap)
{
    const Truth t = { 1, (const Box[]){ { 0, 0, 10, 10 } }, classes_01 };
    int         of[4];
    assign_anchors(of, anchor, 4, &t, &box_rules, &arena);
    cr_expect(of[0] == 0 && of[1] == 0);
    cr_expect(of[2] == FOR_NEITHER, "0.5 is between 0.3 and 0.7");
    cr_expect(of[3] == FOR_NOTHING);
    cr_expect(arena.used == 0);
}

/* Thresholds count as reached: 0.7 is for something, 0.3 is not for nothing. */
Test(assign, at_the_thresholds)
{
    const Truth t = { 1, (const Box[]){ { 0, 0, 8, 8 } }, classes_01 };
    BoxRules    r = box_rules;
    Box         box[] = { { 0, 0, 8, 8 }, { 0, 0, 8, 4 }, { 0, 0, 8, 2 } };
    int         of[3];
    r.positive = 0.5, r.negative = 0.25;
    assign_anchors(of, box, 3, &t, &r, &arena);
    cr_expect(of[1] == 0 && of[2] == FOR_NEITHER);
}

/* A truth far from all claims those that overlap it most, however little, ties included;
 * each for the truth that it itself overlaps most. */
Test(assign, low_quality)
{
    const Box   far[] = { { 0, 0, 10, 10 }, { 40, 40, 51, 51 } };
    const Truth t = { 2, far, classes_01 };
    const Box   box[] = { { 0, 0, 10, 10 }, { 50, 50, 60, 60 }, { 50, 50, 60, 60 },
                          { 48, 48, 80, 80 } };
    int         of[4];
    assign_anchors(of, box, 4, &t, &box_rules, &arena);
    cr_expect(of[0] == 0 && of[3] == 1);
    cr_expect(of[1] == FOR_NOTHING, "0.004 is not the most");
    assign_anchors(of, box, 3, &t, &box_rules, &arena);
    cr_expect(of[1] == 1 && of[2] == 1, "both overlap it most");

    /* the second truth is overlapped most by a box that overlaps the first more */
    const Truth both = { 2, (const Box[]){ { 0, 0, 10, 10 }, { 8, 0, 18, 10 } },
                         classes_01 };
    const Box   one[] = { { 1, 0, 11, 10 }, { 30, 30, 40, 40 } };
    assign_anchors(of, one, 2, &both, &box_rules, &arena);
    cr_expect(of[0] == 0 && of[1] == FOR_NOTHING);
}

/* A truth that nothing overlaps claims nothing; without truths all are for nothing. */
Test(assign, nothing_to_claim)
{
    const Truth t = { 1, (const Box[]){ { 900, 900, 910, 910 } }, classes_01 };
    const Truth none = { 0, NULL, NULL };
    int         of[4];
    assign_anchors(of, anchor, 4, &t, &box_rules, &arena);
    for (int i = 0; i < 4; i++) cr_expect(of[i] == FOR_NOTHING, "anchor %d", i);
    const Box   near[] = { { 0, 0, 10, 10 }, { 900, 900, 910, 910 } };
    const Truth both = { 2, near, classes_01 };
    assign_anchors(of, anchor, 4, &both, &box_rules, &arena);
    cr_expect(of[2] == FOR_NEITHER, "nor for the other truth");
    assign_anchors(of, anchor, 4, &none, &box_rules, &arena);
    for (int i = 0; i < 4; i++) cr_expect(of[i] == FOR_NOTHING, "anchor %d", i);
    assign_regions(of, anchor, 4, &none, 0.5);
    for (int i = 0; i < 4; i++) cr_expect(of[i] == FOR_NOTHING, "region %d", i);
}

Test(assign, regions_by_one_threshold)
{
    const Truth t = { 2, (const Box[]){ { 0, 0, 10, 10 }, { 0, 0, 10, 5 } }, classes_01 };
    int         of[4];
    assign_regions(of, anchor, 4, &t, 0.5);
    cr_expect(of[0] == 0 && of[1] == 0 && of[2] == 1 && of[3] == FOR_NOTHING);
}

/* --- sampling ------------------------------------------------------------ */

enum { MANY = 100 };

/* Every third is for something, every fifth is between. */
static void fill(int of[MANY])
{
    for (int i = 0; i < MANY; i++)
        of[i] = i % 5 == 0 ? FOR_NEITHER : i % 3 == 0 ? i : FOR_NOTHING;
}

Test(assign, samples_have_their_shares)
{
    int of[MANY], kept[MANY], positive, seen[MANY] = { 0 };
    fill(of);
    for (uint64_t image = 0; image < 200; image++) {
        Rng rng = rng_at(3, STREAM_BOXES, 0, image);
        int n = assign_sample(kept, &positive, of, MANY, 40, 0.25, &rng, &arena);
        cr_assert(n == 40 && positive == 10, "%d of %d", positive, n);
        bool twice[MANY] = { false };
        for (int i = 0; i < n; i++) {
            cr_expect((of[kept[i]] >= 0) == (i < positive) && of[kept[i]] != FOR_NEITHER);
            cr_expect(!twice[kept[i]], "%d twice", kept[i]);
            twice[kept[i]] = true;
            seen[kept[i]]++;
        }
    }
    for (int i = 0; i < MANY; i++)
        cr_expect((seen[i] > 0) == (i % 5 != 0), "%d is drawn %d times", i, seen[i]);
    cr_expect(arena.used == 0);
}

Test(assign, the_same_key_the_same_sample)
{
    int of[MANY], a[MANY], b[MANY], positive;
    fill(of);
    Rng rng = rng_at(3, STREAM_BOXES, 7, 1), same = rng_at(3, STREAM_BOXES, 7, 1);
    Rng other = rng_at(3, STREAM_BOXES, 8, 1);
    int n = assign_sample(a, &positive, of, MANY, 40, 0.25, &rng, &arena);
    assign_sample(b, &positive, of, MANY, 40, 0.25, &same, &arena);
    cr_expect(!memcmp(a, b, (size_t)n * sizeof *a));
    assign_sample(b, &positive, of, MANY, 40, 0.25, &other, &arena);
    cr_expect(memcmp(a, b, (size_t)n * sizeof *a));
}

/* Where too few are for something the rest is for nothing; there may be fewer in all. */
Test(assign, samples_of_few)
{
    int of[6] = { -1, -1, 0, -1, -2, -1 }, kept[10], positive;
    Rng rng = rng_at(3, STREAM_BOXES, 0, 0);
    cr_expect_eq(assign_sample(kept, &positive, of, 6, 4, 0.5, &rng, &arena), 4);
    cr_expect(positive == 1 && kept[0] == 2);
    cr_expect_eq(assign_sample(kept, &positive, of, 6, 10, 0.5, &rng, &arena), 5);
    cr_expect_eq(assign_sample(kept, &positive, of, 0, 10, 0.5, &rng, &arena), 0);
    cr_expect_eq(positive, 0);
}

/* --- targets ------------------------------------------------------------- */

static BoxRules small(void)
{
    BoxRules r = box_rules;
    r.levels = 2, r.ratios = 1, r.ratio[0] = 1;
    r.stride[0] = 8, r.stride[1] = 16, r.side[0] = 8, r.side[1] = 16;
    r.anchors = 6, r.regions = 8;
    return r;
}

/* Two images, the second empty: its anchors are all for nothing. */
Test(assign, targets_of_anchors)
{
    BoxRules      r = small();
    Anchors       a;
    AnchorTargets to;
    const Box     box = { 4, 4, 12, 14 };
    const Truth   truth[2] = { { 1, &box, classes_01 }, { 0, NULL, NULL } };
    Rng           rng[2];
    for (uint64_t n = 0; n < 2; n++) rng[n] = rng_at(1, STREAM_BOXES, 0, n);
    anchors_make(&a, &arena, &r, (int[]){ 4, 2 }, (int[]){ 4, 2 });
    anchor_targets(&to, &a, truth, 2, &r, rng, &arena);
    cr_expect_eq(to.logits[0].n + to.logits[1].n, 12, "six of each image");
    cr_expect_eq(to.deltas[0].n + to.deltas[1].n, 4);
    int ones = 0;
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < to.logits[l].n; i++) {
            cr_expect(to.logits[l].at[i] < 2 * (l ? 4 : 16));
            ones += to.logits[l].value[i] == 1;
        }
    cr_expect_eq(ones, 1);
    /* the anchor at row 1, column 1 of level 0: (4, 4) to (12, 12) */
    cr_assert_eq(to.deltas[0].n, 4);
    for (int k = 0; k < 4; k++) cr_expect_eq(to.deltas[0].at[k], 4 * 5 + k);
    cr_expect(to.deltas[0].value[0] == 0 &&
              fabs((double)to.deltas[0].value[1] - 1.0 / 8) < 1e-6 &&
              fabs((double)to.deltas[0].value[3] - log(10.0 / 8)) < 1e-6);
}

Test(assign, regions_with_the_truth_among_them)
{
    BoxRules    r = small();
    const Box   box = { 4, 4, 12, 14 };
    const Truth truth = { 1, &box, (const int[]){ 2 } };
    const Box   proposal[] = { { 30, 30, 40, 40 }, { 0, 0, 3, 3 }, { 4, 4, 12, 13 } };
    Regions     got[2];
    Rng         rng = rng_at(1, STREAM_BOXES, 0, 0);
    regions_sample(&got[0], proposal, 2, &truth, 5, &r, &rng, &arena);
    cr_assert(got[0].count == 3 && got[0].foreground == 1);
    cr_expect(!memcmp(&got[0].box[0], &box, sizeof box) && got[0].class[0] == 2 &&
              got[0].truth[0] == 0);
    cr_expect(got[0].class[1] == 5 && got[0].class[2] == 5);

    r.regions = 4; /* at most one of which is foreground */
    regions_sample(&got[1], proposal, 3, &truth, 5, &r, &rng, &arena);
    cr_assert(got[1].count == 3 && got[1].foreground == 1);

    const Truth both[2] = { truth, truth };
    Targets     t = region_targets(got, both, 2, 5, &r, &arena);
    cr_assert_eq(t.n, 8);
    for (int k = 0; k < 4; k++) {
        cr_expect_eq(t.at[k], 4 * 2 + k);
        cr_expect(t.value[k] == 0, "a truth is its own region");
        cr_expect_eq(t.at[4 + k], 4 * (3 * 5 + 2) + k);
    }
}

Test(assign, no_regions_of_nothing)
{
    BoxRules    r = small();
    const Truth none = { 0, NULL, NULL };
    Regions     got;
    Rng         rng = rng_at(1, STREAM_BOXES, 0, 0);
    regions_sample(&got, NULL, 0, &none, 5, &r, &rng, &arena);
    cr_expect(got.count == 0 && got.foreground == 0);
    cr_expect_eq(region_targets(&got, &none, 1, 5, &r, &arena).n, 0);
}

/* Sides of 112 to below 224 pixels are level 3 of the paper, 1 here. */
Test(assign, levels_of_regions)
{
    static const struct { double side; int level; } want[] = {
        { 0, 0 }, { 1, 0 }, { 111, 0 }, { 112, 1 }, { 223, 1 }, { 224, 2 }, { 447, 2 },
        { 448, 3 }, { 1000, 3 }, { 5000, 3 },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        real s = (real)want[i].side;
        int  level = region_level((Box){ 0, 0, s, s }, &box_rules);
        cr_expect_eq(level, want[i].level, "side %g is level %d", want[i].side, level);
    }
    cr_expect_eq(region_level((Box){ 5, 5, 1, 1 }, &box_rules), 0, "turned over");
}
