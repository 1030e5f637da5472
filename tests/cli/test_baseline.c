/* What a user types wrongly, or asks for too early, is said by every command that compares. */
#include "core/base/status.h"
#include "experiments/stats/stats.h"
#include "tests/cli/typed.h"
#include "tests/table/leave.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char RECIPE[] = "name: tiny\n"
                             "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8, ratio: 0.5}\n"
                             "evaluate: [knn]\n"
                             "untrained: yes\n"
                             "grid: {pretrain.strategy: [random, block], seed: [0, 1, 2]}\n";

static Scratch scratch;
static char    folder[300], file[300], out[20000];

static void open_all(void)
{
    typed_open(&scratch);
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    snprintf(file, sizeof file, "%s",
             scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1));
}

static void close_all(void) { scratch_close(&scratch); }

/* Records of the recipe with this setting: seeds 1 apart, what is trained here 10 above. */
static void leave_all(const char *setting)
{
    Recipe *r;
    Err     err;
    cr_assert(!recipe_open(&r, file, &setting, 1, &err), "%s", err.text);
    for (int i = 0; i < r->n_cells; i++) {
        const Cell  *c = &r->cells[i];
        const double seed = (double)c->config.seed;
        leave_knn(c, folder, cell_trains(c) ? 50 + seed : 40 + seed * seed);
    }
    recipe_close(r);
}

TestSuite(baseline, .init = open_all, .fini = close_all);

Test(baseline, that_is_not_there_is_named_with_the_nearest)
{
    static const char *const commands[][4] = {
        { "table", "--format", "md" }, { "report" }, { "plot", "--terminal" },
        { "power", "--difference", "1" },
    };
    leave_all("seed=0");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *const *c = commands[i];
        const char *words[] = { c[0], file, "--results", folder, "--baseline", "rendom", c[1],
                                c[2], NULL };
        cr_expect_eq(typed_run(out, sizeof out, words), EXIT_USAGE, "%s: %s", c[0], out);
        cr_expect(strstr(out, "--baseline: tiny has no strategy rendom; did you mean random?"),
                  "%s: %s", c[0], out);
    }
    cr_expect_eq(RUN(out, "table", file, "--results", folder, "--baseline", "untrained"),
                 EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "vs untrained"), "%s", out);
}

/* A row that a varied key does not concern stands beside each that it does. */
Test(baseline, untrained_stands_beside_every_ratio)
{
    static const char ratios[] = "grid.pretrain.ratio=0.5,0.75";
    leave_all(ratios);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(RUN(out, "compare", file, "--results", folder, "-s", ratios,
                         i ? "random" : "untrained", i ? "untrained" : "random"), EXIT_DONE, "%s",
                     out);
        cr_expect(strstr(out, i ? "+9.33" : "-9.33"), "%s", out);
        cr_expect(strstr(out, "random, ratio 0.5 ") && strstr(out, "random, ratio 0.75 "), "%s",
                  out);
    }
}

/* Wherever it is from, it stands beside what is trained here; and it is one encoder. */
Test(baseline, an_imported_encoder_is_compared)
{
    static const char recipe[] =
        "name: tiny\n"
        "data: {set: scenes, train: 8, test: 8, scenes: {size: 32, channels: 3}}\n"
        "model: {preset: micro, patch: 8, heads: 4, decoder-heads: 2}\n"
        "pretrain: {epochs: 1, warmup: 0, batch: 8}\n"
        "evaluate: [knn]\n"
        "grid: {pretrain.from: [none, tests/golden/foreign_mae.pth], seed: [0, 1, 2]}\n";
    snprintf(file, sizeof file, "%s",
             scratch_file(&scratch, "imported.yaml", recipe, sizeof recipe - 1));
    leave_all("about=it");
    cr_expect_eq(RUN(out, "table", file, "--results", folder), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "foreign_mae.pth  41.67 ± 2.08 (3)  -9.33 ± "), "%s", out);
    cr_expect(strstr(out, "\nforeign_mae.pth (") &&
              strstr(out, "); its seeds are those of its evaluation."), "%s", out);
}

/* A recipe without random is compared with nothing, unless somebody says with what. */
Test(baseline, that_nobody_named_may_be_missing)
{
    static const char blocks[] = "grid.pretrain.strategy=block,spiral";
    leave_all(blocks);
    cr_expect_eq(RUN(out, "table", file, "--results", folder, "-s", blocks), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "there is no random here; --baseline names another") &&
              !strstr(out, "vs random"), "%s", out);
    cr_expect_eq(RUN(out, "table", file, "--results", folder, "-s", blocks, "--baseline",
                     "block"), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "vs block"), "%s", out);
}

/* The same recipe with seeds 0 to 5. */
static void leave_six(const char *setting)
{
    char six[sizeof RECIPE + 8];
    snprintf(six, sizeof six, "%s", RECIPE);
    strcpy(strstr(six, "[0, 1, 2]"), "0..5}\n");
    snprintf(file, sizeof file, "%s", scratch_file(&scratch, "six.yaml", six, strlen(six)));
    leave_all(setting);
}

/* Nothing is significant below six pairs, and a deviation of 0 says nothing of other seeds. */
Test(baseline, no_number_is_named_where_none_can_be_found)
{
    leave_all("about=it");
    cr_expect_eq(RUN(out, "table", file, "--results", folder), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "knn_top1 unknown (too few seeds"), "%s", out);
    cr_expect(strstr(out, "With 3 common seeds no difference can pass"), "%s", out);
    leave_six("about=it"); /* random and block are the same in each seed */
    cr_expect_eq(RUN(out, "table", file, "--results", folder), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "knn_top1 unknown (the") && !strstr(out, "no difference can pass"),
              "%s", out);
    cr_expect_eq(RUN(out, "power", file, "--results", folder, "--difference", "5"), EXIT_DONE,
                 "%s", out);
    cr_expect(strstr(out, "0.00       not known  6") && strstr(out, "single t test"), "%s", out);
}

/* An untrained encoder is a pair, too. */
Test(baseline, beside_an_untrained_encoder_alone)
{
    static const char random[] = "grid.pretrain.strategy=random";
    char              expected[64];
    const double      sd = sqrt(952 / 15.0); /* of differences 10, 10, 8, 4, -2, -10 */
    leave_six(random);
    cr_expect_eq(RUN(out, "table", file, "--results", folder, "-s", random), EXIT_DONE, "%s", out);
    snprintf(expected, sizeof expected, "\nknn_top1 %.2f.", stats_detectable(sd, 6));
    cr_expect(strstr(out, expected) && !strstr(out, "unknown"), "%s: %s", expected, out);
    cr_expect_eq(RUN(out, "power", file, "--results", folder, "-s", random, "--difference", "5"),
                 EXIT_DONE, "%s", out);
}

Test(baseline, before_anything_was_run)
{
    static const char *const commands[][3] = {
        { "table" }, { "report" }, { "plot" }, { "claims" }, { "compare", "block", "random" },
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *const *c = commands[i];
        const char *words[] = { c[0], file, "--results", folder, c[1], c[2], NULL };
        cr_expect_eq(typed_run(out, sizeof out, words), EXIT_DATA, "%s: %s", c[0], out);
        cr_expect(strstr(out, "tiny: no records yet in ") && strstr(out, "; `maskgrid run ") &&
                  strstr(out, "/tiny.yaml --results "), "%s: %s", c[0], out);
    }
}
