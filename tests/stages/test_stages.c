/* A whole cell, small: scenes, a model of two blocks, a few steps. */
#include "tests/stages/home.h"

#include "core/base/file.h"
#include "experiments/record/record.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each kind of guide has a past of its own to be kept. */
static const char *const guided[] = {
    "random", "sma", "sma:control=untrained", "attmask", "running-loss",
    "running-loss\tuntil\t0.5\tthen\tgrid\t|\tsma\tratio\t0.9..0.5",
    "hpm", "hpm:target=sizes,control=untrained", "adamae", "clmae",
    "amt:interval=0.34,throw=0.3", "sgmae:first=0.34,again=0.34", "sgmae:control=untrained",
};

/* The loss of each step of a stage's record. */
static double *losses_of(const StageContext *x, const Cell *c, StageKind kind, size_t *n)
{
    char    path[CELL_PATH];
    H5     *f;
    Arena   a;
    Err     err;
    double *step, *loss, *kept;
    cell_record(path, x->results, c, kind);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!record_read(&f, path, c->stage[kind].id, &err), "%s", err.text);
    cr_assert(!record_curve_read(f, "loss", "step", &a, &step, &loss, n, NULL, &err), "%s",
              err.text);
    kept = malloc(*n * sizeof *kept);
    memcpy(kept, loss, *n * sizeof *kept);
    h5_close(f);
    arena_close(&a);
    return kept;
}

ParameterizedTestParameters(stages, stopped_and_resumed_equals_unbroken)
{
    enum { COUNT = sizeof guided / sizeof *guided };
    static int index[COUNT];
    for (int i = 0; i < COUNT; i++) index[i] = i;
    return cr_make_param_array(int, index, COUNT);
}
ParameterizedTest(int *i, stages, stopped_and_resumed_equals_unbroken, .timeout = 60)
{
    Home         h;
    Err          err;
    char         one[128], two[128], state[CELL_PATH], setting[128];
    snprintf(setting, sizeof setting, "pretrain.strategy=%s", guided[*i]);
    const Cell  *c = open_cell(&h, setting);
    StageContext whole = context(&h, one, "whole", c), broken = context(&h, two, "broken", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &whole, &err), "%s", err.text);

    for (long stop = 4; stop < 18; stop += 5) { /* in and between epochs of six steps */
        Stopper s = { .stop_at = stop };
        broken.self = &s, broken.progress = stop_count, broken.stopping = stop_enough;
        cr_assert(stage_run(c, STAGE_PRETRAIN, &broken, &err) == STATUS_STOPPED);
        cr_expect(s.seen == stop, "stopped at %ld, not %ld", s.seen, stop);
        cr_expect(!cell_done(two, c, STAGE_PRETRAIN));
    }
    broken.stopping = NULL, broken.progress = NULL;
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &broken, &err), "%s", err.text);
    expect_same_file(c, one, two, "encoder.safetensors");
    double a = metric(&whole, c, STAGE_PRETRAIN, "pretrain_loss");
    double b = metric(&broken, c, STAGE_PRETRAIN, "pretrain_loss");
    cr_expect(a == b && a > 0, "%s: loss %.17g and %.17g", guided[*i], a, b);
    cell_file(state, two, c, "pretrain.state.safetensors");
    cr_expect(!file_exists(state), "the state is left behind");
    features_free(whole.features);
    features_free(broken.features);
    close_home(&h);
}

