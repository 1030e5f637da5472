/* Outlines: cutting keeps areas and boxes, runs are gathered pixel by pixel, and what a
 * mask head should say. */
#include "core/base/rng.h"
#include "core/data/outline.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static Arena arena;
static void  open_arena(void) { arena_open(&arena, "test", NULL, NULL); }
static void  close_arena(void) { arena_close(&arena); }
TestSuite(outline, .init = open_arena, .fini = close_arena);

/* Of polygons that do not cross themselves. */
static double area(const Outline *o)
{
    const double *xy = o->xy;
    double        sum = 0;
    for (size_t k = 0; k < o->parts; xy += 2 * o->points[k++]) {
        double twice = 0;
        for (size_t i = 0, n = o->points[k]; i < n; i++) {
            size_t j = (i + 1) % n;
            twice += (xy[2 * i] - xy[0]) * (xy[2 * j + 1] - xy[1]) -
                     (xy[2 * j] - xy[0]) * (xy[2 * i + 1] - xy[1]);
        }
        sum += fabs(twice) / 2;
    }
    return sum;
}

/* A star of n corners around the middle of 64 x 64: any such does not cross itself. */
static Outline star(size_t n, uint64_t number, int whole)
{
    Rng     rng = rng_at(3, STREAM_TEST, 0, number);
    size_t *points = ARENA_NEW(&arena, size_t, 1);
    double *xy = ARENA_NEW(&arena, double, 2 * n);
    for (size_t i = 0; i < n; i++) {
        double turn = 6.283185307179586 * ((double)i + 0.9 * rng_unit53(&rng)) / (double)n;
        double far = 3 + 45 * rng_unit53(&rng);
        xy[2 * i] = 32 + far * cos(turn), xy[2 * i + 1] = 32 + far * sin(turn);
        for (int k = 0; k < 2 && whole; k++) xy[2 * i + (size_t)k] = rint(xy[2 * i + (size_t)k]);
    }
    *points = n;
    return (Outline){ .parts = 1, .points = points, .xy = xy };
}

static Outline cropped(Outline o, int top, int left, int height, int width)
{
    if (!outline_crop(&o, &arena, top, left, height, width)) o.parts = 0;
    return o;
}

/* From -32 on in tiles of any size: all that there is lies in exactly one of them. */
Test(outline, tiles_sum_to_the_whole)
{
    for (uint64_t k = 0; k < 300; k++) {
        Outline   o = star(3 + k % 40, k, 0);
        double    sum = 0;
        const int height = 5 + (int)(k % 23), width = 7 + (int)(k % 17);
        for (int top = -32; top < 128; top += height)
            for (int left = -32; left < 128; left += width) {
                Outline part = cropped(o, top, left, height, width);
                double  box[4];
                sum += area(&part);
                if (!part.parts) continue;
                cr_expect(outline_box(box, &part));
                cr_expect(box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height,
                          "star %d: a box of %g %g %g %g", (int)k, box[0], box[1], box[2], box[3]);
            }
        cr_expect(fabs(sum - area(&o)) <= 1e-9, "star %d: %.12g of %.12g", (int)k, sum, area(&o));
        arena_reset(&arena);
    }
}

/* With whole corners and windows the cut moves no side by more than its rounding to fifths
 * of pixels: only pixels at the edge may differ. */
Test(outline, a_cut_raster_is_the_raster_cut)
{
    enum { H = 24, W = 20 };
    static uint8_t whole[64 * 64], part[H * W];
    long           differ = 0, all = 0;
    for (uint64_t k = 0; k < 200; k++) {
        Outline   o = star(3 + k % 20, k, 1);
        const int top = (int)(k * 7 % 40), left = (int)(k * 11 % 44);
        Outline   cut = cropped(o, top, left, H, W);
        Rle       m;
        cr_assert(outline_runs(&m, &arena, &o, 64, 64));
        rle_to_pixels(whole, &m);
        memset(part, 0, sizeof part);
        if (cut.parts) {
            cr_assert(outline_runs(&m, &arena, &cut, H, W));
            rle_to_pixels(part, &m);
        }
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                differ += part[y * W + x] != whole[(top + y) * 64 + left + x];
                all += whole[(top + y) * 64 + left + x];
            }
        arena_reset(&arena);
    }
    cr_expect(all > 20000, "%ld", all);
    cr_expect(differ <= 200, "%ld of %ld pixels", differ, all);
}

/* A strip that goes around the window's corner on the outside: two pieces far from it. */
Test(outline, what_leaves_and_comes_back_falls_apart)
{
    static const double xy[] = { 2, 2,  14, 2,  14, 14,  2, 14,  2, 12,  12, 12,  12, 4,  2, 4 };
    static const size_t points[] = { 8 };
    const Outline       o = { .parts = 1, .points = points, .xy = xy };
    Outline             both = cropped(o, 0, 0, 20, 8), one = cropped(o, 0, 0, 10, 10);
    double              box[4];
    cr_assert(both.parts == 2 && both.points[0] == 4 && both.points[1] == 4);
    cr_expect(fabs(area(&both) - 24) <= 1e-12);
    cr_assert(one.parts == 1 && outline_box(box, &one));
    cr_expect(box[0] == 2 && box[1] == 2 && box[2] == 10 && box[3] == 4, "%g %g %g %g", box[0],
              box[1], box[2], box[3]);
    Outline none = cropped(o, 5, 0, 6, 11);
    cr_expect(!none.parts, "the inside of a C is not C");
}

