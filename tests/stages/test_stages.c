/* A whole cell, small: scenes, a model of two blocks, a few steps. */
#include "core/base/file.h"
#include "experiments/record/record.h"
#include "experiments/recipe/recipe.h"
#include "experiments/stages/stages.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char recipe_text[] =
    "name: small\n"
    "data: {set: scenes, train: 96, test: 40}\n"
    "model: {preset: micro, patch: 7, width: 16, depth: 2, heads: 2,\n"
    "        decoder-width: 8, decoder-depth: 1, decoder-heads: 2}\n"
    "pretrain: {strategy: random, ratio: 0.75, epochs: 3, batch: 16, warmup: 1, blr: 1e-2}\n"
    "evaluate: [knn, linear-cached]\n"
    "linear-cached: {epochs: 4, batch: 32, warmup: 1}\n";

typedef struct {
    Scratch scratch;
    Recipe *recipe;
} Home;

enum { SETTINGS = 3 };

/* `settings` is a text of up to SETTINGS of them with blanks between, or NULL. */
static const Cell *open_cell(Home *h, const char *settings)
{
    static char words[256];
    const char *setting[SETTINGS];
    int         n = 0;
    Err         err;
    snprintf(words, sizeof words, "%s", settings ? settings : "");
    for (char *w = strtok(words, " "); w && n < SETTINGS; w = strtok(NULL, " "))
        setting[n++] = w;
    scratch_open(&h->scratch);
    const char *path = scratch_file(&h->scratch, "small.yaml", recipe_text, strlen(recipe_text));
    cr_assert(!recipe_open(&h->recipe, path, setting, n, &err), "%s", err.text);
    cr_assert(h->recipe->n_cells >= 1);
    return &h->recipe->cells[h->recipe->n_cells - 1];
}

static void close_home(Home *h)
{
    recipe_close(h->recipe);
    scratch_close(&h->scratch);
}

/* results folder `name` below the home, with the cell's folder in it. */
static StageContext context(const Home *h, char results[128], const char *name, const Cell *c)
{
    char folder[CELL_PATH];
    Err  err;
    snprintf(results, 128, "%s/%s", h->scratch.folder, name);
    cell_folder(folder, results, c);
    cr_assert(!file_make_folders(folder, &err), "%s", err.text);
    return (StageContext){ .results = results, .features = features_new() };
}

typedef struct { long stop_at, seen; } Stopper;

static void count(void *self, const StageProgress *p) { ((Stopper *)self)->seen = p->step; }
static bool enough(void *self) { return ((Stopper *)self)->seen >= ((Stopper *)self)->stop_at; }

static void expect_same_file(const Cell *c, const char *a, const char *b, const char *name)
{
    char   path_a[CELL_PATH], path_b[CELL_PATH], *x, *y;
    size_t n, m;
    Err    err;
    cell_file(path_a, a, c, name);
    cell_file(path_b, b, c, name);
    cr_assert(!file_read(path_a, 1 << 24, &x, &n, &err), "%s", err.text);
    cr_assert(!file_read(path_b, 1 << 24, &y, &m, &err), "%s", err.text);
    cr_expect(n == m && !memcmp(x, y, n), "%s differs", name);
    free(x);
    free(y);
}

static double metric(const StageContext *x, const Cell *c, StageKind kind, const char *name)
{
    char    path[CELL_PATH];
    H5     *f;
    Arena   a;
    Metric *m;
    int     n;
    Err     err;
    double  value = -1;
    cell_record(path, x->results, c, kind);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!record_read(&f, path, c->stage[kind].id, &err), "%s", err.text);
    cr_assert(!record_metrics(f, &a, &m, &n, &err), "%s", err.text);
    for (int i = 0; i < n; i++)
        if (!strcmp(m[i].name, name)) value = m[i].x;
    h5_close(f);
    arena_close(&a);
    return value;
}

Test(stages, stopped_and_resumed_equals_unbroken, .timeout = 60)
{
    Home         h;
    Err          err;
    char         one[128], two[128], state[CELL_PATH];
    const Cell  *c = open_cell(&h, NULL);
    StageContext whole = context(&h, one, "whole", c), broken = context(&h, two, "broken", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &whole, &err), "%s", err.text);

    for (long stop = 4; stop < 18; stop += 5) { /* in and between epochs of six steps */
        Stopper s = { .stop_at = stop };
        broken.self = &s, broken.progress = count, broken.stopping = enough;
        cr_assert(stage_run(c, STAGE_PRETRAIN, &broken, &err) == STATUS_STOPPED);
        cr_expect(s.seen == stop, "stopped at %ld, not %ld", s.seen, stop);
        cr_expect(!cell_done(two, c, STAGE_PRETRAIN));
    }
    broken.stopping = NULL, broken.progress = NULL;
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &broken, &err), "%s", err.text);
    expect_same_file(c, one, two, "encoder.safetensors");
    double a = metric(&whole, c, STAGE_PRETRAIN, "pretrain_loss");
    double b = metric(&broken, c, STAGE_PRETRAIN, "pretrain_loss");
    cr_expect(a == b && a > 0, "loss %.17g and %.17g", a, b);
    cell_file(state, two, c, "state.safetensors");
    cr_expect(!file_exists(state), "the state is left behind");
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
        cr_assert(!stage_run(c, k, &x, &err), "%s", err.text);
        cr_expect(cell_done(results, c, k));
    }
    double knn = metric(&x, c, STAGE_KNN, "knn_top1");
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
    char         results[128], path[CELL_PATH];
    H5          *f;
    Arena        a;
    double      *at, *loss;
    size_t       n;
    const Cell  *c = open_cell(&h, "pretrain.epochs=20");
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    cell_record(path, results, c, STAGE_PRETRAIN);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!record_read(&f, path, NULL, &err), "%s", err.text);
    cr_assert(!record_curve_read(f, "loss", "step", &a, &at, &loss, &n, NULL, &err), "%s",
              err.text);
    cr_assert(n == 120, "%zu steps", n);
    double early = (loss[0] + loss[1] + loss[2]) / 3;
    double late = (loss[n - 1] + loss[n - 2] + loss[n - 3]) / 3;
    cr_expect(late < 0.9 * early, "from %g to %g", early, late);
    h5_close(f);
    arena_close(&a);
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
        cr_assert(!stage_run(c, k, &x, &err), "%s", err.text);
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
