/* Rows, columns, order, leading groups: a table laid out as one asks for it. */
#include "experiments/table/explain.h"
#include "experiments/table/tabular.h"
#include "tests/ok.h"
#include "tests/scratch.h"
#include "tests/table/leave.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char RECIPE[] =
    "name: layout\n"
    "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
    "model: {preset: micro, patch: 4}\n"
    "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
    "evaluate: [knn]\n"
    "untrained: yes\n"
    "grid: {pretrain.strategy: [random, block, spiral], pretrain.ratio: [0.5, 0.75],\n"
    "       seed: 0..5}\n";

static Scratch scratch;
static Recipe *recipe;
static Results results;
static char    folder[300];
static Err     err;

/* At 0.5 block is 5 above random and 1 above spiral, at 0.75 all are alike but for noise
 * that every strategy has otherwise. */
static double top1(const Cell *c)
{
    static const double noise[3][6] = { { 0.1, -0.1, 0.3, -0.2, 0.0, -0.1 },
                                        { -0.2, 0.2, 0.1, 0.1, -0.3, 0.1 },
                                        { 0.0, -0.3, 0.1, 0.2, 0.1, -0.1 } };
    const char *name = c->config.pretrain.strategy;
    int         which = !strcmp(name, "random") ? 0 : !strcmp(name, "block") ? 1 : 2;
    double      x = cell_untrained(c) ? 20 : 60 + noise[which][c->config.seed];
    if (!cell_untrained(c) && c->config.pretrain.ratio == 0.5)
        x += which == 1 ? 5 : which == 2 ? 4 : 0;
    return x;
}

static void open_all(void)
{
    scratch_open(&scratch);
    OK(recipe_open(&recipe, scratch_file(&scratch, "l.yaml", RECIPE, sizeof RECIPE - 1), NULL, 0,
                   &err));
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    for (int i = 0; i < recipe->n_cells; i++)
        leave_knn(&recipe->cells[i], folder, top1(&recipe->cells[i]));
    results_open(&results, recipe, folder);
}

static void close_all(void)
{
    results_close(&results);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(layout, .init = open_all, .fini = close_all);

static char *written(const TableAsk *ask, const char *format, int width)
{
    static Text text;
    Table       t;
    text_clear(&text);
    OK(table_open(&t, &results, ask, &err));
    table_write(&t, format, width, &text);
    table_close(&t);
    return text.s;
}

static void has(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "no %s in\n%s", part, text);
}

Test(layout, columns_are_what_the_grid_varies)
{
    const char *text = written(&(TableAsk){ .baseline = "random", .columns = "ratio" }, "table",
                               0);
    has(text, "strategy   ratio 0.5           vs random      ratio 0.75          vs random\n"
              "random     60.00 ± 0.18 (6)                   60.00 ± 0.18 (6) *\n"
              "block      65.00 ± 0.20 (6) *  +5.00 ± 0.31   60.00 ± 0.20 (6) *  "
              "0.00 ± 0.31\n");
    has(text, "untrained  20.00 ± 0.00 (6)    -40.00 ± 0.19  20.00 ± 0.00 (6)    "
              "-40.00 ± 0.19\n"); /* one random in each column, though two in all */
    has(text, "layout: knn_top1 (%) by ratio; scenes");
    has(written(&(TableAsk){ .baseline = "random" }, "md", 0),
        "| untrained |       | 20.00 ± 0.00 (6)     |              |\n");
}

Test(layout, any_key_can_be_rows)
{
    const TableAsk ask = { .baseline = "random", .rows = "ratio", .columns = "strategy" };
    const char    *text = written(&ask, "md", 0);
    has(text, "| ratio | random           | block                |");
    has(text, "| 0.5   | 60.00 ± 0.18 (6) | **65.00 ± 0.20 (6)**");
    has(text, "| untrained        |\n|--"); /* a column */
    cr_expect(!strstr(text, "\n|       |"), "untrained has a row of its own:\n%s", text);
    has(written(&(TableAsk){ .baseline = "random", .columns = "seed", .metrics =
                (const char *const[]){ "knn" }, .n_metrics = 1 }, "table", 0),
        "strategy   ratio  seed 0  vs random  seed 1");
}

static void leave_untrained(double x)
{
    static const double noise[6] = { 0.2, -0.1, -0.2, 0.3, -0.1, 0.0 };
    results_close(&results);
    for (int i = 0; i < recipe->n_cells; i++)
        if (cell_untrained(&recipe->cells[i]))
            leave_knn(&recipe->cells[i], folder, x + noise[recipe->cells[i].config.seed]);
    results_open(&results, recipe, folder);
}

