/* Boxes, their deltas and suppression; anchors.  Exact on small cases, and against
 * torchvision's suppression (golden/dense.py). */
#include "core/model/anchors.h"
#include "core/model/boxes.h"
#include "core/train/safetensors.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static const Box square = { 0, 0, 10, 10 };

static bool near(double a, double b) { return fabs(a - b) <= 1e-5 * (1 + fabs(b)); }

Test(boxes, overlap)
{
    cr_expect(box_iou(square, square) == 1);
    cr_expect(near((double)box_iou(square, (Box){ 5, 0, 15, 10 }), 1.0 / 3));
    cr_expect(box_iou(square, (Box){ 10, 0, 20, 10 }) == 0, "they touch only");
    cr_expect(box_iou(square, (Box){ 5, 5, 5, 8 }) == 0, "flat");
    cr_expect(box_iou((Box){ 9, 9, 1, 1 }, square) == 0, "turned over");
    cr_expect(box_iou((Box){ 3, 3, 3, 3 }, (Box){ 3, 3, 3, 3 }) == 0,
              "nothing with nothing");
    cr_expect(box_area((Box){ 2, 3, 4, 7 }) == 8);
    cr_expect(box_is_empty((Box){ 0, 0, R(NAN), 4 }));
    cr_expect(!box_is_finite((Box){ 0, 0, R(INFINITY), 4 }));
}

Test(boxes, clipped)
{
    Box b = box_clip((Box){ -3, 4, 50, 90 }, 20, 30);
    cr_expect(b.x0 == 0 && b.y0 == 4 && b.x1 == 30 && b.y1 == 20);
    cr_expect(box_is_empty(box_clip((Box){ 40, 4, 50, 9 }, 20, 30)),
              "right of the image");
}

Test(boxes, deltas_and_back)
{
    static const double weight[4] = { 10, 10, 5, 5 };
    real                delta[4];
    Box                 to = { 4, 6, 24, 11 };
    box_encode(delta, square, to, weight);
    cr_expect(near((double)delta[0], 9) && near((double)delta[1], 3.5));
    cr_expect(near((double)delta[2], 5 * log(2)) && near((double)delta[3], 5 * log(0.5)));
    Box b = box_decode(delta, square, weight, 4);
    cr_expect(near((double)b.x0, 4) && near((double)b.y0, 6) && near((double)b.x1, 24) &&
              near((double)b.y1, 11));
}

/* A side grows to 1000 / 16 of what it was and no further. */
Test(boxes, deltas_have_an_end)
{
    static const double weight[4] = { 1, 1, 1, 1 };
    Box b = box_decode((real[]){ 0, 0, 80, R(1e30) }, square, weight, box_rules.log_most);
    cr_expect(near((double)(b.x1 - b.x0), 625) && near((double)(b.y1 - b.y0), 625));
    b = box_decode((real[]){ R(1e38), 0, 0, 0 }, square, weight, box_rules.log_most);
    cr_expect(sizeof(real) == 8 || !box_is_finite(b));
    b = box_decode((real[]){ 0, R(NAN), 0, 0 }, square, weight, box_rules.log_most);
    cr_expect(!box_is_finite(b));
}

/* --- suppression --------------------------------------------------------- */

static int suppress(int *kept, const Box *box, const real *score, const int *group, int n,
                    double iou)
{
    Arena a;
    arena_open(&a, "suppression", NULL, NULL);
    int count = boxes_suppress(kept, box, score, group, n, iou, &a);
    cr_expect(a.used == 0, "%zu bytes of scratch are left", a.used);
    arena_close(&a);
    return count;
}

Test(boxes, the_better_one_stays)
{
    static const Box  box[] = { { 0, 0, 10, 10 }, { 1, 0, 11, 10 }, { 2, 0, 12, 10 } };
    static const real score[] = { R(0.5), R(0.9), R(0.7) };
    int               kept[3];
    cr_expect_eq(suppress(kept, box, score, NULL, 3, 0.5), 1);
    cr_expect_eq(kept[0], 1);
    cr_expect_eq(suppress(kept, box, score, (int[]){ 0, 1, 2 }, 3, 0.5), 3,
                 "of other groups");
    cr_expect(kept[0] == 1 && kept[1] == 2 && kept[2] == 0);
    cr_expect_eq(suppress(kept, box, score, NULL, 0, 0.5), 0);
}

