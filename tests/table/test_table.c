#include "core/base/file.h"
#include "experiments/table/table.h"
#include "tests/ok.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char RECIPE[] =
    "name: tiny\n"
    "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
    "model: {preset: micro, patch: 4}\n"
    "pretrain: {epochs: 2, warmup: 1, ratio: 0.5, batch: 8}\n"
    "evaluate: [knn]\n"
    "untrained: yes\n"
    "grid: {pretrain.strategy: [random, block], seed: [0, 1, 2]}\n";

static Scratch scratch;
static Recipe *recipe;
static Results results;
static char    folder[300];
static Err     err;

static const TableAsk plain = { .baseline = "random" };

static void curves(Record *r)
{
    enum { STEPS = 100 };
    double         x[STEPS], loss[STEPS], share[16];
    static uint8_t pictures[2 * 16 * 16 * 3], hidden[2 * 16] = { 1, 0, 1 };
    for (int i = 0; i < STEPS; i++) x[i] = i + 1, loss[i] = 1.0 / (i + 1);
    for (int i = 0; i < 16; i++) share[i] = 0.5;
    record_axis(r, "step", x, STEPS, "1", "step");
    record_curve(r, "epoch", "step", x, STEPS, "1", "epochs done");
    record_curve(r, "loss", "step", loss, STEPS, "1", "training loss");
    record_map(r, "visible_share", share, "1", "share");
    record_reconstruction(r, pictures, hidden, pictures, 2, 16, 16, 3);
}

/* Records of one cell as its stages would leave them. */
static void leave(const Cell *c, double top1)
{
    char path[CELL_PATH];
    cell_folder(path, folder, c);
    OK(file_make_folders(path, &err));
    for (int s = STAGE_PRETRAIN; s <= STAGE_KNN; s++) {
        Record *r;
        cell_record(path, folder, c, (StageKind)s);
        OK(record_open(&r, path,
                       &(RecordHead){ .stage = stage_word((StageKind)s),
                                      .id = c->stage[s].id,
                                      .title = "test",
                                      .config = "",
                                      .threads = 1,
                                      .strategy = c->config.pretrain.strategy,
                                      .rows = c->rows,
                                      .cols = c->cols,
                                      .K = c->K },
                       &err));
        if (s == STAGE_PRETRAIN && !cell_untrained(c)) curves(r);
        if (s == STAGE_KNN) {
            record_metric(r, "knn_top1", top1, "percent", "k-NN accuracy", HIGHER);
            record_metric(r, "knn_top5", 99, "percent", "among the first five", HIGHER);
        }
        OK(record_close(r, &err));
    }
}

static const Cell *find(const char *strategy, uint64_t seed)
{
    for (int i = 0; i < recipe->n_cells; i++) {
        const Cell *c = &recipe->cells[i];
        const char *name = cell_untrained(c) ? UNTRAINED : c->config.pretrain.strategy;
        if (!strcmp(name, strategy) && c->config.seed == seed) return c;
    }
    cr_assert_fail("no cell %s", strategy);
    return NULL;
}

/* random has 70, 72, 74; block 71, 74 and a failure; untrained 40 and a record that
 * is none; the rest was not run. */
static void open_all(void)
{
    char path[CELL_PATH];
    scratch_open(&scratch);
    OK(recipe_open(&recipe,
                   scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1), NULL,
                   0, &err));
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    for (uint64_t seed = 0; seed < 3; seed++)
        leave(find("random", seed), 70 + 2 * (double)seed);
    leave(find("block", 0), 71);
    leave(find("block", 1), 74);
    leave(find(UNTRAINED, 0), 40);

    cell_folder(path, folder, find("block", 2));
    OK(file_make_folders(path, &err));
    cell_file(path, folder, find("block", 2), "failed.txt");
    OK(file_write(path, "boom\n", 5, &err));
    cell_folder(path, folder, find(UNTRAINED, 1));
    OK(file_make_folders(path, &err));
    cell_record(path, folder, find(UNTRAINED, 1), STAGE_KNN);
    OK(file_write(path, "no record", 9, &err));
    results_open(&results, recipe, folder);
}

