/* Records that keep what their metrics were made of, that do not, and that lie. */
#include "experiments/stats/evidence.h"

#include "experiments/record/dense_record.h"
#include "tests/room.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

enum { IMAGES = 4, CLASSES = 6 };

TestSuite(evidence, .init = open_room, .fini = close_room);

static const char *path(void) { return scratch_path(&scratch, "record.h5"); }

static Record *begin(void)
{
    Record *r;
    cr_assert(!record_open(&r, path(), &(RecordHead){ .stage = "s", .id = "0123", .title = "t",
        .config = "", .strategy = "random", .rows = 4, .cols = 4, .K = 4, .threads = 1 }, &err),
        "%s", err.text);
    return r;
}

static Status end(Evidence *e, Record *r, const char *metric)
{
    H5 *f;
    cr_assert(!record_close(r, &err), "%s", err.text);
    cr_assert(!record_read(&f, path(), "0123", &err), "%s", err.text);
    Status bad = evidence_read(e, f, metric, IMAGES, &arena, &err);
    h5_close(f);
    return bad;
}

/* Ranks 0, 0, 3, 5. */
static void accuracy(Record *r, const char *name)
{
    static const float scores[IMAGES][CLASSES] = {
        { 9 }, { 0, 9 }, { 3, 2, 1, 0, -1, -2 }, { 5, 4, 3, 2, 1, 0 } };
    static const int labels[IMAGES] = { 0, 1, 3, 5 };
    record_accuracy(r, name, "of a test", &scores[0][0], labels, IMAGES, CLASSES, true);
}

static const int twice[IMAGES] = { 2, 0, 1, 1 };

Test(evidence, accuracy_of_any_choice_of_images)
{
    Evidence e;
    Record  *r = begin();
    accuracy(r, "knn");
    cr_assert(!end(&e, r, "knn_top1"), "%s", err.text);
    cr_expect(e.images == IMAGES && evidence_metric(&e, NULL, &arena) == 50);
    r = begin();
    accuracy(r, "knn");
    cr_assert(!end(&e, r, "knn_top5"), "%s", err.text);
    cr_expect(evidence_metric(&e, NULL, &arena) == 75 && evidence_metric(&e, twice, &arena) == 75);
    r = begin();
    accuracy(r, "knn");
    cr_assert(!end(&e, r, "knn_top1"));
    cr_expect(evidence_metric(&e, twice, &arena) == 50);
}

Test(evidence, means_of_reconstruction)
{
    static const double psnr[IMAGES] = { 10, 20, 30, 40 };
    Evidence            e;
    Record             *r = begin();
    record_metric(r, "psnr", 25, "dB", "p", HIGHER);
    record_outcomes(r, "psnr", NUMBER_DOUBLE, psnr, IMAGES, "dB", "p");
    cr_assert(!end(&e, r, "psnr"), "%s", err.text);
    cr_expect(evidence_metric(&e, twice, &arena) == 22.5);
}

/* knn keeps outcomes of one of its features alone; a metric of another does not follow. */
Test(evidence, a_metric_that_does_not_follow_is_not_kept)
{
    Evidence e;
    Record  *r = begin();
    accuracy(r, "knn");
    record_metric(r, "knn_mean_top1", 51, "percent", "of the mean", HIGHER);
    cr_expect(end(&e, r, "knn_mean_top1") == STATUS_MISSING, "%s", err.text);
    r = begin();
    accuracy(r, "knn");
    record_metric(r, "loss", 1, "1", "loss", LOWER);
    cr_expect(end(&e, r, "loss") == STATUS_MISSING, "%s", err.text);
    r = begin();
    record_metric(r, "box_AP", 1, "percent", "AP", HIGHER);
    cr_expect(end(&e, r, "box_AP") == STATUS_MISSING, "%s", err.text);
    r = begin();
    record_metric(r, "pixel_mIoU", 1, "percent", "mIoU", HIGHER);
    cr_expect(end(&e, r, "pixel_mIoU") == STATUS_MISSING, "%s", err.text);
    cr_expect(end(&e, begin(), "none") == STATUS_FORMAT, "%s", err.text);
}