/* Up to rounding: the same masks, mixing and order. */
Test(stages, a_batch_in_parts_is_the_same_batch, .timeout = 60)
{
    static const char *const settings[] = { NULL, "pretrain.accumulate=4 finetune.accumulate=2" };
    static const StageKind kinds[] = { STAGE_PRETRAIN, STAGE_FINETUNE };
    double  *loss[2][2], seen[2];
    size_t   n[2][2];
    char     id[2][HASH_HEX];
    for (int i = 0; i < 2; i++) {
        Home         h;
        Err          err;
        char         results[128];
        const Cell  *c = open_cell(&h, settings[i]);
        StageContext x = context(&h, results, "results", c);
        for (int k = 0; k < 2; k++) {
            cr_assert(!stage_run(c, kinds[k], &x, &err), "%s", err.text);
            loss[i][k] = losses_of(&x, c, kinds[k], &n[i][k]);
        }
        memcpy(id[i], c->stage[STAGE_FINETUNE].id, HASH_HEX);
        seen[i] = metric(&x, c, STAGE_FINETUNE, "finetune_top1");
        features_free(x.features);
        close_home(&h);
    }
    cr_expect_str_eq(id[0], id[1]);
    for (int k = 0; k < 2; k++) {
        bool same = true;
        for (size_t s = 0; s < n[0][k]; s++) {
            double a = loss[0][k][s], b = loss[1][k][s];
            cr_expect(fabs(a - b) <= 1e-3 * fabs(a), "step %zu of %d: %g, in parts %g", s, k, a, b);
            same = same && a == b;
        }
        if (sizeof(real) == 4) cr_expect(!same, "not one bit is another: were there parts?");
        free(loss[0][k]), free(loss[1][k]);
    }
    cr_expect(fabs(seen[0] - seen[1]) <= 10, "%g and %g per cent", seen[0], seen[1]);
}

/* The last epoch's accuracy is what it is without; the best is none below it. */
Test(stages, the_best_epoch_is_told_beside_the_last, .timeout = 60)
{
    static const StageKind trainings_of[] = { STAGE_LINEAR, STAGE_PARTIAL, STAGE_FINETUNE };
    Home         h;
    Err          err;
    char         results[128], name[64];
    const Cell  *c = open_cell(&h, "finetune.each-epoch=yes linear.each-epoch=yes");
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    for (int i = 0; i < 3; i++) {
        cr_assert(!stage_run(c, trainings_of[i], &x, &err), "%s", err.text);
        snprintf(name, sizeof name, "%s_top1", stage_word(trainings_of[i]));
        double last = metric(&x, c, trainings_of[i], name);
        snprintf(name, sizeof name, "%s_best_top1", stage_word(trainings_of[i]));
        double best = metric(&x, c, trainings_of[i], name);
        if (trainings_of[i] == STAGE_PARTIAL) cr_expect(best == -1, "nobody asked");
        else cr_expect(best >= last && best <= 100, "%s: best %g, last %g", name, best, last);
    }
    features_free(x.features);
    close_home(&h);
}

/* Every evaluation that is a training, three epochs of six steps: its record says the same
 * of each image, and its weights would be others if a bit of the state were lost. */
static const StageKind trainings[] = { STAGE_LINEAR, STAGE_PARTIAL, STAGE_FINETUNE };

ParameterizedTestParameters(stages, an_evaluation_resumed_equals_an_unbroken_one)
{
    static int index[] = { 0, 1, 2 };
    return cr_make_param_array(int, index, 3);
}
ParameterizedTest(int *i, stages, an_evaluation_resumed_equals_an_unbroken_one, .timeout = 60)
{
    Home            h;
    Err             err;
    char            one[128], two[128], name[64];
    const StageKind kind = trainings[*i];
    const Cell     *c = open_cell(&h, "linear.each-epoch=yes finetune.each-epoch=yes");
    StageContext    whole = context(&h, one, "whole", c), broken = context(&h, two, "broken", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &whole, &err), "%s", err.text);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &broken, &err), "%s", err.text);
    cr_assert(!stage_run(c, kind, &whole, &err), "%s", err.text);
    for (long stop = 4; stop < 18; stop += 5) {
        Stopper s = { .stop_at = stop };
        broken.self = &s, broken.progress = stop_count, broken.stopping = stop_enough;
        cr_assert(stage_run(c, kind, &broken, &err) == STATUS_STOPPED, "%s", err.text);
        cr_expect(s.seen == stop, "stopped at %ld, not %ld", s.seen, stop);
    }
    broken.stopping = NULL, broken.progress = NULL;
    cr_assert(!stage_run(c, kind, &broken, &err), "%s", err.text);

    size_t  n, m;
    double *a = losses_of(&whole, c, kind, &n), *b = losses_of(&broken, c, kind, &m);
    cr_expect(n == 18 && m == 18, "%zu and %zu steps", n, m);
    cr_expect_arr_eq(a, b, n * sizeof *a);
    snprintf(name, sizeof name, "%s_top1", stage_word(kind));
    double x = metric(&whole, c, kind, name), y = metric(&broken, c, kind, name);
    cr_expect(x == y && x >= 0 && x <= 100, "%g and %g", x, y);
    snprintf(name, sizeof name, "%s_best_top1", stage_word(kind));
    x = metric(&whole, c, kind, name), y = metric(&broken, c, kind, name);
    cr_expect(x == y && (x >= 0) == (kind != STAGE_PARTIAL), "best %g and %g", x, y);
    free(a), free(b);
    features_free(whole.features);
    features_free(broken.features);
    close_home(&h);
}

