/* detect and segment of a small cell: records that say what the metrics say, resumed with the
 * same bits, drawn. */
#include "tests/stages/home.h"

#include "core/base/file.h"
#include "experiments/figures/figure.h"
#include "experiments/record/dense_record.h"
#include "experiments/run/estimate_dense.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS                                                                             \
    "evaluate=detect,segment model.depth=4 pretrain.epochs=0 data.train=16 data.test=8 "      \
    "detect.lr=1e-3 detect.epochs=2 detect.batch=4 segment.epochs=2 segment.batch=4"

static H5 *open_record(const StageContext *x, const Cell *c, StageKind kind)
{
    char path[CELL_PATH];
    H5  *f;
    Err  err;
    cell_record(path, x->results, c, kind);
    cr_assert(!record_read(&f, path, c->stage[kind].id, &err), "%s", err.text);
    return f;
}

static void run_all(const Cell *c, const StageContext *x)
{
    Err err;
    cr_assert(!stage_run(c, STAGE_PRETRAIN, x, &err), "%s", err.text);
    cr_assert(!stage_run(c, STAGE_DETECT, x, &err), "%s", err.text);
    cr_assert(!stage_run(c, STAGE_SEGMENT, x, &err), "%s", err.text);
}

static void expect_matches(const StageContext *x, const Cell *c, Arena *a)
{
    static const char *const name[] = { [COCO_BOX] = "box_AP", [COCO_MASK] = "mask_AP" };
    H5                      *f = open_record(x, c, STAGE_DETECT);
    for (int kind = COCO_BOX; kind <= COCO_MASK; kind++) {
        CocoMatches m;
        CocoScore   s;
        Err         err;
        cr_assert(!matches_read(&m, f, (CocoKind)kind, a, &err), "%s", err.text);
        coco_numbers(&s, NULL, &m, NULL);
        double ap = metric(x, c, STAGE_DETECT, name[kind]);
        cr_expect(m.n_wanted > 0 && fabs(100 * s.x[COCO_AP] - ap) <= 1e-12, "%s: %g, not %g",
                  name[kind], 100 * s.x[COCO_AP], ap);
    }
    h5_close(f);
}

static void expect_pixels(const StageContext *x, const Cell *c, Arena *a)
{
    H5Set  set = { .name = "pixels/counts", .kind = NUMBER_INT64, .rank = 3 };
    void  *counts;
    Err    err;
    double sum = 0;
    int    there = 0;
    H5    *f = open_record(x, c, STAGE_SEGMENT);
    cr_assert(!h5_get(f, &set, a, &counts, &err), "%s", err.text);
    cr_assert(set.dim[0] == 8 && set.dim[1] == 11 && set.dim[2] == PIXEL_COUNTS);
    for (size_t k = 0; k < set.dim[1]; k++) {
        int64_t n[PIXEL_COUNTS] = { 0 };
        for (size_t i = 0; i < set.dim[0] * PIXEL_COUNTS; i++)
            n[i % PIXEL_COUNTS] += ((int64_t *)counts)[(i / PIXEL_COUNTS * set.dim[1] + k) *
                                                       PIXEL_COUNTS + i % PIXEL_COUNTS];
        int64_t either = n[PIXELS_PREDICTED] + n[PIXELS_TRUE] - n[PIXELS_RIGHT];
        if (either) sum += (double)n[PIXELS_RIGHT] / (double)either, there++;
    }
    double miou = metric(x, c, STAGE_SEGMENT, "pixel_mIoU");
    cr_expect(there && fabs(100 * sum / there - miou) <= 1e-9, "%g, not %g", 100 * sum / there,
              miou);
    h5_close(f);
}

/* Products are counted while a training makes them; it has no test set. */
static void expect_estimates(const StageContext *x, const Cell *c)
{
    DenseFacts detect = *c->detect, segment = *c->segment;
    Cell       trained = *c;
    detect.test_count = segment.test_count = 0;
    trained.detect = &detect, trained.segment = &segment;
    double a = estimate_dense_flop(&trained, STAGE_DETECT) /
               (1e9 * metric(x, c, STAGE_DETECT, "detect_gflop"));
    double b = estimate_dense_flop(&trained, STAGE_SEGMENT) /
               (1e9 * metric(x, c, STAGE_SEGMENT, "segment_gflop"));
    cr_expect(a > 0.7 && a < 1.5, "detect: %.3g of what it took", a);
    cr_expect(b > 0.7 && b < 1.5, "segment: %.3g of what it took", b);
}

