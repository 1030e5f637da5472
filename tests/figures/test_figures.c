/* Figures from records made up here: their numbers are those of the records, and what cannot
 * be drawn says why. */
#include "core/base/file.h"
#include "experiments/figures/figures.h"
#include "tests/ok.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char RECIPE[] =
    "name: tiny\n"
    "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
    "model: {preset: micro, patch: 4}\n"
    "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
    "evaluate: [knn]\n"
    "grid:\n"
    "  pretrain.strategy: [random, block, spiral]\n"
    "  pretrain.ratio: [0.5, 0.75]\n"
    "  seed: [0, 1]\n";

enum { SIDE = 16, GRID = 4, L = GRID * GRID };

static Scratch    scratch;
static Recipe    *recipe;
static Results    results;
static FigureList made;
static char       folder[300];
static Err        err;

static int strategy_of(const Cell *c)
{
    return !strcmp(c->config.pretrain.strategy, "block") ? 1
           : !strcmp(c->config.pretrain.strategy, "spiral") ? 2 : 0;
}

/* Patch 0 alone is visible; hidden pixels are off by 51 of 255 at distance 1, else right. */
static void leave_pretrain(Record *r, const Cell *c)
{
    double         step[] = { 1, 2, 3, 4 }, loss[] = { 4, 3, 2, 1 }, share[L];
    static uint8_t original[2 * SIDE * SIDE], drawn[2 * SIDE * SIDE], hidden[2 * L];
    for (int i = 0; i < L; i++)
        share[i] = i / GRID % 3 && i % GRID % 3 ? 0.25 * strategy_of(c) : 1;
    for (int i = 0; i < 2 * L; i++) hidden[i] = i % L != 0;
    for (int i = 0; i < 2 * SIDE * SIDE; i++) {
        int y = i % (SIDE * SIDE) / SIDE / 4, x = i % SIDE / 4;
        drawn[i] = y <= 1 && x <= 1 && x + y ? 51 : 0; /* sqrt 2 rounds to 1 */
    }
    record_axis(r, "step", step, 4, "1", "step");
    record_curve(r, "epoch", "step", step, 4, "1", "epochs done");
    record_curve(r, "loss", "step", loss, 4, "1", "training loss");
    record_map(r, "visible_share", share, "1", "share");
    record_reconstruction(r, original, hidden, drawn, 2, SIDE, SIDE, 1);
    record_metric(r, "train_s", 10 + strategy_of(c), "s", "time", LOWER);
}

static void leave(const Cell *c)
{
    char path[CELL_PATH];
    cell_folder(path, folder, c);
    OK(file_make_folders(path, &err));
    for (int s = STAGE_PRETRAIN; s <= STAGE_KNN; s++) {
        Record *r;
        cell_record(path, folder, c, (StageKind)s);
        RecordHead head = { .stage = stage_word((StageKind)s), .id = c->stage[s].id,
                            .title = "test",
                            .config = "", .threads = 1, .strategy = c->config.pretrain.strategy,
                            .rows = c->rows, .cols = c->cols, .K = c->K };
        OK(record_open(&r, path, &head, &err));
        if (s == STAGE_PRETRAIN) leave_pretrain(r, c);
        else /* random 50, block 53, spiral 56; seeds 1 apart; a ratio of 0.75 adds 8 */
            record_metric(r, "knn_top1", 50 + 3 * strategy_of(c) + (double)c->config.seed +
                          (c->config.pretrain.ratio > 0.6 ? 8 : 0), "percent", "accuracy", HIGHER);
        OK(record_close(r, &err));
    }
}

static void setup(void)
{
    scratch_open(&scratch);
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    const char *file = scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1);
    OK(recipe_open(&recipe, file, NULL, 0, &err));
    for (int i = 0; i < recipe->n_cells; i++) leave(&recipe->cells[i]);
    results_open(&results, recipe, folder);
    figures_open(&made);
}

static void teardown(void)
{
    figures_close(&made);
    results_close(&results);
    recipe_close(recipe);
    scratch_close(&scratch);
}

static FigurePlan plan_of(const char *const *names, int n)
{
    return (FigurePlan){ .results = &results, .baseline = "random", .folder = folder,
                         .names = names, .n = n };
}

