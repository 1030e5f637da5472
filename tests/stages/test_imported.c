/* pretrain.from: an encoder of elsewhere in the place of a training. */
#include "core/base/file.h"
#include "core/train/checkpoint.h"
#include "core/train/export.h"
#include "experiments/figures/figure.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

/* Train the small cell and export its encoder to `out`; knn and finetune of it. */
static void train(const char *out, double *knn, double *finetune)
{
    Home           h;
    Err            err;
    Mae            m;
    const Backend *be;
    char           results[128], path[CELL_PATH];
    const Cell    *c = open_cell(&h, NULL);
    StageContext   x = context(&h, results, "results", c);
    REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
    REQUIRE(stage_run(c, STAGE_KNN, &x, &err));
    REQUIRE(stage_run(c, STAGE_FINETUNE, &x, &err));
    *knn = metric(&x, c, STAGE_KNN, "knn_top1");
    *finetune = metric(&x, c, STAGE_FINETUNE, "finetune_top1");
    cell_file(path, results, c, "encoder.safetensors");
    REQUIRE(backend_open(&be, "cpu", &err));
    REQUIRE(checkpoint_open(&m, be, path, NULL, &err));
    REQUIRE(export_write(out, &m, "hf", &err));
    mae_close(&m);
    features_free(x.features);
    close_home(&h);
}

Test(imported, measured_as_what_was_trained_here, .timeout = 60)
{
    Home    h;
    Err     err;
    Scratch away;
    double  knn, finetune;
    char    results[128], setting[512];
    scratch_open(&away);
    const char *folder = scratch_path(&away, "hf");
    train(folder, &knn, &finetune);
    snprintf(setting, sizeof setting, "pretrain.from=%s", folder);
    const Cell  *c = open_cell(&h, setting);
    StageContext x = context(&h, results, "results", c);
    cr_expect(!cell_trains(c) && !cell_untrained(c));
    cr_expect_str_eq(c->config.pretrain.strategy, IMPORTED);
    REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
    REQUIRE(stage_run(c, STAGE_KNN, &x, &err));
    REQUIRE(stage_run(c, STAGE_FINETUNE, &x, &err));
    cr_expect(metric(&x, c, STAGE_KNN, "knn_top1") == knn);
    cr_expect(metric(&x, c, STAGE_FINETUNE, "finetune_top1") == finetune);
    features_free(x.features);
    close_home(&h);
    scratch_close(&away);
}

/* Golden: 8 x 8 pixels, patch 4, three channels; here 32 x 32. */

static void id_of(char out[HASH_HEX], const char *file)
{
    Home h;
    char settings[512];
    snprintf(settings, sizeof settings, "data.scenes.channels=3 data.scenes.size=32 "
             "model.heads=4 pretrain.from=%s", file);
    const Cell *c = open_cell(&h, settings);
    cr_expect(c->rows == 8 && c->K == 64 && c->config.model.patch == 4);
    memcpy(out, c->stage[STAGE_KNN].id, HASH_HEX);
    close_home(&h);
}

Test(imported, is_what_is_in_the_file_not_its_name)
{
    Scratch away;
    Err     err;
    char   *bytes, a[HASH_HEX], b[HASH_HEX], c[HASH_HEX];
    size_t  n;
    scratch_open(&away);
    REQUIRE(file_read("tests/golden/foreign_mae.pth", 1 << 20, &bytes, &n, &err));
    id_of(a, "tests/golden/foreign_mae.pth");
    id_of(b, scratch_file(&away, "other.pth", bytes, n));
    bytes[n / 2]++; /* a number of a tensor */
    id_of(c, scratch_file(&away, "other.pth", bytes, n));
    cr_expect_str_eq(a, b);
    cr_expect(strcmp(a, c), "other numbers, the same identity");
    free(bytes);
    scratch_close(&away);
}

/* The figure of losses alone has nothing to show. */
Test(imported, has_no_loss_curve)
{
    Home         h;
    Err          err;
    Results      r;
    FigureList   list;
    char         results[128];
    const Cell  *c = open_cell(&h, "data.scenes.channels=3 data.scenes.size=32 model.heads=4 "
                               "model.decoder-heads=2 pretrain.from=tests/golden/foreign_mae.pth");
    StageContext x = context(&h, results, "results", c);
    REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
    results_open(&r, h.recipe, results);
    figures_open(&list);
    FigurePlan plan = { .results = &r };
    Figures    f = { .r = &r, .plan = &plan, .baseline = "random", .folder = h.scratch.folder,
                     .made = &list };
    REQUIRE(figure_loss(&f, &err));
    cr_assert(list.n == 1 && !list.figure[0].drawn);
    cr_expect_str_eq(list.figure[0].about, "none of the encoders is pre-trained here");
    figures_close(&list);
    results_close(&r);
    features_free(x.features);
    close_home(&h);
}

/* Its widths are those of no preset: what the recipe says of heads reaches the run. */
Test(imported, heads_are_those_of_the_recipe)
{
    Home         h;
    Err          err;
    char         results[128];
    const Cell  *c = open_cell(&h, "data.scenes.channels=3 data.scenes.size=32 model.heads=4 "
                               "model.decoder-heads=2 pretrain.from=tests/golden/foreign_mae.pth");
    StageContext x = context(&h, results, "results", c);
    REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
    features_free(x.features);
    close_home(&h);
}

#define GOLDEN "pretrain.from=tests/golden/foreign_mae.pth"

Test(imported, what_does_not_fit_is_said)
{
    static const struct { const char *settings[5], *named; } cases[] = {
        { { "pretrain.from=none.safetensors" }, "none.safetensors: No such file" },
        { { GOLDEN, "model.heads=4", "model.decoder-heads=2" },
          "sees 3 channels, and the images have 1" },
        { { GOLDEN, "model.heads=4", "model.decoder-heads=2", "model.width=32" },
          "model.width: 32, but tests/golden/foreign_mae.pth has 16" },
        { { "pretrain.from=tests/golden/resize.golden" }, "resize.golden" },
    };
    Scratch away;
    scratch_open(&away);
    static const char text[] = "data: {set: scenes, train: 8, test: 8}\n";
    const char       *path = scratch_file(&away, "r.yaml", text, sizeof text - 1);
    for (int i = 0; i < 4; i++) {
        Recipe *r;
        Err     err = { .text = "" };
        int     n = 0;
        while (cases[i].settings[n]) n++;
        cr_assert(recipe_open(&r, path, cases[i].settings, n, &err), "case %d", i);
        cr_expect(strstr(err.text, cases[i].named), "case %d: %s", i, err.text);
    }
    scratch_close(&away);
}
