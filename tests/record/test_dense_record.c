/* What was found, in a record and out of it again: numbers of any choice of images. */
#include "experiments/record/dense_record.h"
#include "experiments/record/shown.h"
#include "tests/scratch.h"

#include "core/base/rng.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { IMAGES = 9, CLASSES = 3, OBJECTS = 40, SIDE = 48 };

static Scratch scratch;
static Arena   arena;

static void open_all(void)
{
    scratch_open(&scratch);
    arena_open(&arena, "test", NULL, NULL);
}

static void close_all(void)
{
    arena_close(&arena);
    scratch_close(&scratch);
}

TestSuite(dense_record, .init = open_all, .fini = close_all);

static Record *open_record(char path[256])
{
    Record *r;
    Err     err;
    snprintf(path, 256, "%s/detect.h5", scratch.folder);
    cr_assert(!record_open(&r, path, &(RecordHead){ .stage = "detect", .id = "0123", .title = "t",
        .config = "stage: detect\n", .strategy = "random", .rows = 4, .cols = 4, .K = 4,
        .threads = 1 }, &err), "%s", err.text);
    return r;
}

static H5 *close_and_read(Record *r, const char *path)
{
    H5 *f;
    Err err;
    cr_assert(!record_close(r, &err), "%s", err.text);
    cr_assert(!record_read(&f, path, "0123", &err), "%s", err.text);
    return f;
}

static Object random_object(Rng *rng, Arena *a)
{
    Object o = { .image = (int)rng_below(rng, IMAGES), .category = (int)rng_below(rng, CLASSES),
                 .score = rng_below(rng, 1000) / 1000.0 };
    for (int i = 0; i < 4; i++) o.box[i] = (double)rng_below(rng, SIDE / 2 - 2) + (i > 1 ? 2 : 0);
    const double *b = o.box;
    double        xy[] = { b[0], b[1], b[0], b[1] + b[3], b[0] + b[2], b[1] + b[3], b[0] + b[2],
                           b[1] };
    cr_assert(rle_from_polygon(&o.mask, a, xy, 4, SIDE, SIDE));
    o.area = b[2] * b[3];
    return o;
}

/* Truths, and of each a find that is a little beside it. */
static void pose(Object truth[OBJECTS], Object found[OBJECTS])
{
    Rng rng = rng_at(3, STREAM_TEST, 0, 0);
    for (int i = 0; i < OBJECTS; i++) {
        truth[i] = found[i] = random_object(&rng, &arena);
        found[i].box[0] += rng_below(&rng, 3);
        found[i].score = rng_below(&rng, 8) / 8.0;
    }
}

static void expect_same(const CocoMatches *a, const CocoMatches *b, const int *times)
{
    CocoScore x, y;
    coco_numbers(&x, NULL, a, times);
    coco_numbers(&y, NULL, b, times);
    cr_expect(x.truths == y.truths && x.founds == y.founds && x.truths > 0);
    for (int i = 0; i < COCO_NUMBERS; i++)
        cr_expect(x.x[i] == y.x[i], "%s: %.17g, then %.17g", coco_name[i], x.x[i], y.x[i]);
}

Test(dense_record, matches_give_the_numbers_of_any_choice_of_images)
{
    static const int times[IMAGES] = { 2, 0, 1, 1, 3, 0, 1, 0, 1 };
    Object           truth[OBJECTS], found[OBJECTS];
    CocoMatches      made[2], read;
    CocoScore        total, each[CLASSES];
    char             path[256];
    Err              err;
    pose(truth, found);
    for (int kind = 0; kind < 2; kind++)
        coco_match_all(&made[kind], &arena, &(CocoTask){ truth, OBJECTS, found, OBJECTS, CLASSES,
                                                         (CocoKind)kind });
    coco_numbers(&total, each, &made[COCO_BOX], NULL);
    Record *r = open_record(path);
    record_primary(r, "box_AP mask_AP");
    record_coco(r, COCO_BOX, &total, each, CLASSES, "box_numbers");
    record_matches(r, &made[COCO_BOX], &made[COCO_MASK]);
    H5 *f = close_and_read(r, path);
    for (int kind = 0; kind < 2; kind++) {
        cr_assert(!matches_read(&read, f, (CocoKind)kind, &arena, &err), "%s", err.text);
        expect_same(&made[kind], &read, NULL);
        expect_same(&made[kind], &read, times);
    }
    Metric *m;
    int     n, primary = 0;
    cr_assert(!record_metrics(f, &arena, &m, &n, &err), "%s", err.text);
    for (int i = 0; i < n; i++) {
        primary += m[i].primary;
        cr_expect(m[i].primary == !strcmp(m[i].name, "box_AP"), "%s", m[i].name);
        if (!strcmp(m[i].name, "box_AP")) cr_expect(m[i].x == 100 * total.x[COCO_AP]);
    }
    cr_expect(n == COCO_NUMBERS && primary == 1, "%d metrics, %d of them primary", n, primary);
    h5_close(f);
}