/* The group is of a column of the table: rows that stand in one column are compared. */
Test(layout, the_leading_group_is_that_of_the_test)
{
    Table t;
    OK(table_open(&t, &results, &(TableAsk){ .baseline = "random", .columns = "ratio" }, &err));
    cr_assert(t.n_lines == 4 && t.n_groups == 2, "%d x %d", t.n_lines, t.n_groups);
    cr_expect(table_leads(&t, 1, 0) && !table_leads(&t, 0, 0) && !table_leads(&t, 2, 0));
    cr_expect(!table_leads(&t, 3, 0) && !table_leads(&t, 3, 1), "20 is far below");
    for (int line = 0; line < 3; line++) cr_expect(table_leads(&t, line, 1));
    table_close(&t);
    leave_untrained(60);
    OK(table_open(&t, &results, &(TableAsk){ .baseline = "random", .columns = "ratio" }, &err));
    cr_expect(t.told[0] && !t.told[1], "at 0.75 there is nothing to tell");
    for (int line = 0; line < 4; line++) cr_expect(!table_leads(&t, line, 1));
    table_close(&t);
}

/* Bold says what a test says, of what was not trained as well. */
Test(layout, an_untrained_encoder_is_one_of_those_that_lead)
{
    const TableAsk ask = { .baseline = "random", .columns = "ratio" };
    Table          t;
    leave_untrained(65.0);
    OK(table_open(&t, &results, &ask, &err));
    cr_expect(table_leads(&t, 3, 0) && table_leads(&t, 1, 0) && !table_leads(&t, 2, 0));
    cr_expect(table_leads(&t, 3, 1) && !table_leads(&t, 1, 1), "at 0.75 it leads alone");
    table_close(&t);
    has(written(&ask, "md", 0), "| untrained | **65.02");
}

/* The records of k-NN of a cell are gone. */
static void lose(const char *strategy, double ratio, uint64_t from_seed)
{
    char path[CELL_PATH];
    for (int i = 0; i < recipe->n_cells; i++) {
        const Cell *c = &recipe->cells[i];
        if (cell_untrained(c) || strcmp(c->config.pretrain.strategy, strategy) ||
            c->config.pretrain.ratio != ratio || c->config.seed < from_seed)
            continue;
        cell_record(path, folder, c, STAGE_KNN);
        cr_assert(!remove(path), "%s", path);
    }
    results_close(&results);
    results_open(&results, recipe, folder);
}

/* Of three pairs a deviation has two degrees of freedom, of six five; and what three cannot
 * tell takes nothing from what is found with six. */
Test(layout, a_row_of_few_seeds_counts_for_few)
{
    const TableAsk ask = { .baseline = "random", .columns = "ratio" };
    double         squares = 0;
    int            degrees = 0;
    lose("spiral", 0.5, 3);
    for (int i = 0; i < results.n_rows; i++) {
        int base = results_baseline(&results, i, "random");
        if (base < 0 || base == i || results.rows[i].untrained) continue;
        Summary d = stats_paired(results_values(&results, 0, i),
                                 results_values(&results, 0, base), results.n_seeds);
        squares += (d.n - 1) * d.sd * d.sd, degrees += d.n - 1;
    }
    Deviation all = results_deviation(&results, 0, "random");
    cr_expect(degrees == 17 && all.pairs == 6 && all.rows_short == 1, "%d, %d, %d", degrees,
              all.pairs, all.rows_short);
    cr_expect(fabs(all.sd - sqrt(squares / degrees)) <= 1e-12, "%g", all.sd);
    const char *text = written(&ask, "text", 80);
    cr_expect(!strstr(text, "unknown") && !strstr(text, "no difference can pass"), "%s", text);
    has(text, "That is not of 1 row with fewer than 6 seeds in common with it");
    lose("block", 0.5, 5), lose("block", 0.75, 5), lose("spiral", 0.75, 4);
    text = written(&ask, "text", 80);
    has(text, "unknown (too few seeds are in");
    has(text, "With 5 common seeds no difference can pass");
}

/* These have their metric and nothing else: seals hold, the schema does not. */
Test(layout, records_that_depart_count_no_more_once_somebody_doubts)
{
    cr_expect(results_count(&results, STAGE_KNN, 0, POINT_DONE) == 6);
    cr_expect(results_doubt(&results) >= 6);
    cr_expect_eq(results_count(&results, STAGE_KNN, 0, POINT_DAMAGED), 6);
    cr_expect(isnan(results_values(&results, 0, 0)[0]));
    has(text_get(&results.notes), ".h5: /");
    cr_expect_eq(results_doubt(&results), 0, "once is enough");
}