Test(outline, sides_on_the_line_and_all_outside)
{
    static const double xy[] = { 4, 4,  4, 8,  8, 8,  8, 4 };
    static const size_t points[] = { 4 };
    const Outline       o = { .parts = 1, .points = points, .xy = xy };
    cr_expect(fabs(area(&(Outline[]){ cropped(o, 4, 4, 4, 4) }[0]) - 16) <= 1e-12);
    cr_expect(!cropped(o, 4, 8, 4, 4).parts && !cropped(o, 0, 0, 4, 20).parts);
    cr_expect(!cropped(o, 100, 100, 4, 4).parts);
    cr_expect(cropped(o, 0, 0, 20, 20).xy[0] == 4);
}

/* A figure of eight crosses itself: pieces are gone backwards, and no corner is lost. */
Test(outline, crossing_polygons_are_cut_too)
{
    static const double xy[] = { 0, 0,  10, 10,  10, 0,  0, 10 };
    static const size_t points[] = { 4 };
    const Outline       o = { .parts = 1, .points = points, .xy = xy };
    Outline             top = cropped(o, 0, 0, 3, 10);
    double              box[4];
    cr_assert(top.parts == 2 && outline_box(box, &top));
    cr_expect(fabs(area(&top) - 9) <= 1e-12 && box[3] == 3, "%g", area(&top));
}

static void random_mask(uint8_t *mask, int n, uint64_t k)
{
    Rng rng = rng_at(5, STREAM_TEST, 1, k);
    for (int i = 0; i < n; i++) mask[i] = rng_below(&rng, 3) == 0 || (i && mask[i - 1] && i % 3);
}

Test(outline, runs_are_gathered_pixel_by_pixel)
{
    enum { H = 13, W = 9 };
    uint8_t mask[H * W], out[40 * 40];
    for (uint64_t k = 0; k < 100; k++) {
        const int h = 1 + (int)(k % 30), w = 1 + (int)(k * 7 % 38);
        int       row[40], column[40];
        Rng       rng = rng_at(6, STREAM_TEST, 2, k);
        Rle       from, to;
        random_mask(mask, H * W, k);
        if (k == 7) memset(mask, 1, sizeof mask);
        if (k == 8) memset(mask, 0, sizeof mask);
        rle_from_pixels(&from, &arena, mask, H, W);
        for (int y = 0; y < h; y++) row[y] = y * H / h;
        for (int x = 0; x < w; x++) column[x] = (int)rng_below(&rng, W);
        rle_gather(&to, &arena, &from, row, h, column, w);
        cr_assert(to.height == h && to.width == w && rle_check(to.count, to.n, h, w));
        for (size_t i = 1; i < to.n; i++) cr_expect(to.count[i], "an empty run");
        rle_to_pixels(out, &to);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                cr_assert(out[y * w + x] == mask[row[y] * W + column[x]], "%d: %d, %d", (int)k,
                          y, x);
        arena_reset(&arena);
    }
}

/* --- targets of mask heads --------------------------------------------------- */

Test(outline, a_target_is_the_polygon_in_its_box)
{
    static const double xy[] = { 10, 20,  10, 34,  17, 34,  17, 27,  24, 27,  24, 20 };
    static const size_t points[] = { 6 };
    const Outline       o = { .parts = 1, .points = points, .xy = xy };
    const double        box[] = { 10, 20, 24, 34 };
    uint8_t             mask[28 * 28];
    outline_target(mask, &arena, &o, box, 28);
    for (int y = 0; y < 28; y++)
        for (int x = 0; x < 28; x++)
            cr_expect(mask[y * 28 + x] == (y < 14 || x < 14), "%d, %d", y, x);
    const double beside[] = { 24.5, 20, 30, 34 }, nothing[] = { 12, 22, 12, 22 };
    outline_target(mask, &arena, &o, beside, 28);
    for (int i = 0; i < 28 * 28; i++) cr_expect(!mask[i]);
    outline_target(mask, &arena, &o, nothing, 28);
    cr_expect(mask[0] == 1, "a box without size is a tenth of a pixel");
}

Test(outline, a_target_of_runs_agrees_with_polygons)
{
    static uint8_t pixel[64 * 64], by_runs[28 * 28], by_polygon[28 * 28];
    long           differ = 0, all = 0;
    for (uint64_t k = 0; k < 50; k++) {
        Outline polygon = star(3 + k % 9, k, 0), runs = { 0 };
        Rng     rng = rng_at(8, STREAM_TEST, 3, k);
        double  box[] = { 20 * rng_unit53(&rng), 20 * rng_unit53(&rng), 64, 64 };
        cr_assert(outline_runs(&runs.runs, &arena, &polygon, 64, 64));
        rle_to_pixels(pixel, &runs.runs);
        outline_target(by_runs, &arena, &runs, box, 28);
        outline_target(by_polygon, &arena, &polygon, box, 28);
        for (int i = 0; i < 28 * 28; i++) {
            differ += by_runs[i] != by_polygon[i];
            all += by_polygon[i];
        }
        arena_reset(&arena);
    }
    cr_expect(all > 10000, "%ld", all);
    cr_expect(differ <= all / 20, "%ld of %ld", differ, all);
}
