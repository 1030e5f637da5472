/* What a training teaches about masks: it is kept, and drawn from. */
#include "experiments/record/taught.h"

#include "core/base/file.h"
#include "core/train/checkpoint.h"
#include "experiments/cli/cli.h"
#include "experiments/figures/sight.h"
#include "strategies/registry.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/redirect.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Home        h;
    const Cell *cell;
    char        results[128], encoder[CELL_PATH], guide[CELL_PATH];
} Trained;

static void train(Trained *t, const char *strategy)
{
    char settings[128];
    Err  err;
    snprintf(settings, sizeof settings, "pretrain.strategy=%s", strategy);
    t->cell = open_cell(&t->h, settings);
    StageContext x = context(&t->h, t->results, "results", t->cell);
    cr_assert(!stage_run(t->cell, STAGE_PRETRAIN, &x, &err), "%s", err.text);
    cell_file(t->encoder, t->results, t->cell, "encoder.safetensors");
    cell_file(t->guide, t->results, t->cell, "guide.safetensors");
    features_free(x.features);
}

static const char *const taught[] = { "hpm", "adamae", "clmae", "running-loss" };
enum { N_TAUGHT = sizeof taught / sizeof *taught, IMAGES = 8 };

#define EACH_TAUGHT(test)                                                 \
    ParameterizedTestParameters(taught, test)                             \
    {                                                                     \
        static int index[N_TAUGHT];                                       \
        for (int i = 0; i < N_TAUGHT; i++) index[i] = i;                  \
        return cr_make_param_array(int, index, N_TAUGHT);                 \
    }                                                                     \
    ParameterizedTest(int *i, taught, test, .timeout = 60)

/* Of two images it says two things; each patch differs from the others. */
EACH_TAUGHT(is_what_a_sight_sees)
{
    Trained t;
    Err     err;
    Mask   *m;
    Data   *data;
    Sight   s;
    train(&t, taught[*i]);
    cr_assert(!strategy_open(&m, taught[*i], 4, 4, &err));
    cr_assert(!data_open(&data, &t.cell->config.data, SPLIT_TRAIN, &err));
    SightPlan plan = { .needs = mask_needs(m), .rows = 4, .cols = 4, .N = IMAGES, .data = data,
                       .checkpoint = t.encoder };
    cr_assert(!sight_open(&s, &plan, &err), "%s", err.text);
    cr_expect(sight_meets(&s, m));
    MaskView     a = sight_view(&s, m, 0, 1), b = sight_view(&s, m, 1, 1);
    bool         losses = mask_needs(m) & MASK_NEEDS_LOSSES;
    const float *x = losses ? a.losses : a.learned, *y = losses ? b.losses : b.learned;
    cr_expect(memcmp(x, y, 16 * sizeof *x), "%s: two images are alike", taught[*i]);
    cr_expect(x[0] != x[5] && isfinite(x[0]), "%s: %g and %g", taught[*i], (double)x[0],
              (double)x[5]);
    sight_close(&s);
    plan.checkpoint = NULL;
    cr_assert(!sight_open(&s, &plan, &err), "%s", err.text);
    cr_expect(!sight_meets(&s, m), "an untrained encoder knows %s", taught[*i]);
    sight_close(&s);
    data_close(data);
    mask_close(m);
    close_home(&t.h);
}

Test(taught, is_nothing_beside_other_trainings, .timeout = 60)
{
    Trained t;
    train(&t, "attmask");
    cr_expect(file_exists(t.encoder) && !file_exists(t.guide));
    close_home(&t.h);
}

/* Another encoder's: its shapes tell. */
Test(taught, of_another_encoder_is_refused, .timeout = 60)
{
    static const char noise[] = "not a file of tensors";
    Trained        t;
    Err            err;
    const Backend *be;
    Mae            mae;
    Taught         past;
    real           losses[9] = { 1, 2, (real)NAN };
    Learner        none = { 0 };
    train(&t, "running-loss");
    cr_assert(!backend_open(&be, "cpu", &err) &&
              !checkpoint_open(&mae, be, t.encoder, NULL, &err));
    cr_assert(!taught_write(t.guide, &none, losses, 1, 9, NULL, &err));
    cr_expect_eq(taught_open(&past, t.encoder, &mae, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "guide.safetensors") && strstr(err.text, "losses"), "%s", err.text);
    real many[16] = { 1, 2, (real)NAN };
    cr_assert(!taught_write(t.guide, &none, many, 1, 16, NULL, &err));
    cr_expect_eq(taught_open(&past, t.encoder, &mae, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "nan"), "%s", err.text);
    cr_assert(!taught_write(t.guide, &none, NULL, 1, 16, "0123", &err));
    cr_expect_eq(taught_open(&past, t.encoder, &mae, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "guide.safetensors: of another cell than"), "%s", err.text);
    cr_assert(!file_write(t.guide, noise, strlen(noise), &err));
    cr_expect_eq(taught_open(&past, t.encoder, &mae, &err), STATUS_FORMAT);
    mae_close(&mae);
    close_home(&t.h);
}

static int gallery(const Trained *t, const char *out, const char *strategy)
{
    char recipe[400], set[128], results[160];
    snprintf(recipe, sizeof recipe, "%s", t->h.recipe->path);
    snprintf(set, sizeof set, "pretrain.strategy=%s", strategy);
    snprintf(results, sizeof results, "--results=%s", t->results);
    char *argv[] = { "maskgrid", "gallery", "hpm", "random", "--recipe", recipe, "-s", set,
                     results, "--out", (char *)out, NULL };
    return cli_main(11, argv);
}

/* What was looked at, once and under each of three masks: 4, or 0 of one not drawn. */
static int images_in(const char *path)
{
    char  *svg;
    size_t n;
    Err    err;
    int    images = 0;
    cr_assert(!file_read(path, 1 << 24, &svg, &n, &err), "%s", err.text);
    for (char *at = svg; (at = strstr(at, "data:image/png")); at++) images++;
    free(svg);
    return images;
}

Test(taught, is_drawn_in_the_gallery, .timeout = 60)
{
    Trained t;
    char    out[200];
    cr_redirect_stdout();
    cr_redirect_stderr();
    train(&t, "hpm");
    snprintf(out, sizeof out, "%s/g.svg", t.results);
    cr_assert_eq(gallery(&t, out, "hpm"), EXIT_DONE);
    cr_expect_eq(images_in(out), 4);
    close_home(&t.h);

    train(&t, "sma");
    snprintf(out, sizeof out, "%s/g.svg", t.results);
    cr_assert_eq(gallery(&t, out, "sma"), EXIT_DONE);
    cr_expect_eq(images_in(out), 0);
    cr_expect_eq(gallery(&t, out, "attmask"), EXIT_DATA, "nothing is trained with it");
    close_home(&t.h);
}
