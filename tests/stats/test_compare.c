/* Two strategies of a recipe whose records are made here, and two recipes. */
#include "experiments/stats/compare.h"

#include "core/base/file.h"
#include "tests/cli/typed.h"
#include "tests/ok.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char RECIPE[] =
    "name: tiny\n"
    "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
    "model: {preset: micro, patch: 4}\n"
    "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
    "evaluate: [knn]\n"
    "grid: {pretrain.strategy: [random, block, spiral], seed: 0..5, pretrain.ratio: [0.5, 0.75]}\n";

enum { IMAGES = 50 };

static Scratch scratch;
static Recipe *recipe;
static Results results;
static char    folder[300], file[300];
static Err     err;

/* The first `right` of 50 images are right. */
static void leave_knn(Record *r, int right)
{
    float scores[IMAGES][2] = { { 0 } };
    int   labels[IMAGES] = { 0 };
    for (int i = 0; i < IMAGES; i++) scores[i][i >= right] = 1;
    record_accuracy(r, "knn", "k 20", &scores[0][0], labels, IMAGES, 2, false);
}

static void leave(const Cell *c, int right)
{
    char path[CELL_PATH];
    cell_folder(path, folder, c);
    OK(file_make_folders(path, &err));
    for (int s = STAGE_PRETRAIN; s <= STAGE_KNN; s++) {
        Record *r;
        cell_record(path, folder, c, (StageKind)s);
        OK(record_open(&r, path, &(RecordHead){ .stage = stage_word((StageKind)s),
            .id = c->stage[s].id, .title = "test", .config = "", .threads = 1,
            .strategy = c->config.pretrain.strategy, .rows = c->rows, .cols = c->cols,
            .K = c->K }, &err));
        if (s == STAGE_KNN) leave_knn(r, right);
        else record_metric(r, "train_s", 100, "s", "time", LOWER);
        record_cost(r, 100, 10);
        OK(record_close(r, &err));
    }
}

/* block is 4 to 8 points above random in every seed, spiral as often below as above. */
static int right_of(const Cell *c)
{
    static const int random[] = { 20, 22, 24, 21, 23, 25 }, more[] = { 2, 3, 4, 3, 2, 4 };
    int seed = (int)c->config.seed;
    if (!strcmp(c->config.pretrain.strategy, "random")) return random[seed];
    bool down = !strcmp(c->config.pretrain.strategy, "spiral") && seed % 2;
    return random[seed] + (down ? -more[seed] : more[seed]);
}

static void open_all(void)
{
    typed_open(&scratch);
    snprintf(file, sizeof file, "%s",
             scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1));
    OK(recipe_open(&recipe, file, NULL, 0, &err));
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    for (int i = 0; i < recipe->n_cells; i++)
        leave(&recipe->cells[i], right_of(&recipe->cells[i]));
    results_open(&results, recipe, folder);
}

