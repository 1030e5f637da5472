/* A table at equal cost: of each strategy the training that took as much. */
#include "core/base/file.h"
#include "experiments/table/table.h"
#include "tests/ok.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char RECIPE[] =
    "name: equal\n"
    "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
    "model: {preset: micro, patch: 4}\n"
    "pretrain: {warmup: 0, batch: 8}\n"
    "evaluate: none\n"
    "untrained: yes\n"
    "grid: {pretrain.strategy: [random, block, spiral], pretrain.epochs: [2, 4, 8],\n"
    "       pretrain.ratio: [0.5, 0.75], seed: [0, 1]}\n";

static Scratch scratch;
static Recipe *recipe;
static Results results;
static char    folder[300];
static Err     err;

/* An epoch of random costs 1, of block 2.3, of spiral 1.05; half of it is loss. */
static void leave(const Cell *c)
{
    char    path[CELL_PATH];
    Record *r;
    double  each = !strcmp(c->config.pretrain.strategy, "random")  ? 1
                   : !strcmp(c->config.pretrain.strategy, "block") ? 2.3
                                                                   : 1.05;
    cell_folder(path, folder, c);
    OK(file_make_folders(path, &err));
    cell_record(path, folder, c, STAGE_PRETRAIN);
    OK(record_open(&r, path,
                   &(RecordHead){ .stage = "pretrain", .id = c->stage[STAGE_PRETRAIN].id,
                                  .title = "test", .config = "", .threads = 1,
                                  .strategy = c->config.pretrain.strategy, .rows = c->rows,
                                  .cols = c->cols, .K = c->K },
                   &err));
    record_metric(r, "train_gflop", each * c->config.pretrain.epochs, "Gflop", "products", LOWER);
    record_metric(r, "epochs", c->config.pretrain.epochs, "1", "epochs", HIGHER);
    OK(record_close(r, &err));
}

static void open_all(void)
{
    scratch_open(&scratch);
    OK(recipe_open(&recipe, scratch_file(&scratch, "e.yaml", RECIPE, sizeof RECIPE - 1), NULL, 0,
                   &err));
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    for (int i = 0; i < recipe->n_cells; i++) /* spiral at ratio 0.5 was not run */
        if (!cell_untrained(&recipe->cells[i]) &&
            (strcmp(recipe->cells[i].config.pretrain.strategy, "spiral") ||
             recipe->cells[i].config.pretrain.ratio != 0.5))
            leave(&recipe->cells[i]);
    results_open(&results, recipe, folder);
}

static void close_all(void)
{
    results_close(&results);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(equal, .init = open_all, .fini = close_all);

static double only(const char *strategy, const char *ratio, const char *metric)
{
    int found = -1;
    for (int i = 0; i < results.n_rows; i++) {
        const ResultRow *row = &results.rows[i];
        bool             here = !strcmp(row->strategy, strategy);
        bool             same = false;
        for (int k = 0; k < results.n_settings; k++) same |= !strcmp(row->settings[k], ratio);
        if (!here || !same) continue;
        cr_expect(found < 0, "%s %s is there twice", strategy, ratio);
        found = i;
    }
    cr_assert(found >= 0, "no %s %s", strategy, ratio);
    return results_values(&results, results_find(&results, metric), found)[1];
}

/* Of random 8 epochs take 8: of block 4 take 9.2, of spiral 8 take 8.4. */
Test(equal, keeps_what_took_as_much)
{
    int before = results.n_rows;
    OK(results_equal(&results, "train_gflop", "random", &err));
    cr_expect(before == 19 && results.n_rows == 7, "%d of %d rows", results.n_rows, before);
    cr_expect(only("random", "0.5", "epochs") == 8 && only("random", "0.75", "epochs") == 8);
    cr_expect(only("block", "0.5", "epochs") == 4 && only("block", "0.75", "epochs") == 4);
    cr_expect(only("spiral", "0.75", "train_gflop") == 1.05 * 8);
    cr_expect(isnan(only("spiral", "0.5", "epochs")), "the longest stays, and is missing");
    cr_expect(results.rows[6].untrained);
    for (int i = 0; i < 6; i++) {
        bool random = !strcmp(results.rows[i].strategy, "random");
        cr_expect(random || results_baseline(&results, i, "random") >= 0, "row %d alone", i);
        cr_expect_eq(results_count(&results, STAGE_PRETRAIN, i, POINT_DONE),
                     isnan(results_values(&results, 0, i)[0]) ? 0 : 2);
    }
}

Test(equal, is_said_in_the_table)
{
    Table t;
    Text  out = { 0 };
    const TableAsk ask = { .baseline = "random", .equal = "train_gflop" };
    OK(table_open(&t, &results, &ask, &err));
    table_write(&t, "md", 0, &out);
    cr_expect(strstr(text_get(&out), "At equal cost") && strstr(text_get(&out), "| block"), "%s",
              text_get(&out));
    text_free(&out);
    table_close(&t);
}

Test(equal, wants_lengths_to_choose_from)
{
    cr_expect_eq(results_equal(&results, "train_gflops", "random", &err), STATUS_CONFIG);
    results_close(&results);
    recipe_close(recipe);
    OK(recipe_open(&recipe, scratch_path(&scratch, "e.yaml"),
                   (const char *const[]){ "pretrain.epochs=2" }, 1, &err));
    results_open(&results, recipe, folder);
    cr_expect_eq(results_equal(&results, "train_gflop", "random", &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "grid.pretrain.epochs"), "%s", err.text);
}