static void close_all(void)
{
    results_close(&results);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(table, .init = open_all, .fini = close_all);

Test(table, values_and_paired_differences)
{
    Table t;
    OK(table_open(&t, &results, &plain, &err));
    cr_assert(t.n_metrics == 1, "the primary metric alone");
    cr_expect_str_eq(table_metric(&t, 0)->is.name, "knn_top1");
    cr_assert(results.n_rows == 3 && results.n_seeds == 3);
    Summary random = table_value(&t, 0, 0), block = table_difference(&t, 1, 0);
    cr_expect(random.n == 3 && random.mean == 72 && random.sd == 2);
    cr_expect(block.n == 2 && block.mean == 1.5, "n %d, mean %g", block.n, block.mean);
    cr_expect(table_difference(&t, 0, 0).n == 0, "random differs from itself by nothing");
    cr_expect(table_value(&t, 2, 0).mean == 40);
    table_close(&t);
}

Test(table, a_row_never_disappears)
{
    Table t;
    Text  text = { 0 };
    OK(table_open(&t, &results, &plain, &err));
    table_write(&t, "table", 0, &text);
    static const char *const lines[] = {
        "random     72.00 ± 2.00 (3)\n",
        "block      72.50 ± 2.12 (2 of 3)  +1.50 ± 6.35\n",
        "untrained  40.00 (1 of 3)         -30.00\n",
        "Failed: block seed 2.\n",
        "Damaged: untrained seed 1 knn.\n",
        "Not run: untrained seed 1, untrained seed 2.\n",
        "With 2 common seeds no difference can pass an exact sign-flip test at 5 %; that\n"
        "takes 6.\n",
        "tiny: scenes, 8 training and 8 test images of 16 x 16 pixels;",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect(strstr(text_get(&text), lines[i]), "no line %s in\n%s", lines[i],
                  text_get(&text));
    cr_expect(strstr(text_get(&results.notes), "knn-") != NULL,
              "the damaged file is named");
    text_free(&text);
    table_close(&t);
}

Test(table, the_same_records_are_the_same_bytes)
{
    static const char *const formats[] = { "table", "md", "latex", "html", "csv", "json" };
    Results again;
    Table   t, u;
    results_open(&again, recipe, folder);
    for (int i = 0; i < 6; i++) {
        Text a = { 0 }, b = { 0 };
        OK(table_open(&t, &results, &plain, &err));
        OK(table_open(&u, &again, &plain, &err));
        table_write(&t, formats[i], 0, &a);
        table_write(&u, formats[i], 0, &b);
        cr_expect(a.length > 300 && !strcmp(a.s, b.s), "%s", formats[i]);
        text_free(&a);
        text_free(&b);
        table_close(&t);
        table_close(&u);
    }
    results_close(&again);
}

Test(table, csv_has_a_line_for_each_row_and_metric)
{
    static const char *const both[] = { "knn_top5", "knn_top1" };
    const TableAsk           ask = { .baseline = "random", .metrics = both, .n_metrics = 2 };
    Table                    t;
    Text                     text = { 0 };
    int                      lines = 0, commas = 0;
    OK(table_open(&t, &results, &ask, &err));
    table_write(&t, "csv", 0, &text);
    for (const char *c = text.s; *c; c++) {
        commas += *c == ',';
        if (*c != '\n') continue;
        cr_expect(commas == 20, "line %d: %d commas", lines, commas);
        lines++;
        commas = 0;
    }
    cr_expect(lines == 1 + 3 * 2);
    cr_expect(strstr(text.s, "tiny,block,knn_top1,percent,higher,2,72.5,") != NULL);
    text_free(&text);
    table_close(&t);
}

Test(table, json_says_what_it_was_made_from)
{
    Table t;
    Text  text = { 0 };
    OK(table_open(&t, &results, &plain, &err));
    table_write(&t, "json", 0, &text);
    json_t *all = json_loads(text.s, 0, NULL);
    cr_assert(all != NULL);
    json_t *block = json_array_get(json_object_get(all, "rows"), 1);
    json_t *cell = json_object_get(json_object_get(block, "metrics"), "knn_top1");
    cr_expect(json_real_value(json_object_get(cell, "mean")) == 72.5);
    cr_expect(json_is_null(json_array_get(json_object_get(cell, "values"), 2)));
    cr_expect(json_real_value(json_object_get(json_object_get(cell, "difference"),
                                              "sign_flip_p")) == 0.5);
    json_t *records = json_object_get(block, "records");
    cr_expect(json_array_size(records) == 6);
    json_t *last = json_array_get(records, 5);
    cr_expect_str_eq(json_string_value(json_object_get(last, "state")), "failed");
    cr_expect_str_eq(json_string_value(json_object_get(last, "id")),
                     find("block", 2)->stage[STAGE_KNN].id);
    json_decref(all);
    text_free(&text);
    table_close(&t);
}

Test(table, latex_escapes_what_it_must)
{
    Table t;
    Text  text = { 0 };
    OK(table_open(&t, &results, &plain, &err));
    table_write(&t, "latex", 0, &text);
    cr_expect(
        strstr(text.s, "block & 72.50 $\\pm$ 2.12 (2 of 3) & $+$1.50 $\\pm$ 6.35 \\\\"));
    cr_expect(strstr(text.s, "knn\\_top1 (\\%)") && !strstr(text.s, "±"));
    text_free(&text);
    table_close(&t);
}

/* What a table heads its columns with is what one types. */
Test(table, a_metric_is_found_by_the_head_of_its_column)
{
    static const struct { const char *name, *head; } of[] = {
        { "box_AP", "AP(box)" }, { "mask_AP", "AP(mask)" }, { "pixel_mIoU", "mIoU" } };
    for (int i = 0; i < 3; i++) {
        Metric *m = &results.metrics[1].is;
        int     found = -1;
        m->name = of[i].name;
        cr_expect_str_eq(table_head(m), of[i].head);
        OK(table_find(&results, of[i].head, &found, &err));
        cr_expect_eq(found, 1);
        OK(table_find(&results, of[i].name, &found, &err));
        cr_expect_eq(found, 1);
    }
    int none;
    cr_expect(table_find(&results, "mIuO", &none, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "did you mean mIoU?"), "%s", err.text);
}

Test(table, an_unknown_metric_is_named_with_the_nearest)
{
    static const char *const wrong[] = { "knn_tpo1" };
    const TableAsk           ask = { .baseline = "random", .metrics = wrong, .n_metrics = 1 };
    Table                    t;
    cr_expect(table_open(&t, &results, &ask, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "knn_tpo1") && strstr(err.text, "knn_top1"), "%s",
              err.text);
}