static void close_all(void)
{
    results_close(&results);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(compare, .init = open_all, .fini = close_all);

static bool near(double x, double expected) { return fabs(x - expected) <= 1e-9; }

static void expect_words(const Text *words, const char *part)
{
    cr_expect(strstr(text_get(words), part), "%s", text_get(words));
}

Test(compare, a_difference_that_is_clear)
{
    Compare c;
    Text    words = { 0 };
    OK(compare_strategies(&c, &results, "block", "random", NULL, 0, &err));
    cr_assert(c.n == 2, "%d: once for each ratio", c.n);
    const Comparison *one = &c.c[0];
    cr_expect(one->of[0].n == 6 && near(one->of[1].mean, 45) && near(one->difference.mean, 6));
    cr_expect(near(one->flip_p, 2 / 64.0) && one->t_p < 0.001);
    cr_expect(near(one->holm_p, 2 * one->t_p), "two comparisons, equally sure");
    /* each image between the two counts tells apart: 6 points are 3 of 50 images */
    cr_expect(one->n_images == IMAGES);
    cr_expect(one->images.low < 6 && one->images.low > 0 && one->images.high > 6, "%g .. %g",
              one->images.low, one->images.high);
    cr_expect(one->iqm_in[1].low <= 45 && one->iqm_in[1].high >= 45 &&
              one->iqm_in[1].low < one->iqm_in[1].high);
    cr_expect(near(one->iqm[1], 45) && one->improvement > 0.8 && one->improvement < 1);
    cr_expect(one->clear);
    compare_words(&c, one, &words);
    expect_words(&words, "ratio 0.5: block is better than random by 6.00 points (95 %: 4");
    expect_words(&words, "6 pairs), clearly; other test images would not change it.");
    text_free(&words);
    compare_close(&c);
}

Test(compare, a_difference_that_is_not_clear)
{
    Compare c;
    Text    words = { 0 };
    OK(compare_strategies(&c, &results, "spiral", "random", NULL, 0, &err));
    const Comparison *one = &c.c[0];
    cr_expect(near(one->difference.mean, -4 / 6.0) && !one->clear && one->flip_p > 0.5);
    compare_words(&c, one, &words);
    expect_words(&words, "worse than random by 0.67 points (95 %: -6.");
    expect_words(&words, "7.77; 6 pairs), which is not clear: the sign");
    text_free(&words);
    compare_close(&c);
}

/* "worse by 0.00 points" would say that it is not. */
Test(compare, a_difference_that_is_too_small_to_be_shown)
{
    Compare c;
    Text    words = { 0 };
    OK(compare_strategies(&c, &results, "spiral", "random", NULL, 0, &err));
    c.c[0].difference = (Summary){ .n = 6, .mean = -0.004, .sd = 0.02, .half = 0.02 };
    compare_words(&c, &c.c[0], &words);
    expect_words(&words, "worse than random by less than 0.005 points (95 %: -0.02 to 0.02; 6");
    text_free(&words);
    compare_close(&c);
}

Test(compare, below_six_pairs_nothing_is_clear)
{
    Compare c;
    Text    words = { 0 };
    char    path[CELL_PATH];
    for (int i = 0; i < recipe->n_cells; i++) {
        if (recipe->cells[i].config.seed != 5) continue;
        cell_record(path, folder, &recipe->cells[i], STAGE_KNN);
        cr_assert(!remove(path));
    }
    results_close(&results);
    results_open(&results, recipe, folder);
    OK(compare_strategies(&c, &results, "block", "random", NULL, 0, &err));
    cr_expect(c.c[0].difference.n == 5 && c.c[0].t_p < 0.01 && !c.c[0].clear);
    compare_words(&c, &c.c[0], &words);
    expect_words(&words, "5 pairs): too few seeds to judge by, 6 are the least");
    text_free(&words);
    compare_close(&c);
}

Test(compare, two_recipes_row_by_row)
{
    Compare     c;
    Recipe     *other;
    Results     of_other;
    static const char text[] =
        "name: other\n"
        "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
        "model: {preset: micro, patch: 4}\n"
        "pretrain: {epochs: 3, warmup: 1, batch: 8, ratio: 0.75}\n"
        "evaluate: [knn]\n"
        "grid: {pretrain.strategy: [block, random], seed: 1..7}\n";
    OK(recipe_open(&other, scratch_file(&scratch, "other.yaml", text, sizeof text - 1), NULL, 0,
                   &err));
    for (int i = 0; i < other->n_cells; i++)
        if (other->cells[i].config.seed < 6)
            leave(&other->cells[i], right_of(&other->cells[i]) - 1);
    results_open(&of_other, other, folder);
    OK(compare_recipes(&c, &results, &of_other, NULL, 0, &err));
    cr_assert(c.n == 2, "%d: random and block at the ratio that both have", c.n);
    for (int i = 0; i < 2; i++) {
        cr_expect(c.c[i].difference.n == 5, "%d", c.c[i].difference.n);
        cr_expect(near(c.c[i].difference.mean, 2), "%g", c.c[i].difference.mean);
        cr_expect_str_eq(results.rows[c.c[i].row[0]].settings[0], "0.75");
        cr_expect(c.c[i].n_images == IMAGES, "the same test set");
    }
    compare_close(&c);
    results_close(&of_other);
    recipe_close(other);
}

Test(compare, what_there_is_not_is_named)
{
    static const char *const no_metric[] = { "knn_top2" };
    Compare c;
    cr_expect(compare_strategies(&c, &results, "blocc", "random", NULL, 0, &err) ==
              STATUS_CONFIG);
    cr_expect(strstr(err.text, "tiny has no strategy blocc; did you mean block?"), "%s", err.text);
    compare_close(&c);
    cr_expect(compare_strategies(&c, &results, "block", "block", NULL, 0, &err) == STATUS_CONFIG);
    compare_close(&c);
    cr_expect(compare_strategies(&c, &results, "block", "random", no_metric, 1, &err) ==
              STATUS_CONFIG);
    cr_expect(strstr(err.text, "knn_top1"), "%s", err.text);
    compare_close(&c);
}

Test(compare, formats_say_the_same)
{
    static const char *const formats[] = { "table", "md", "latex" };
    Compare c;
    Text    out = { 0 };
    OK(compare_strategies(&c, &results, "block", "random", NULL, 0, &err));
    for (int i = 0; i < 3; i++) {
        text_clear(&out);
        compare_write(&c, formats[i], 0, &out);
        cr_expect(strstr(text_get(&out), "6.00") && strstr(text_get(&out), "0.0312"), "%s",
                  text_get(&out));
    }
    cr_expect(!strstr(text_get(&out), "95 % "), "a bare per cent sign comments a line out");
    text_clear(&out);
    compare_write(&c, "json", 0, &out);
    json_t *all = json_loads(text_get(&out), 0, NULL), *one;
    cr_assert(all, "%s", text_get(&out));
    one = json_array_get(json_object_get(all, "comparisons"), 0);
    json_t *difference = json_object_get(one, "difference");
    cr_expect(near(json_real_value(json_object_get(difference, "mean")), 6));
    cr_expect(near(json_real_value(json_object_get(difference, "sign_flip_p")), 2 / 64.0));
    cr_expect(json_is_true(json_object_get(one, "clear")));
    json_decref(all);
    text_free(&out);
    compare_close(&c);
}

/* Parted where 80 columns end, each head stands beside what it is of. */
Test(compare, what_belongs_together_is_not_parted)
{
    static const char *const together[] = { "difference  95 % of seeds ", "P(better)  its 95 %" };
    Compare c;
    Text    out = { 0 };
    OK(compare_strategies(&c, &results, "block", "random", NULL, 0, &err));
    for (int width = 60; width <= 80; width += 4) {
        text_clear(&out);
        compare_write(&c, "table", width, &out);
        for (int i = 0; i < 2; i++)
            cr_expect(strstr(text_get(&out), together[i]), "%d columns, %s:\n%s", width,
                      together[i], text_get(&out));
    }
    text_free(&out);
    compare_close(&c);
}

/* --- as typed -------------------------------------------------------------------- */

Test(compare, command)
{
    char out[8192];
    cr_assert_eq(RUN(out, "compare", file, "block", "random", "--results", folder), EXIT_DONE,
                 "%s", out);
    cr_expect(strstr(out, "clearly") && strstr(out, "p Holm"), "%s", out);
    cr_expect(strstr(out, "at most 0.05. Fewer "), "%s", out);
    cr_expect_eq(RUN(out, "compare", file, "block", "rndom", "--results", folder), EXIT_USAGE);
    cr_expect(strstr(out, "did you mean random?"), "%s", out);
    cr_assert_eq(RUN(out, "compare", file, file, "--results", folder), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "tiny and tiny are the same in each"), "%s", out);
}