/* which: the pictures that are shown. */
static void expect_figures(const Home *h, const char *results, const char *which)
{
    static const char *const made[] = { "objects.tsv", "objects.png", "objects.svg",
                                        "labels.tsv", "labels.png", "labels.svg" };
    Results    r;
    FigureList list;
    Err        err;
    results_open(&r, h->recipe, results);
    figures_open(&list);
    FigurePlan plan = { .results = &r };
    Figures f = { .r = &r, .plan = &plan, .baseline = "random", .folder = h->scratch.folder,
                  .made = &list };
    cr_assert(!figure_objects(&f, &err), "%s", err.text);
    cr_assert(!figure_labels(&f, &err), "%s", err.text);
    for (int i = 0; i < 6; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", h->scratch.folder, made[i]);
        cr_expect(file_exists(path) && strstr(text_get(&list.paths), path), "%s", made[i]);
    }
    for (int i = 0; i < 2; i++)
        cr_expect(strstr(list.figure[i].about, which), "%s", list.figure[i].about);
    figures_close(&list);
    results_close(&r);
}

Test(dense_stages, records_say_what_the_metrics_say_and_are_drawn, .timeout = 120)
{
    Home         h;
    Arena        a;
    char         results[128];
    const Cell  *c = open_cell(&h, SETTINGS);
    StageContext x = context(&h, results, "results", c);
    arena_open(&a, "test", NULL, NULL);
    run_all(c, &x);
    expect_matches(&x, c, &a);
    expect_pixels(&x, c, &a);
    expect_estimates(&x, c);
    expect_figures(&h, results, "some test images");
    features_free(x.features);
    arena_close(&a);
    close_home(&h);
}

Test(dense_stages, what_is_known_by_heart_is_shown_as_such, .timeout = 120)
{
    Home         h;
    char         results[128];
    const Cell  *c = open_cell(&h, SETTINGS " detect.on=train segment.on=train");
    StageContext x = context(&h, results, "results", c);
    run_all(c, &x);
    expect_figures(&h, results, "some training images");
    features_free(x.features);
    close_home(&h);
}

static const StageKind kinds[] = { STAGE_DETECT, STAGE_SEGMENT };

ParameterizedTestParameters(dense_stages, resumed_equals_an_unbroken_one)
{
    static int index[] = { 0, 1 };
    return cr_make_param_array(int, index, 2);
}
ParameterizedTest(int *i, dense_stages, resumed_equals_an_unbroken_one, .timeout = 120)
{
    Home            h;
    Err             err;
    char            one[128], two[128];
    const StageKind kind = kinds[*i];
    const Cell     *c = open_cell(&h, SETTINGS);
    const char     *loss = kind == STAGE_DETECT ? "detect_loss" : "segment_loss";
    const char     *other = kind == STAGE_DETECT ? "box_AR100" : "pixel_mIoU";
    StageContext    whole = context(&h, one, "whole", c), broken = context(&h, two, "broken", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &whole, &err), "%s", err.text);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &broken, &err), "%s", err.text);
    cr_assert(!stage_run(c, kind, &whole, &err), "%s", err.text);
    for (long stop = 3; stop < 8; stop += 3) { /* in the first and the second epoch */
        Stopper s = { .stop_at = stop };
        broken.self = &s, broken.progress = stop_count, broken.stopping = stop_enough;
        cr_assert(stage_run(c, kind, &broken, &err) == STATUS_STOPPED, "%s", err.text);
        cr_expect(s.seen == stop && !cell_done(two, c, kind), "%ld", s.seen);
    }
    broken.stopping = NULL, broken.progress = NULL;
    cr_assert(!stage_run(c, kind, &broken, &err), "%s", err.text);
    double x = metric(&whole, c, kind, loss), y = metric(&broken, c, kind, loss);
    cr_expect(x == y && x > 0, "%s: %.17g and %.17g", loss, x, y);
    x = metric(&whole, c, kind, other), y = metric(&broken, c, kind, other);
    cr_expect(x == y && x >= 0 && x <= 100, "%s: %.17g and %.17g", other, x, y);
    features_free(whole.features);
    features_free(broken.features);
    close_home(&h);
}

/* The loss of each part is the mean over its own regions, or its pixels under its own
 * statistics: not the batch's to the last digit. */
Test(dense_stages, batches_in_parts_teach_the_same, .timeout = 120)
{
    Home         h, other;
    char         one[128], two[128];
    const Cell  *c = open_cell(&h, SETTINGS);
    const Cell  *in_parts =
        open_cell(&other, SETTINGS " detect.accumulate=2 segment.accumulate=2");
    StageContext whole = context(&h, one, "whole", c);
    StageContext parts = context(&other, two, "parts", in_parts);
    run_all(c, &whole);
    run_all(in_parts, &parts);
    for (int i = 0; i < 2; i++) {
        const char *loss = i ? "segment_loss" : "detect_loss";
        double      x = metric(&whole, c, kinds[i], loss);
        double      y = metric(&parts, in_parts, kinds[i], loss);
        cr_expect(x != y && fabs(x - y) < 0.2 * x, "%s: %g, in parts %g", loss, x, y);
    }
    cr_expect(estimate_dense_memory(in_parts, STAGE_DETECT) <
              estimate_dense_memory(c, STAGE_DETECT));
    features_free(whole.features);
    features_free(parts.features);
    close_home(&other);
    close_home(&h);
}
