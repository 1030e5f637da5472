/* How segmentation sees pictures: resized as OpenCV does, cropped, in other colours. */
#include "core/data/cutting.h"
#include "core/data/dense.h"
#include "core/data/distort.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

Test(resize_linear, is_linear_between_the_centres_of_pixels)
{
    static const uint8_t two[] = { 0, 100 }, four[] = { 0, 25, 75, 100 };
    uint8_t out[64 * 64 * 3], from[31 * 17 * 3];
    View    v = { two, 1, 2, 1, 2 };
    Image   scratch = { 0 };
    Rng     rng = rng_at(1, STREAM_TEST, 0, 0);
    resize_linear(out, 1, 4, &v, &scratch);
    cr_expect(!memcmp(out, four, 4), "%d %d %d %d", out[0], out[1], out[2], out[3]);
    for (size_t i = 0; i < sizeof from; i++) from[i] = (uint8_t)rng_bits(&rng);
    v = (View){ from, 31, 17, 3, 51 };
    for (int side = 1; side <= 64; side += 9) {
        resize_linear(out, side, 65 - side, &v, &scratch);
        for (int y = 0; y < side; y++)
            for (int x = 0; x < 65 - side; x++) {
                double fy = fmin(fmax((y + 0.5) * 31 / side - 0.5, 0), 30);
                double fx = fmin(fmax((x + 0.5) * 17 / (65 - side) - 0.5, 0), 16);
                int    t = (int)fmin(fy, 29), l = (int)fmin(fx, 15);
                for (int c = 0; c < 3; c++) {
                    const uint8_t *p = from + (t * 17 + l) * 3 + c;
                    double a = p[0] + (fx - l) * (p[3] - p[0]);
                    double b = p[51] + (fx - l) * (p[54] - p[51]);
                    double off = out[(y * (65 - side) + x) * 3 + c] - (a + (fy - t) * (b - a));
                    cr_assert(fabs(off) <= 1, "%d: %d, %d: off by %g", side, y, x, off);
                }
            }
    }
    image_free(&scratch);
}

Test(resize_linear, nearest_is_from_the_middle_or_the_corner)
{
    int index[7];
    resize_nearest(index, 3, 5, LIKE_PILLOW);
    cr_expect(index[0] == 0 && index[1] == 2 && index[2] == 4);
    resize_nearest(index, 3, 5, LIKE_OPENCV);
    cr_expect(index[0] == 0 && index[1] == 1 && index[2] == 3);
    resize_nearest(index, 7, 2, LIKE_OPENCV);
    for (int i = 0; i < 7; i++) cr_expect(index[i] == i * 2 / 7);
}

/* --- colours ----------------------------------------------------------------- */

static void apply(Distortion d, uint8_t r, uint8_t g, uint8_t b, uint8_t out[3])
{
    Image m = { .height = 1, .width = 1, .channels = 3, .pixels = out };
    out[0] = r, out[1] = g, out[2] = b;
    distort_apply(&d, &m);
}

static void expect_colour(const uint8_t got[3], int r, int g, int b)
{
    cr_expect(got[0] == r && got[1] == g && got[2] == b, "%d %d %d, expected %d %d %d", got[0],
              got[1], got[2], r, g, b);
}

Test(distort, changes_are_what_they_are_called)
{
    uint8_t p[3];
    apply((Distortion){ .contrast = 1, .saturation = 1 }, 1, 2, 3, p);
    expect_colour(p, 1, 2, 3);
    apply((Distortion){ 20.5, .contrast = 1, .saturation = 1 }, 0, 100, 250, p);
    expect_colour(p, 20, 120, 255);
    apply((Distortion){ .contrast = 0.5, .saturation = 1 }, 101, 0, 255, p);
    expect_colour(p, 50, 0, 127);
    apply((Distortion){ .contrast = 1, .saturation = 1, .hue = 60 }, 255, 0, 0, p);
    expect_colour(p, 0, 255, 0);
    apply((Distortion){ .contrast = 1, .saturation = 1, .hue = -15 }, 0, 200, 0, p);
    expect_colour(p, 100, 200, 0);
    apply((Distortion){ .contrast = 1, .saturation = 1, .hue = -1 }, 255, 0, 0, p);
    expect_colour(p, 255, 0, 8); /* around the circle: 179 of 180 */
    apply((Distortion){ .contrast = 1, .saturation = 0.5 }, 255, 0, 0, p);
    expect_colour(p, 255, 128, 128);
    apply((Distortion){ .contrast = 1, .saturation = 1.5, .hue = 9 }, 77, 77, 77, p);
    expect_colour(p, 77, 77, 77);
    apply((Distortion){ 100, .contrast = 0.5, .saturation = 1 }, 200, 200, 200, p);
    expect_colour(p, 127, 127, 127); /* brightness first, cut at 255 */
    Distortion d = { .contrast = 1.5, .saturation = 0.5, .contrast_first = true };
    apply(d, 200, 100, 100, p);
    expect_colour(p, 255, 203, 203);
    d.contrast_first = false;
    apply(d, 200, 100, 100, p);
    expect_colour(p, 255, 226, 226);
}