/* block and spiral deviate from random by 0.894 and 3.386 images of 50: 1.79 and 6.77
 * points, 4.95 pooled. */
Test(compare, power)
{
    char out[8192], expected[64];
    cr_assert_eq(RUN(out, "power", file, "--difference", "2", "--results", folder), EXIT_DONE,
                 "%s", out);
    snprintf(expected, sizeof expected, "%d", stats_seeds(4.9531, 2));
    cr_expect(strstr(out, "4.95") && strstr(out, expected) && strstr(out, "from cells that"),
              "%s", out);
    cr_assert_eq(RUN(out, "power", file, "--difference", "1", "--sd", "1", "--results", folder),
                 EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "knn_top1  1.00       10     6"), "%s", out);
    cr_expect_eq(RUN(out, "power", file, "--results", folder), EXIT_USAGE);
    cr_expect(strstr(out, "--difference"), "%s", out);
}

Test(compare, before_anything_was_run)
{
    char out[8192], empty[300];
    snprintf(empty, sizeof empty, "%s", scratch_path(&scratch, "nothing"));
    cr_expect_eq(RUN(out, "compare", file, "block", "random", "--results", empty), EXIT_DATA);
    cr_expect(strstr(out, "tiny: no records yet in"), "%s", out);
    cr_expect_eq(RUN(out, "power", file, "--difference", "1", "--results", empty), EXIT_USAGE);
    cr_expect(strstr(out, "say --sd"), "%s", out);
    cr_assert_eq(RUN(out, "power", file, "--difference", "1", "--sd", "0.1", "--results", empty),
                 EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "any") && strstr(out, "from a trial"), "%s", out);
}