/* What goes does not make others go: 1 suppresses 0 and 2, not 3, though 2 overlaps 3. */
Test(boxes, what_is_gone_suppresses_nothing)
{
    static const Box  box[] = { { 0, 0, 10, 10 }, { 3, 0, 13, 10 }, { 6, 0, 16, 10 },
                                { 9, 0, 19, 10 } };
    static const real score[] = { R(0.5), R(0.9), R(0.7), R(0.6) };
    int               kept[4];
    cr_expect_eq(suppress(kept, box, score, NULL, 4, 0.5), 2);
    cr_expect(kept[0] == 1 && kept[1] == 3);
}

/* An IoU of exactly the threshold is not over it; of equal scores the first one stays. */
Test(boxes, ties)
{
    static const Box  half[] = { { 0, 0, 10, 10 }, { 0, 0, 10, 5 } };
    static const Box  same[] = { { 0, 0, 10, 10 }, { 0, 0, 10, 10 }, { 50, 50, 60, 60 } };
    static const real score[] = { R(0.5), R(0.5), R(0.5) };
    int               kept[3];
    cr_expect_eq(suppress(kept, half, score, NULL, 2, 0.5), 2);
    cr_expect_eq(suppress(kept, same, score, NULL, 3, 0.5), 2);
    cr_expect(kept[0] == 0 && kept[1] == 2);
}

static int read_golden(real *to, int most, const char *name)
{
    Safetensors f;
    Err         err;
    cr_assert(!safetensors_open(&f, "tests/golden/dense.safetensors", &err), "%s",
              err.text);
    const SafeTensor *x = safetensors_find(&f, name);
    cr_assert(x && x->count <= (size_t)most, "%s", name);
    cr_assert(!safetensors_read(&f, x, to, &err), "%s", err.text);
    int n = (int)x->count;
    safetensors_close(&f);
    return n;
}

Test(boxes, suppression_is_torchvisions)
{
    enum { MOST = 400 };
    real box[MOST], score[MOST], want[MOST];
    int  kept[MOST], n = read_golden(score, MOST, "nms_score");
    cr_assert_eq(read_golden(box, MOST, "nms_box"), 4 * n);
    for (int percent = 30; percent <= 70; percent += 20) {
        char name[32];
        snprintf(name, sizeof name, "nms_kept%d", percent);
        int count = suppress(kept, (const Box *)(const void *)box, score, NULL, n,
                             percent / 100.0);
        cr_assert_eq(read_golden(want, MOST, name), count, "over %d%%: %d stay", percent,
                     count);
        for (int i = 0; i < count; i++)
            cr_expect(kept[i] == (int)want[i], "over %d%%: place %d is %d, not %d",
                      percent, i, kept[i], (int)want[i]);
    }
}

/* --- anchors ------------------------------------------------------------- */

Test(anchors, published)
{
    static const int side[] = { 256, 128, 64, 32, 16 };
    Anchors          a;
    Arena            arena;
    arena_open(&arena, "anchors", NULL, NULL);
    anchors_make(&a, &arena, &box_rules, side, side);
    cr_expect_eq(a.first[a.levels], 261888);
    static const double half[3][2] = { { 22.627417, 11.313708 }, { 16, 16 },
                                       { 11.313708, 22.627417 } };
    for (int k = 0; k < 3; k++) {
        Box b = a.box[k]; /* at (0, 0) */
        cr_expect(near((double)b.x1, half[k][0]) && near((double)b.y1, half[k][1]) &&
                      b.x0 == -b.x1 && b.y0 == -b.y1,
                  "ratio %d: %g x %g", k, (double)b.x1, (double)b.y1);
    }
    Box b = a.box[a.first[1] + (2 * 128 + 3) * 3 + 1]; /* row 2, column 3, square */
    cr_expect(b.x0 == 24 - 32 && b.y0 == 16 - 32 && b.x1 == 24 + 32 && b.y1 == 16 + 32);
    arena_close(&arena);
}

Test(anchors, on_maps_that_are_not_square)
{
    BoxRules r = box_rules;
    r.levels = 2, r.ratios = 1, r.ratio[0] = 1;
    Anchors a;
    Arena   arena;
    arena_open(&arena, "anchors", NULL, NULL);
    anchors_make(&a, &arena, &r, (int[]){ 2, 1 }, (int[]){ 3, 2 });
    cr_expect(a.first[1] == 6 && a.first[2] == 8);
    Box b = a.box[4]; /* row 1, column 1 */
    cr_expect(b.x0 + b.x1 == 8 && b.y0 + b.y1 == 8);
    arena_close(&arena);
}