Test(layout, rows_are_sorted_by_metric_or_key)
{
    const TableAsk by_metric = { .baseline = "random", .columns = "ratio", .sort = "knn" };
    const TableAsk by_key = { .baseline = "random", .rows = "ratio,strategy", .sort = "strategy" };
    Table          t;
    OK(table_open(&t, &results, &by_metric, &err));
    cr_expect_str_eq(t.lines[0].word[0], "block");
    cr_expect_str_eq(t.lines[1].word[0], "spiral");
    cr_expect_str_eq(t.lines[3].word[0], "untrained");
    cr_expect(table_value(&t, 0, 0).mean > 64.9, "values move with their rows");
    table_close(&t);
    OK(table_open(&t, &results, &by_key, &err));
    cr_expect_str_eq(t.lines[0].word[1], "block");
    cr_expect_str_eq(t.lines[0].word[0], "0.5");
    cr_expect_str_eq(t.lines[2].word[1], "random");
    table_close(&t);
}

Test(layout, what_is_not_varied_is_named)
{
    Table t;
    cr_expect(table_open(&t, &results, &(TableAsk){ .baseline = "random", .columns = "ration" },
                         &err) == STATUS_CONFIG);
    has(err.text, "did you mean ratio? It varies");
    cr_expect(table_open(&t, &results, &(TableAsk){ .baseline = "random", .rows = "ratio",
                                                     .columns = "ratio" }, &err) == STATUS_CONFIG);
    has(err.text, "twice");
    cr_expect(table_open(&t, &results, &(TableAsk){ .baseline = "random", .sort = "kn" }, &err) ==
              STATUS_CONFIG);
    has(err.text, "sorted by kn; did you mean knn? They are told apart by strategy, ratio;");
    cr_expect(table_open(&t, &results, &(TableAsk){ .baseline = "random", .sort = "strtegy" },
                         &err) == STATUS_CONFIG);
    has(err.text, "did you mean strategy?");
}

/* 80 columns hold any table: no line is longer, and no value is lost. */
Test(layout, a_wide_table_is_folded)
{
    const TableAsk ask = { .baseline = "random", .rows = "ratio", .columns = "strategy,seed" };
    char          *text = written(&ask, "table", 80);
    int            values = 0;
    for (const char *at = text; (at = strstr(at, "20.00")); at++) values++;
    cr_expect(values == 2 * 6, "untrained stands at both ratios: %d", values);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(text_width(line) <= 80, "%d columns: %s", text_width(line), line);
}

Test(layout, long_words_go_on_below)
{
    Tabular t;
    Text    text = { 0 };
    tabular_open(&t, 2, 2, 1);
    t.width = 50;
    text_add(tabular_cell(&t, 0, 0), "strategy");
    text_add(tabular_cell(&t, 0, 1), "knn");
    text_add(tabular_cell(&t, 1, 0), "mix(random:one=1,two=2,three=3,block:four=4)");
    text_add(tabular_cell(&t, 1, 1), "72.41 ± 0.31");
    tabular_text(&t, &text);
    cr_expect_str_eq(text_get(&text), "strategy                          knn\n"
                                      "mix(random:one=1,two=2,three=3,   72.41 ± 0.31\n"
                                      "block:four=4)\n");
    tabular_close(&t);
    text_free(&text);
}

Test(layout, long_words_give_way_to_numbers)
{
    Tabular t;
    Text    text = { 0 };
    tabular_open(&t, 2, 3, 2);
    t.width = 58;
    text_add(tabular_cell(&t, 0, 0), "claim");
    text_add(tabular_cell(&t, 0, 1), "metric");
    text_add(tabular_cell(&t, 0, 2), "effect");
    text_add(tabular_cell(&t, 1, 0), "random above spiral on pixels");
    text_add(tabular_cell(&t, 1, 1), "linear_cached_top1");
    text_add(tabular_cell(&t, 1, 2), "+0.07 ± 0.83 (6)");
    tabular_text(&t, &text);
    cr_expect_str_eq(text_get(&text), "claim                 metric              effect\n"
                                      "random above spiral   linear_cached_top1  "
                                      "+0.07 ± 0.83 (6)\n"
                                      "on pixels\n");
    tabular_close(&t);
    text_free(&text);
}

/* The name of a metric has no sign to be parted at. */
Test(layout, names_stay_whole_where_other_words_can_give_way)
{
    Tabular t;
    Text    text = { 0 };
    tabular_open(&t, 2, 3, 2);
    t.width = 51;
    text_add(tabular_cell(&t, 0, 0), "metric");
    text_add(tabular_cell(&t, 0, 1), "of");
    text_add(tabular_cell(&t, 0, 2), "random");
    text_add(tabular_cell(&t, 1, 0), "linear_cached_top1");
    text_add(tabular_cell(&t, 1, 1), "zigzag, ratio 0.75");
    text_add(tabular_cell(&t, 1, 2), "14.17 ± 0.67");
    tabular_text(&t, &text);
    cr_expect_str_eq(text_get(&text), "metric              of                 random\n"
                                      "linear_cached_top1  zigzag, ratio      14.17 ± 0.67\n"
                                      "                    0.75\n");
    tabular_close(&t);
    text_free(&text);
}