/* The file's text behind `key`; the test fails without it. */
static const char *tsv(const char *name, const char *key)
{
    static char *text;
    char         path[400];
    size_t       n;
    snprintf(path, sizeof path, "%s/%s.tsv", folder, name);
    free(text);
    text = NULL;
    OK(file_read(path, 1 << 20, &text, &n, &err));
    const char *at = strstr(text, key);
    cr_assert(at, "%s: no %s in\n%s", name, key, text);
    return at + strlen(key);
}

TestSuite(figures, .init = setup, .fini = teardown);

Test(figures, their_numbers_are_those_of_the_records)
{
    static const char *const knn[] = { "knn_top1" };
    double a, b, c, d;
    FigurePlan plan = plan_of(knn, 1);
    OK(figures_write(&made, &plan, &err));

    cr_assert(sscanf(tsv("knn_top1", "block, ratio 0.75\t"), "%*d %lf", &a) == 1);
    cr_expect(a == 61.5, "%g", a);
    const char *line = tsv("knn_top1_differences", "spiral, ratio 0.5\t");
    cr_assert(sscanf(line, "%*d %lf %lf %lf", &a, &b, &c) == 3);
    cr_expect(a == 6 && b == 6 && c == 6, "paired by seed: %g %g %g", a, b, c);
    cr_assert(sscanf(tsv("knn_top1_ranks", "\tspiral\t"), "%*d %lf", &a) == 1);
    cr_expect(a == 1, "the best in both settings of both seeds: %g", a);
    line = tsv("knn_top1_profile", "block, ratio 0.75\n");
    cr_assert(sscanf(line, "%lf %lf %lf %lf", &a, &b, &c, &d) == 4);
    cr_expect(a < 50 && b == 1 && c == 1 && d == 1, "all are above %g: %g", a, b);
    line = tsv("knn_top1_by_ratio", "spiral\n");
    cr_assert(sscanf(line, "0.5 %lf %*f %*f 0.75 %lf", &a, &b) == 2);
    cr_expect(a == 56.5 && b == 64.5, "%g %g", a, b);
    cr_assert(sscanf(tsv("knn_top1_map_of_ratio", "block\t0.75\t"), "%lf", &a) == 1);
    cr_expect(a == 61.5, "%g", a);
    cr_assert(sscanf(tsv("knn_top1_by_visibility", "block, ratio 0.5\t"), "%*d %lf", &a) == 1);
    cr_expect(a == 25, "percent of the middle: %g", a);
    cr_assert(sscanf(tsv("knn_top1_by_time", "spiral, ratio 0.5\t"), "%*d %lf", &a) == 1);
    cr_expect(a == 12, "%g", a);
}

/* What a column is stands above it, of each block. */
Test(figures, columns_of_numbers_are_named)
{
    static const char  row[] = "# row\tlabel\tstyle\tmean\tlow95\thigh95\n0\trandom";
    static const char  seeds[] = "\n\n\n# row\tstyle\tvalue of a seed\n0\t0\t";
    static const char  line[] = "\n\n\n# the name; below it: ratio\tmean\tlow95\thigh95\n"
                                "block\n0.5\t";
    static const char *differs = "# row\tlabel\tstyle\tdifference\tlow95\thigh95\tin words\n0\t";
    FigurePlan         plan = plan_of(NULL, 0);
    OK(figures_write(&made, &plan, &err));
    tsv("knn_top1", row);
    tsv("knn_top1", seeds);
    tsv("knn_top1_by_ratio", line);
    tsv("knn_top1_differences", differs);
    for (int i = 0; i < made.n; i++)
        if (made.figure[i].drawn)
            cr_expect(text_starts(tsv(made.figure[i].name, ""), "# "), "%s", made.figure[i].name);
}

Test(figures, errors_are_counted_by_the_distance_to_what_is_visible)
{
    static const char *const distance[] = { "distance" };
    FigurePlan plan = plan_of(distance, 1);
    double     two, three;
    OK(figures_write(&made, &plan, &err));
    /* at 1 are patches 1, 4 and 5 of two images: six, too few to be shown */
    cr_expect(strstr(tsv("distance", "random, ratio 0.5\n"), "\n3\t"));
    const char *line = tsv("distance", "random, ratio 0.5\n");
    cr_assert(sscanf(line, "2 %lf %*f %*f 3 %lf", &two, &three) == 2);
    cr_expect(two == 0 && three == 0, "%g %g", two, three);
}