/* Through hue, saturation and value and back: what 8 bits lose. */
Test(distort, a_turn_of_nothing_is_nearly_nothing)
{
    double sum = 0;
    int    n = 0;
    for (int r = 0; r < 256; r += 15)
        for (int g = 0; g < 256; g += 15)
            for (int b = 0; b < 256; b += 15, n++) {
                uint8_t p[3];
                apply((Distortion){ .contrast = 1, .saturation = 1, .hue = 180 }, (uint8_t)r,
                      (uint8_t)g, (uint8_t)b, p);
                int off = abs(p[0] - r) + abs(p[1] - g) + abs(p[2] - b);
                cr_expect(off <= 8, "%d %d %d: %d", r, g, b, off);
                sum += off;
            }
    cr_expect(sum / n <= 2, "%g", sum / n);
}

Test(distort, each_change_comes_half_of_the_time)
{
    enum { N = 4000 };
    int  n[5] = { 0 };
    for (uint64_t i = 0; i < N; i++) {
        Rng        rng = rng_at(2, STREAM_TEST, 0, i);
        Distortion d = distort_draw(&rng);
        cr_assert(fabs(d.brightness) <= 32 && d.hue >= -18 && d.hue <= 17);
        cr_assert(d.contrast >= 0.5 && d.contrast <= 1.5);
        cr_assert(d.saturation >= 0.5 && d.saturation <= 1.5);
        n[0] += d.brightness != 0, n[1] += d.contrast != 1, n[2] += d.saturation != 1;
        n[3] += d.hue != 0, n[4] += d.contrast_first;
    }
    for (int k = 0; k < 5; k++) cr_expect(abs(n[k] - N / 2) < 150, "%d: %d", k, n[k]);
}

/* --- crops ------------------------------------------------------------------- */

static DenseData *scenes(void)
{
    DenseConfig c = dense_defaults();
    DenseData  *d;
    Err         err;
    c.train_count = 30;
    cr_assert(!dense_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    return d;
}

static void get(const DenseData *d, int i, Annotated *s)
{
    Err err;
    cr_assert(!dense_get(d, i, s, &err), "%s", err.text);
}

static bool is_varied(const LabelMap *m)
{
    size_t count[16] = { 0 }, most = 0, all = (size_t)m->height * (size_t)m->width;
    for (size_t i = 0; i < all; i++)
        if (++count[m->label[i]] > most) most = count[m->label[i]];
    return most < all && (double)most < 0.75 * (double)all;
}

/* Left half of one class, right half of another: crops look for both.  The rule is what
 * makes the difference. */
Test(cutting, looks_for_several_classes)
{
    DenseData *d = scenes();
    Annotated  s;
    Cutting    with = cutting_defaults(16), without;
    int        varied[2] = { 0 };
    with.ratio_min = with.ratio_max = 4, with.long_side = with.short_side = 16;
    with.flip = 0, with.colours = false;
    without = with, without.most = 1;
    annotated_open(&s);
    for (int e = 0; e < 200; e++)
        for (int rule = 0; rule < 2; rule++) {
            get(d, 0, &s);
            for (int p = 0; p < 64 * 64; p++) s.labels.label[p] = p % 64 < 32 ? 3 : 5;
            cutting_apply(rule ? &with : &without, &s, 4, (uint64_t)e);
            cr_assert(s.image.height == 16 && s.image.width == 16 && s.labels.width == 16);
            varied[rule] += is_varied(&s.labels);
        }
    /* 7 of 49 places, and in eleven draws 1 - (42/49)^11 = 0.82 */
    cr_expect(varied[0] > 12 && varied[0] < 50, "%d", varied[0]);
    cr_expect(varied[1] > 140 && varied[1] < 185, "%d", varied[1]);
    annotated_close(&s);
    dense_close(d);
}

Test(cutting, depends_on_seed_epoch_and_index_alone)
{
    DenseData *d = scenes();
    Annotated  s, t;
    Cutting    c = cutting_defaults(48);
    int        smaller = 0;
    annotated_open(&s), annotated_open(&t);
    for (int i = 0; i < d->count; i++) {
        get(d, i, &s), get(d, 29 - i, &t), get(d, i, &t);
        cutting_apply(&c, &s, 1, 2), cutting_apply(&c, &t, 1, 2);
        size_t n = (size_t)s.image.height * (size_t)s.image.width;
        cr_assert(s.image.height == t.image.height && s.image.height <= 48);
        cr_expect(!memcmp(s.image.pixels, t.image.pixels, 3 * n), "%d", i);
        cr_expect(!memcmp(s.labels.label, t.labels.label, n * sizeof *s.labels.label));
        smaller += s.image.height < 48;
    }
    cr_expect(smaller > 3 && smaller < 20, "%d of 30 are smaller than the crop", smaller);
    annotated_close(&s), annotated_close(&t);
    dense_close(d);
}

Test(cutting, is_evaluated_whole)
{
    DenseData *d = scenes();
    Annotated  s;
    Cutting    c = cutting_defaults(32);
    annotated_open(&s);
    get(d, 0, &s);
    cutting_whole(&c, &s);
    cr_expect(s.image.height == 32 && s.image.width == 32 && s.labels.height == 32);
    annotated_resize(&s, 10, 100, LIKE_OPENCV);
    cutting_whole(&c, &s); /* the longer side is at its limit first */
    cr_expect(s.image.height == 13 && s.image.width == 128);
    annotated_close(&s);
    dense_close(d);
}