Test(stages, every_evaluation_leaves_its_record, .timeout = 60)
{
    Home         h;
    Err          err;
    char         results[128];
    const Cell  *c = open_cell(&h, NULL);
    StageContext x = context(&h, results, "results", c);
    for (StageKind k = 0; k < STAGE_KINDS; k++) {
        if (!cell_wants(c, k)) continue; /* test_dense_stages.c */
        cr_assert(!stage_run(c, k, &x, &err), "%s", err.text);
        cr_expect(cell_done(results, c, k));
    }
    double tuned = metric(&x, c, STAGE_FINETUNE, "finetune_top5");
    cr_expect(tuned >= metric(&x, c, STAGE_FINETUNE, "finetune_top1") && tuned <= 100);
    double knn = metric(&x, c, STAGE_KNN, "knn_top1");
    double mean = metric(&x, c, STAGE_KNN, "knn_mean_top1");
    double class_token = metric(&x, c, STAGE_KNN, "knn_class_top1");
    cr_expect(mean == knn && class_token >= 0 && class_token <= 100, "mean %g, class token %g",
              mean, class_token);
    double top5 = metric(&x, c, STAGE_KNN, "knn_top5");
    double linear = metric(&x, c, STAGE_LINEAR_CACHED, "linear_cached_top1");
    cr_expect(knn >= 0 && knn <= top5 && top5 <= 100, "knn %g, top five %g", knn, top5);
    cr_expect(linear >= 0 && linear <= 100, "linear %g", linear);
    features_free(x.features);
    close_home(&h);
}

Test(stages, a_training_lowers_the_loss, .timeout = 60)
{
    Home         h;
    Err          err;
    char         results[128];
    size_t       n;
    const Cell  *c = open_cell(&h, "pretrain.epochs=20");
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    double *loss = losses_of(&x, c, STAGE_PRETRAIN, &n);
    cr_assert(n == 120, "%zu steps", n);
    double early = (loss[0] + loss[1] + loss[2]) / 3;
    double late = (loss[n - 1] + loss[n - 2] + loss[n - 3]) / 3;
    cr_expect(late < 0.9 * early, "from %g to %g", early, late);
    free(loss);
    features_free(x.features);
    close_home(&h);
}

Test(stages, an_untrained_cell_is_measured_too, .timeout = 60)
{
    Home         h;
    Err          err;
    char         results[128];
    const Cell  *c = open_cell(&h, "untrained=yes");
    StageContext x = context(&h, results, "results", c);
    cr_assert(cell_untrained(c));
    for (StageKind k = 0; k < STAGE_KINDS; k++)
        if (cell_wants(c, k)) cr_assert(!stage_run(c, k, &x, &err), "%s", err.text);
    cr_expect(metric(&x, c, STAGE_KNN, "knn_top1") >= 0);
    features_free(x.features);
    close_home(&h);
}