Test(dense_record, counts_of_pixels_sum_to_the_metric)
{
    Confusion all, one;
    int64_t   counts[IMAGES][CLASSES][PIXEL_COUNTS];
    double    total[PIXEL_NUMBERS], each[CLASSES * PIXEL_NUMBERS], sum = 0;
    Rng       rng = rng_at(5, STREAM_TEST, 0, 0);
    confusion_open(&all, &arena, CLASSES);
    for (int i = 0; i < IMAGES; i++) {
        uint16_t truth[64], predicted[64];
        Flaw     flaw;
        for (int k = 0; k < 64; k++) {
            truth[k] = (uint16_t)(rng_below(&rng, 9) ? rng_below(&rng, CLASSES) : 255);
            predicted[k] = (uint16_t)rng_below(&rng, CLASSES);
        }
        confusion_open(&one, &arena, CLASSES);
        cr_assert(confusion_add(&one, truth, predicted, 64, 255, false, &flaw));
        cr_assert(confusion_add(&all, truth, predicted, 64, 255, false, &flaw));
        pixel_counts(counts[i][0], &one);
    }
    pixel_percent(total, each, &all);
    for (int k = 0; k < CLASSES; k++) {
        int64_t c[PIXEL_COUNTS] = { 0 };
        for (int i = 0; i < IMAGES; i++)
            for (int j = 0; j < PIXEL_COUNTS; j++) c[j] += counts[i][k][j];
        sum += (double)c[PIXELS_RIGHT] /
               (double)(c[PIXELS_PREDICTED] + c[PIXELS_TRUE] - c[PIXELS_RIGHT]);
    }
    cr_expect(fabs(100 * sum / CLASSES - total[PIXEL_MIOU]) <= 1e-12, "%g, not %g",
              100 * sum / CLASSES, total[PIXEL_MIOU]);
}

/* --- pictures ------------------------------------------------------------------ */

/* One as large as the side, one half as large, one larger: made smaller. */
static void collect(Shown *s)
{
    static const int size[3][2] = { { SIDE, SIDE }, { SIDE / 2, SIDE }, { 2 * SIDE, 3 * SIDE } };
    static uint16_t  label[6 * SIDE * SIDE];
    shown_open(s, &arena, 3, SIDE, 3);
    for (int i = 0; i < 4; i++) {
        Image  m = { 0 };
        Object o = { .category = i, .score = 0.25, .box = { 4, 2, 10, 8 } };
        int    h = size[i % 3][0], w = size[i % 3][1];
        double xy[] = { 4, 2, 4, 10, 14, 10, 14, 2 };
        image_size(&m, h, w, 3);
        for (int k = 0; k < h * w * 3; k++) m.pixels[k] = (uint8_t)(k % 251);
        cr_expect(shown_image(s, &m) == (i < 3));
        if (i < 3) {
            cr_assert(rle_from_polygon(&o.mask, &arena, xy, 4, h, w));
            shown_object(s, &o, false);
            shown_object(s, &o, true);
            for (int k = 0; k < h * w; k++) label[k] = (uint16_t)(k % w < w / 2 ? 1 : 255);
            shown_labels(s, label, label, h, w, 255);
        }
        image_free(&m);
    }
}

Test(dense_record, pictures_are_read_as_they_were_shown)
{
    Shown s, read;
    char  path[256];
    Err   err;
    Image a = { 0 }, b = { 0 };
    collect(&s);
    Record *r = open_record(path);
    record_metric(r, "box_AP", 1, "percent", "AP", HIGHER);
    record_shown(r, &s);
    H5 *f = close_and_read(r, path);
    cr_assert(!shown_read(&read, f, &arena, &err), "%s", err.text);
    cr_assert(read.n == 3 && read.objects == 6 && read.truth && read.predicted);
    for (int i = 0; i < 3; i++) {
        shown_picture(&s, i, &a), shown_picture(&read, i, &b);
        cr_assert(a.height == b.height && a.width == b.width);
        cr_expect(!memcmp(a.pixels, b.pixels, (size_t)(a.height * a.width * 3)));
    }
    cr_expect(a.height == SIDE * 2 / 3 && a.width == SIDE, "%d x %d", a.height, a.width);
    for (int k = 0; k < 6; k++) {
        const Object *x = &s.object[k], *y = &read.object[k];
        cr_expect(isnan(y->score) == (k % 2 == 1) && y->image == k / 2 && y->category == k / 2);
        cr_expect(!memcmp(x->box, y->box, sizeof x->box));
        cr_expect(rle_area(&x->mask) == rle_area(&y->mask) && rle_area(&y->mask) > 0);
    }
    cr_expect(fabs((double)rle_area(&read.object[5].mask) - 80 / 9.0) <= 3, "made smaller");
    cr_expect(read.truth[0] == 1 && read.truth[SIDE - 1] == -1);
    image_free(&a), image_free(&b);
    h5_close(f);
}