/* One object of each image, found or not, and one that is none. */
static CocoMatches matches(void)
{
    CocoMatches m = { .match = ARENA_NEW(&arena, CocoMatch, IMAGES), .n = IMAGES,
                      .wanted = ARENA_NEW(&arena, CocoWanted, IMAGES), .n_wanted = IMAGES,
                      .categories = 1 };
    for (int i = 0; i < IMAGES; i++) {
        m.match[i] = (CocoMatch){ .image = i, .score = 1 - 0.1 * i };
        m.wanted[i] = (CocoWanted){ .image = i, .count = { 1, 1, 0, 0 } };
        for (int t = 0; t < COCO_THRESHOLDS; t++)
            for (int area = 0; area < 2; area++) m.match[i].outcome.is[area][t] = i != 1;
    }
    return m;
}

static Status read_matches(Evidence *e, const CocoMatches *m, double recorded)
{
    Record *r = begin();
    record_metric(r, "box_AP", recorded, "percent", "AP", HIGHER);
    record_matches(r, m, m);
    return end(e, r, "box_AP");
}

Test(evidence, average_precision_of_any_choice_of_images)
{
    Evidence    e;
    CocoMatches m = matches();
    CocoScore   all, chosen;
    coco_numbers(&all, NULL, &m, NULL);
    coco_numbers(&chosen, NULL, &m, twice);
    cr_assert(!read_matches(&e, &m, 100 * all.x[COCO_AP]), "%s", err.text);
    cr_expect(evidence_metric(&e, twice, &arena) == 100 * chosen.x[COCO_AP]);
    cr_expect(chosen.x[COCO_AP] > all.x[COCO_AP], "the image that was missed is not chosen");
    cr_expect(read_matches(&e, &m, 12) == STATUS_MISSING, "%s", err.text);
}

Test(evidence, images_that_are_none_are_named)
{
    Evidence    e;
    CocoMatches m = matches();
    m.match[2].image = IMAGES;
    cr_expect(read_matches(&e, &m, 50) == STATUS_FORMAT, "%s", err.text);
    m = matches();
    m.match[2].category = -1;
    cr_expect(read_matches(&e, &m, 50) == STATUS_FORMAT, "%s", err.text);
    m = matches();
    m.wanted[0].image = -1;
    cr_expect(read_matches(&e, &m, 50) == STATUS_FORMAT, "%s", err.text);
    m = matches();
    m.wanted[0].count[0] = -1;
    cr_expect(read_matches(&e, &m, 50) == STATUS_FORMAT, "%s", err.text);
    m = matches();
    m.wanted[0].category = INT32_MAX - 1;
    cr_expect(read_matches(&e, &m, 50) == STATUS_FORMAT, "%s", err.text);
}

Test(evidence, miou_of_any_choice_of_images)
{
    /* [images, classes, right predicted true] */
    int64_t  n[2][2][PIXEL_COUNTS] = { { { 4, 4, 4 }, { 0, 0, 0 } }, { { 0, 2, 4 }, { 0, 2, 0 } } };
    Evidence e;
    Record  *r = begin();
    record_metric(r, "pixel_mIoU", 100 * (4 / 10.0 + 0) / 2, "percent", "mIoU", HIGHER);
    record_pixels(r, &n[0][0][0], 2, 2);
    cr_assert(!end(&e, r, "pixel_mIoU"), "%s", err.text);
    cr_expect(e.images == 2 && evidence_metric(&e, (int[]){ 1, 0 }, &arena) == 100,
              "class 1 is not there");
    cr_expect(fabs(evidence_metric(&e, (int[]){ 3, 1 }, &arena) - 100 * (12 / 18.0) / 2) <= 1e-12);
    n[1][0][0] = -4;
    r = begin();
    record_metric(r, "pixel_mIoU", 20, "percent", "mIoU", HIGHER);
    record_pixels(r, &n[0][0][0], 2, 2);
    cr_expect(end(&e, r, "pixel_mIoU") == STATUS_FORMAT, "%s", err.text);
}
