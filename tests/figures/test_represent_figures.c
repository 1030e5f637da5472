/* Figures of represent, from records made up here: what they show is what was recorded. */
#include "core/base/file.h"
#include "experiments/figures/figure.h"
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
    "evaluate: [represent]\n"
    "grid: {pretrain.strategy: [random, block], seed: [0, 1]}\n";

enum { N = 8, D = 3, BLOCKS = 2 };

static Scratch scratch;
static char    folder[300];
static Err     err;

/* Of strategy s and seed k: features that only strategies change, curves that both do. */
static void leave(const Cell *c, int s, int k)
{
    char    path[CELL_PATH];
    float   x[N * D];
    double  block[BLOCKS] = { 1, 2 }, y[BLOCKS] = { 1.0 + 10 * s + k, 4 };
    Record *r;
    cell_folder(path, folder, c);
    OK(file_make_folders(path, &err));
    cell_record(path, folder, c, STAGE_REPRESENT);
    OK(record_open(&r, path, &(RecordHead){
        .stage = "represent", .id = c->stage[STAGE_REPRESENT].id, .title = "test", .config = "",
        .threads = 1, .strategy = c->config.pretrain.strategy, .rows = c->rows, .cols = c->cols,
        .K = c->K }, &err));
    for (int i = 0; i < N * D; i++) x[i] = (float)((i * (s ? 5 : 7) + s) % (s ? 11 : 13));
    record_metric(r, "effective_rank", 2 + s, "1", "effective rank of features", HIGHER);
    record_metric(r, "stable_rank", 1 + s, "1", "stable rank of features", HIGHER);
    record_axis(r, "block", block, BLOCKS, "1", "block");
    record_curve(r, "attention_nmi", "block", y, BLOCKS, "1", "mutual information");
    record_data(r, &(H5Set){ .name = "features/mean", .kind = NUMBER_FLOAT, .rank = 2,
                             .dim = { N, D }, .units = "1", .long_name = "features" }, x);
    OK(record_close(r, &err));
}

static char *tsv(const char *name)
{
    char   path[400], *bytes;
    size_t n;
    snprintf(path, sizeof path, "%s/%s.tsv", folder, name);
    OK(file_read(path, 1 << 16, &bytes, &n, &err));
    return bytes;
}

/* What stands behind the names of its columns. */
static const char *after(const char *text, const char *columns)
{
    cr_assert(text_starts(text, columns), "no %sabove\n%s", columns, text);
    return text + strlen(columns);
}

Test(represent_figures, show_what_was_recorded)
{
    Recipe *recipe;
    Results results;
    FigureList made;
    char   *text, path[400];
    double  mean, low, high, same, other;
    scratch_open(&scratch);
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    const char *file = scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1);
    OK(recipe_open(&recipe, file, NULL, 0, &err));
    for (int i = 0; i < recipe->n_cells; i++) {
        const Cell *c = &recipe->cells[i];
        leave(c, !strcmp(c->config.pretrain.strategy, "block"), (int)c->config.seed);
    }
    results_open(&results, recipe, folder);
    FigurePlan plan = { .results = &results, .baseline = "random", .folder = folder };
    figures_open(&made);
    OK(figures_write(&made, &plan, &err));

    text = tsv("attention_nmi_by_block"); /* 1 and 2 of the seeds: mean 1.5, deviation 0.7071 */
    const char *first = after(text, "# the name; below it: block\tmean\tmean - sd\tmean + sd\n");
    cr_assert(sscanf(first, "random 1 %lf %lf %lf", &mean, &low, &high) == 3, "%s", text);
    cr_expect(mean == 1.5 && fabs(low - 0.792893) <= 1e-5 && fabs(high - 2.20711) <= 1e-5);
    const char *block = strstr(text, "block\n");
    cr_assert(block && sscanf(block, "block 1 %lf", &mean) == 1 && mean == 11.5, "%s", text);
    free(text);
    text = tsv("cka"); /* the same features in both seeds of a strategy */
    first = after(text, "# row\tcolumn\tlabel\tlabel of the column\tlinear CKA\n");
    const char *second = strchr(first, '\n');
    cr_assert(second && sscanf(first, "0 0 random random %lf", &same) == 1 &&
              sscanf(second + 1, "0 1 random block %lf", &other) == 1, "%s", text);
    cr_expect(fabs(same - 1) <= 1e-5 && other < 0.9, "%g %g", same, other);
    free(text);
    snprintf(path, sizeof path, "%s/cka.png", folder);
    cr_expect(file_exists(path));
    snprintf(path, sizeof path, "%s/cut_gap_by_epoch.png", folder);
    cr_expect(!file_exists(path), "a figure of what nobody recorded");
    snprintf(path, sizeof path, "%s/stable_rank.png", folder);
    cr_expect(file_exists(path), "a diagnostic that is not the primary metric");
    figures_close(&made);

    const char *const wanted[] = { "stable_rank" }, *const wrong[] = { "stable_rnak" };
    plan.names = wanted, plan.n = 1;
    figures_open(&made);
    OK(figures_write(&made, &plan, &err));
    cr_expect(strstr(made.paths.s, "stable_rank.svg") && !strstr(made.paths.s, "effective_rank") &&
              !strstr(made.paths.s, "cka"), "%s", made.paths.s);
    figures_close(&made);
    const char *const curve[] = { "attention_nmi" };
    plan.names = curve, plan.n = 1;
    figures_open(&made);
    OK(figures_write(&made, &plan, &err));
    cr_expect(strstr(made.paths.s, "attention_nmi_by_block.png") && !strstr(made.paths.s, "rank"),
              "%s", made.paths.s);
    figures_close(&made);
    plan.names = wrong;
    figures_open(&made);
    cr_expect(figures_write(&made, &plan, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "stable_rnak") && strstr(err.text, "stable_rank"), "%s", err.text);
    figures_close(&made);
    results_close(&results);
    recipe_close(recipe);
    scratch_close(&scratch);
}

/* A frame is 32 letters high: longer labels take two lines, and none is lost. */
Test(represent_figures, long_labels_are_broken)
{
    Text label = { 0 };
    figure_label(&label, "cosine within parts of a cut minus between them, of patches");
    cr_expect_str_eq(label.s, "cosine within parts of a cut\nminus between them, of patches");
    text_clear(&label);
    figure_label(&label, "epoch");
    cr_expect_str_eq(label.s, "epoch");
    text_free(&label);
}

/* Two lines are what there is room for beside a frame: three are the head of a column. */
Test(represent_figures, a_metric_of_many_words_is_called_by_its_head)
{
    static const Metric metrics[] = {
        { .name = "box_AP", .units = "percent",
          .long_name = "average precision, mean of IoU 0.5, 0.55 .. 0.95, of boxes" },
        { .name = "knn_top1", .units = "percent", .long_name = "accuracy of k nearest neighbours" },
        { .name = "rank", .units = "1", .long_name = "rank" },
    };
    static const char *const said[] = { "AP(box) [%]", "accuracy of k nearest\nneighbours [%]",
                                        "rank" };
    for (int i = 0; i < 3; i++) {
        Text label = { 0 };
        figure_metric_label(&label, &metrics[i]);
        cr_expect_str_eq(label.s, said[i]);
        text_free(&label);
    }
}