Test(stages, self_guided_masks_are_drawn_in_training, .timeout = 60)
{
    Home         h;
    Err          err;
    char         results[128];
    const Cell  *c = open_cell(&h, "pretrain.strategy=sma");
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    cr_expect(metric(&x, c, STAGE_PRETRAIN, "mask_share") > 0);
    features_free(x.features);
    close_home(&h);
}

static double gflop_of(const char *settings)
{
    Home         h;
    Err          err;
    char         results[128];
    const Cell  *c = open_cell(&h, settings);
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    double gflop = metric(&x, c, STAGE_PRETRAIN, "train_gflop");
    features_free(x.features);
    close_home(&h);
    return gflop;
}

/* A teacher's forwards, then those of a predictor, which goes backwards as well. */
Test(stages, what_guidance_takes_is_counted, .timeout = 60)
{
    double random = gflop_of("pretrain.strategy=random");
    double attmask = gflop_of("pretrain.strategy=attmask");
    double hpm = gflop_of("pretrain.strategy=hpm");
    cr_expect(random > 0 && attmask > 1.1 * random && hpm > 1.2 * attmask,
              "random %g, attmask %g, hpm %g", random, attmask, hpm);
}

/* Settings are parted by blanks here, words of a strategy by tabs as well. */
Test(stages, the_ratio_may_change_from_step_to_step, .timeout = 60)
{
    Home         h;
    Err          err;
    Arena        a;
    H5          *f;
    double      *step, *visible;
    size_t       n;
    char         results[128], path[CELL_PATH];
    const Cell  *c = open_cell(&h, "pretrain.strategy=grid\t|\trandom\tratio\t0.9..0.5");
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    cell_record(path, results, c, STAGE_PRETRAIN);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!h5_open(&f, path, &err), "%s", err.text);
    cr_assert(!record_curve_read(f, "visible", "step", &a, &step, &visible, &n, NULL, &err));
    cr_expect(visible[0] == 1 && visible[n - 1] == 7, "from %g to %g", visible[0],
              visible[n - 1]);
    for (size_t i = 1; i < n; i++) cr_expect(visible[i] >= visible[i - 1]);
    h5_close(f);
    arena_close(&a);
    features_free(x.features);
    close_home(&h);
}

static char *encoder_after(const char *strategy, size_t *n)
{
    Home h;
    Err  err;
    char results[128], setting[128];
    snprintf(setting, sizeof setting, "pretrain.strategy=%s", strategy);
    const Cell  *c = open_cell(&h, setting);
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    char *bytes = encoder_numbers(c, results, n);
    features_free(x.features);
    close_home(&h);
    return bytes;
}

/* Where a learner neither draws masks nor teaches, all is as it is without one, to the
 * bit; where it teaches it does, and the file has the same names all the same. */
Test(stages, a_learner_leaves_no_other_trace, .timeout = 60)
{
    static const char *const silent[] = { "hpm:weight=0,control=ignored",
                                          "adamae:weight=0,control=ignored",
                                          "clmae:control=ignored" };
    size_t n, m;
    char  *alone = encoder_after("random", &n);
    for (int i = 0; i < 3; i++) {
        char *beside = encoder_after(silent[i], &m);
        cr_expect(n == m && !memcmp(alone, beside, n), "%s changes the encoder", silent[i]);
        free(beside);
    }
    char *taught = encoder_after("hpm:hard=0", &m);
    cr_expect(n == m && memcmp(alone, taught, n), "the predictor does not reach the encoder");
    free(taught), free(alone);
}

Test(stages, a_loss_that_explodes_fails_and_leaves_no_record, .timeout = 60)
{
    Home         h;
    Err          err;
    char         results[128];
    const Cell  *c = open_cell(&h, "pretrain.lr=9e5 pretrain.weight-decay=1 pretrain.epochs=20");
    StageContext x = context(&h, results, "results", c);
    cr_assert(stage_run(c, STAGE_PRETRAIN, &x, &err) == STATUS_FAILED);
    cr_expect(strstr(err.text, "loss"), "%s", err.text);
    cr_expect(!cell_done(results, c, STAGE_PRETRAIN));
    features_free(x.features);
    close_home(&h);
}
