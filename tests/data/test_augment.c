#include "core/base/rng.h"
#include "core/data/augment.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { TRIES = 4000 };

static bool same(Crop a, Crop b)
{
    return a.top == b.top && a.left == b.left && a.height == b.height &&
           a.width == b.width && a.flip == b.flip;
}

Test(augment, stays_in_its_ranges)
{
    Augment a = augment_defaults();
    int     flips = 0;
    double  area = 0;
    for (uint64_t i = 0; i < TRIES; i++) {
        Crop   c = augment_crop(&a, 96, 128, 1, 2, i);
        double share = c.height * c.width / (96.0 * 128);
        double aspect = (double)c.width / c.height;
        cr_assert(c.top >= 0 && c.left >= 0 && c.height >= 1 && c.width >= 1 &&
                      c.top + c.height <= 96 && c.left + c.width <= 128,
                  "crop %d x %d at %d, %d", c.height, c.width, c.top, c.left);
        cr_assert(share >= 0.19 && share <= 1, "area %g", share); /* sides are rounded */
        cr_assert(aspect >= 0.73 && aspect <= 1.37, "aspect %g", aspect);
        flips += c.flip;
        area += share;
    }
    /* Large windows often do not fit: a simulation of the rule gives 0.499. */
    cr_expect(fabs(flips / (double)TRIES - 0.5) <= 0.03, "%d flips", flips);
    cr_expect(fabs(area / TRIES - 0.499) <= 0.01, "mean area %g", area / TRIES);
}

Test(augment, is_keyed_by_seed_epoch_and_image)
{
    Augment a = augment_defaults();
    Crop    c = augment_crop(&a, 200, 200, 1, 2, 3);
    cr_expect(same(c, augment_crop(&a, 200, 200, 1, 2, 3)));
    cr_expect(!same(c, augment_crop(&a, 200, 200, 2, 2, 3)));
    cr_expect(!same(c, augment_crop(&a, 200, 200, 1, 3, 3)));
    cr_expect(!same(c, augment_crop(&a, 200, 200, 1, 2, 4)));
}

/* No window of full area and aspect 3/4..4/3 fits in a strip. */
Test(augment, falls_back_to_the_largest_centred_window)
{
    Augment a = augment_defaults();
    a.area_min = 1, a.flip = 0;
    cr_expect(same(augment_crop(&a, 30, 100, 1, 0, 0),
                   (Crop){ .top = 0, .left = 30, .height = 30, .width = 40 }));
    cr_expect(same(augment_crop(&a, 100, 30, 1, 0, 0),
                   (Crop){ .top = 30, .left = 0, .height = 40, .width = 30 }));
}

/* One try: what is too long is cut, and so strips are seen whole across. */
Test(augment, once_is_cut_to_the_picture)
{
    Augment a = augment_defaults();
    double  area = 0;
    a.area_min = 0.08, a.once = true;
    for (uint64_t i = 0; i < TRIES; i++) {
        Crop c = augment_crop(&a, 96, 128, 1, 2, i);
        cr_assert(c.top >= 0 && c.left >= 0 && c.height >= 1 && c.width >= 1 &&
                      c.top + c.height <= 96 && c.left + c.width <= 128,
                  "crop %d x %d at %d, %d", c.height, c.width, c.top, c.left);
        area += c.height * c.width / (96.0 * 128);
    }
    /* a simulation of the rule gives 0.519, of the one with retries 0.436 */
    cr_expect(fabs(area / TRIES - 0.519) <= 0.012, "mean area %g", area / TRIES);
    a.area_min = 1;
    Crop c = augment_crop(&a, 30, 100, 1, 0, 0);
    cr_expect(c.height == 30 && c.width < 100, "%d x %d of a strip", c.height, c.width);
}

Test(augment, whole_picture_is_left_alone_and_flip_mirrors)
{
    Image   m = { 0 }, scratch = { 0 };
    uint8_t out[4 * 6 * 3];
    image_size(&m, 4, 6, 3);
    for (int i = 0; i < 72; i++) m.pixels[i] = (uint8_t)(i * 3);
    Crop c = crop_whole(4, 6);
    crop_apply(&c, &m, 4, 6, out, &scratch);
    cr_expect(!memcmp(out, m.pixels, 72));
    c.flip = true;
    crop_apply(&c, &m, 4, 6, out, &scratch);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 6; x++)
            for (int k = 0; k < 3; k++)
                cr_expect(out[(y * 6 + x) * 3 + k] == m.pixels[(y * 6 + 5 - x) * 3 + k]);
    image_free(&m);
    image_free(&scratch);
}

/* --- maps ----------------------------------------------------------------- */

enum { ROWS = 4, COLS = 6 };

static void slope(float map[ROWS * COLS])
{
    for (int i = 0; i < ROWS * COLS; i++) map[i] = (float)(i / COLS * 10 + i % COLS);
}

Test(crop_map, of_the_whole_is_the_map_itself)
{
    float map[ROWS * COLS], out[ROWS * COLS];
    slope(map);
    Crop whole = crop_whole(45, 31); /* no multiples of the grid */
    crop_map(&whole, &whole, out, map, ROWS, COLS);
    cr_expect(!memcmp(out, map, sizeof map));
    for (int i = 0; i < ROWS * COLS; i++)
        cr_expect_eq(crop_cell(&whole, &whole, i, ROWS, COLS), i);
    whole.flip = true;
    crop_map(&whole, &whole, out, map, ROWS, COLS);
    for (int i = 0; i < ROWS * COLS; i++) {
        int there = i / COLS * COLS + COLS - 1 - i % COLS;
        cr_expect_eq(out[i], map[there]);
        cr_expect_eq(crop_cell(&whole, &whole, i, ROWS, COLS), there);
    }
}

/* A slope is a slope wherever it is cropped: the value at a place tells the place. */
Test(crop_map, lies_where_the_crop_lies)
{
    float map[ROWS * COLS], out[ROWS * COLS];
    slope(map);
    Crop whole = crop_whole(80, 120), c = { .top = 20, .left = 60, .height = 40, .width = 40 };
    crop_map(&c, &whole, out, map, ROWS, COLS);
    for (int i = 0; i < ROWS * COLS; i++) { /* cells of 20 pixels; centres from 0.5 on */
        double y = (20 + (i / COLS + 0.5) * 10) / 20 - 0.5;
        double x = (60 + (i % COLS + 0.5) * 40 / 6) / 20 - 0.5;
        cr_expect(fabs(out[i] - (10 * y + x)) <= 1e-5, "%d: %g, not %g", i, (double)out[i],
                  10 * y + x);
        cr_expect_eq(crop_cell(&c, &whole, i, ROWS, COLS),
                     (int)(y + 0.5) * COLS + (int)(x + 0.5));
    }
}

Test(crop_map, beyond_the_outer_centres_is_level)
{
    float map[ROWS * COLS], out[ROWS * COLS];
    slope(map);
    Crop whole = crop_whole(80, 120), c = { .top = 70, .left = 110, .height = 8, .width = 9 };
    crop_map(&c, &whole, out, map, ROWS, COLS);
    for (int i = 0; i < ROWS * COLS; i++) cr_expect_eq(out[i], 35);
    cr_expect_eq(crop_cell(&c, &whole, ROWS * COLS - 1, ROWS, COLS), ROWS * COLS - 1);
}