/* Sides of a number that nobody sees are not told. */
Test(layout, what_is_shown_as_zero_has_no_sign)
{
    const Metric percent = { .units = "percent" }, other = { .units = "1" };
    Text         text = { 0 };
    table_number(&percent, true, -0.004, &text);
    text_add(&text, " ");
    table_number(&percent, false, -0.004, &text);
    text_add(&text, " ");
    table_number(&percent, true, -0.006, &text);
    text_add(&text, " ");
    table_number(&other, true, -0.0, &text);
    text_add(&text, " ");
    table_number(&other, true, -0.004, &text);
    cr_expect_str_eq(text_get(&text), "0.00 0.00 -0.01 0 -0.004");
    text_free(&text);
}

/* What stands beside a value is not parted from it, and is folded where it is too long. */
Test(layout, long_cells_beside_a_value_go_on_below)
{
    Tabular t;
    Text    text = { 0 };
    tabular_open(&t, 2, 3, 1);
    t.width = 40;
    tabular_goes_on(&t, 2);
    tabular_bold(&t, 1, 1);
    text_add(tabular_cell(&t, 0, 0), "strategy");
    text_add(tabular_cell(&t, 0, 1), "knn");
    text_add(tabular_cell(&t, 0, 2), "published");
    text_add(tabular_cell(&t, 1, 0), "random");
    text_add(tabular_cell(&t, 1, 1), "72.41");
    text_add(tabular_cell(&t, 1, 2), "82.8, 83.2, 83.4 [8: 300, 800 epochs], 84.8 [9]");
    tabular_text(&t, &text);
    cr_expect_str_eq(text_get(&text), "strategy  knn      published\n"
                                      "random    72.41 *  82.8, 83.2, 83.4 [8:\n"
                                      "                   300, 800 epochs],\n"
                                      "                   84.8 [9]\n");
    tabular_close(&t);
    text_free(&text);
}

Test(layout, html_is_whole_and_escaped)
{
    const char *text = written(&(TableAsk){ .baseline = "random", .columns = "ratio" }, "html", 0);
    has(text, "<!DOCTYPE html>");
    has(text, "<td><strong>65.00 ± 0.20 (6)</strong></td>");
    has(text, "<th scope=\"row\">untrained</th>");
    has(text, "</figure>\n</body>\n</html>\n");
    Text escaped = { 0 };
    tabular_escape_html("a<b>&\"c\"", &escaped);
    cr_expect_str_eq(text_get(&escaped), "a&lt;b&gt;&amp;&quot;c&quot;");
    text_free(&escaped);
}

Test(layout, a_number_is_explained_down_to_its_records)
{
    Table t;
    Text  text = { 0 };
    char  path[CELL_PATH];
    OK(table_open(&t, &results, &(TableAsk){ .baseline = "random" }, &err));
    OK(table_explain(&t, "block, ratio 0.5", "knn", 400, &text, &err));
    has(text.s, "block, ratio 0.5, knn_top1: 65.00 ± 0.20 (6)\n");
    has(text.s, "exact sign-flip p 0.0312");
    has(text.s, "In the leading group of its column.");
    has(text.s, "pretrain.strategy   block             random\n");
    for (int i = 0; i < recipe->n_cells; i++) {
        const Cell *c = &recipe->cells[i];
        if (strcmp(c->config.pretrain.strategy, "block") || c->config.pretrain.ratio != 0.5)
            continue;
        cell_record(path, folder, c, STAGE_KNN);
        has(text.s, path);
        has(text.s, c->stage[STAGE_KNN].id);
    }
    text_clear(&text);
    OK(table_explain(&t, "block, ratio 0.5", "knn", 80, &text, &err));
    for (char *line = strtok(text.s, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(text_width(line) <= 80, "%d columns: %s", text_width(line), line);
    cr_expect(table_explain(&t, "block", "knn", 80, &text, &err) == STATUS_CONFIG);
    has(err.text, "more than one");
    cr_expect(table_explain(&t, "hilbert", "knn", 80, &text, &err) == STATUS_CONFIG);
    has(err.text, "not in the table");
    table_close(&t);
    text_clear(&text);
    OK(table_open(&t, &results, &(TableAsk){ .baseline = "random", .columns = "ratio" }, &err));
    OK(table_explain(&t, "untrained", "ratio 0.75", 80, &text, &err));
    has(text.s, "vs random, ratio 0.75: -40.00 ± 0.19");
    text_free(&text);
    table_close(&t);
}