Test(figures, every_format_is_written_and_numbers_beside_it)
{
    static const char *const names[] = { "loss.png", "loss.svg", "loss.pdf", "loss.tsv",
                                         "knn_top1_ranks.pdf", "visibility.svg",
                                         "reconstruction.png", "knn_top1_map_of_ratio.png" };
    FigurePlan plan = plan_of(NULL, 0);
    OK(figures_write(&made, &plan, &err));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        cr_expect(file_exists(path) && strstr(made.paths.s, names[i]), "%s", names[i]);
    }
    int left = 0;
    for (int i = 0; i < made.n; i++)
        if (!made.figure[i].drawn && !strcmp(made.figure[i].name, "objects"))
            left += strstr(made.figure[i].about, "detect") != NULL;
    cr_expect(left == 1, "that nothing was detected is said once");
}

Test(figures, a_terminal_is_drawn_on_too)
{
    static const char *const names[] = { "knn_top1" };
    FigurePlan plan = plan_of(names, 1);
    plan.terminal = "text80";
    OK(figures_write(&made, &plan, &err));
    cr_expect(strstr(text_get(&made.shown), "spiral, ratio 0.75") &&
              strstr(text_get(&made.shown), "critical difference"), "%s", text_get(&made.shown));
    cr_expect(strstr(made.shown.s, "over 2 seeds, each averaged over 2 settings, 1 is best"), "%s",
              made.shown.s);
    cr_expect(text_starts(made.shown.s, "knn_top1: accuracy\n"), "each says what it is");
    cr_expect(strstr(made.shown.s, "\n   1.00  spiral  |\n   2.00  block   |"),
              "ranks as a list: %s", made.shown.s);
    cr_expect(strstr(made.shown.s, "   random   "), "the map as a table");
    cr_expect(strstr(made.shown.s, "     c block, ratio 0.5: 25, 53.5\n"),
              "letters, not intervals: %s", made.shown.s);
    cr_expect(!strchr(made.shown.s, '\f') && !strstr(made.shown.s, " \n") &&
              !strstr(made.shown.s, "\n\n\n\n"), "no paper is fed, and no blanks");
    for (char *line = strtok(made.shown.s, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(text_width(line) <= 80, "%s", line);
    figures_close(&made);
    figures_open(&made);
    plan.terminal = "text24";
    OK(figures_write(&made, &plan, &err));
    cr_expect(strstr(made.shown.s, "\n\n             0.75\n   random "),
              "columns that have no room go on below: %s", made.shown.s);
    cr_expect(!strstr(made.paths.s, ".png") && strstr(made.paths.s, "knn_top1.tsv"), "%s",
              made.paths.s);
}

Test(figures, each_is_asked_for_by_the_name_that_is_printed)
{
    FigureList one;
    FigurePlan plan = plan_of(NULL, 0);
    plan.terminal = "text80";
    OK(figures_write(&made, &plan, &err));
    cr_assert(made.n > 12, "%d figures", made.n);
    for (int i = 0; i < made.n; i++) {
        const char *name = made.figure[i].name;
        plan.names = &name, plan.n = 1;
        figures_open(&one);
        OK(figures_write(&one, &plan, &err));
        const int expected = strcmp(name, "knn_top1") ? 1 : 8; /* a metric has all of its own */
        cr_expect(one.n == expected && !strcmp(one.figure[0].name, name) &&
                  one.figure[0].drawn == made.figure[i].drawn, "%s: %d", name, one.n);
        figures_close(&one);
    }
    const char *wrong = "knn_top1_rank";
    plan.names = &wrong;
    cr_expect(figures_write(&made, &plan, &err) == STATUS_CONFIG &&
              strstr(err.text, "did you mean knn_top1_ranks?"), "%s", err.text);
}

/* As for `table`, what heads the column is a name too: of what is called otherwise. */
Test(figures, a_metric_is_asked_for_by_the_head_of_its_column)
{
    static const char *const head[] = { "mIoU" };
    FigurePlan               plan = plan_of(head, 1);
    plan.terminal = "text80";
    for (int i = 0; i < results.n_metrics; i++)
        if (!strcmp(results.metrics[i].is.name, "knn_top1"))
            results.metrics[i].is.name = "pixel_mIoU";
    OK(figures_write(&made, &plan, &err));
    cr_expect(made.n == 8 && !strcmp(made.figure[0].name, "pixel_mIoU"), "%d figures", made.n);
}
