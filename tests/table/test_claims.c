/* Numbers and claims of papers: read strictly, put beside ours, judged. */
#include "core/base/file.h"
#include "experiments/record/fields.h"
#include "experiments/table/claims.h"
#include "experiments/table/table.h"
#include "tests/cli/typed.h"
#include "tests/ok.h"
#include "tests/scratch.h"
#include "tests/table/leave.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char RECIPE[] = "name: judged\n"
                             "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8, ratio: 0.75}\n"
                             "evaluate: [knn]\n"
                             "grid: {pretrain.strategy: [random, block, spiral], seed: 0..5}\n";

/* spiral is 3 above random in every seed, block 3 below; the claim of columns has no row. */
static const char CLAIMS[] =
    "name: paper\n"
    "source: A paper, 2020\n"
    "tables:\n"
    "  - name: main\n"
    "    model: ViT-B/16\n"
    "    data: ImageNet-1K\n"
    "    epochs: 300\n"
    "    evidence: paper\n"
    "    doubts: single runs\n"
    "    metrics: [finetune_top1, knn_top1]\n"
    "    rows:\n"
    "      - {strategy: random, ratio: 0.75, numbers: [83.1, 47.5]}\n"
    "      - {strategy: block, ratio: 0.5, numbers: [82.0, 40.0]}\n"
    "      - {method: other, numbers: [81.0, none]}\n"
    "  - name: lengths\n"
    "    model: ViT-B/16\n"
    "    data: ImageNet-1K\n"
    "    evidence: readme\n"
    "    metrics: [knn_top1]\n"
    "    rows:\n"
    "      - {strategy: spiral, ratio: 0.75, epochs: 300, numbers: [48.5]}\n"
    "      - {strategy: spiral, ratio: 0.75, epochs: 800, numbers: [49.5]}\n"
    "claims:\n"
    "  - claim: spiral above random\n"
    "    metrics: [finetune_top1, knn_top1]\n"
    "    better: {pretrain.strategy: spiral}\n"
    "    worse: {pretrain.strategy: random, pretrain.ratio: 0.75}\n"
    "  - claim: block above random\n"
    "    metrics: [knn_top1]\n"
    "    better: {pretrain: {strategy: block, ratio: 0.750}}\n"
    "    worse: {pretrain.strategy: random}\n"
    "  - claim: columns above random\n"
    "    metrics: [knn_top1]\n"
    "    better: {pretrain.strategy: columns}\n"
    "    worse: {pretrain.strategy: random}\n"
    "  - claim: spiral above random at half\n"
    "    metrics: [knn_top1]\n"
    "    better: {pretrain.strategy: spiral, pretrain.ratio: 0.5}\n"
    "    worse: {pretrain.strategy: random, pretrain.ratio: 0.5}\n";

static Scratch   scratch;
static Recipe   *recipe;
static Results   results;
static Published published;
static char      folder[300], yaml[300], paper[300];
static Err       err;

static double top1(const Cell *c)
{
    static const double noise[] = { 0.1, -0.2, 0.3, 0.0, -0.1, 0.2 };
    const char         *name = c->config.pretrain.strategy;
    double              x = 50 + (double)c->config.seed;
    return !strcmp(name, "random")  ? x
           : !strcmp(name, "block") ? x - 3 + noise[c->config.seed]
                                    : x + 3 - noise[c->config.seed];
}

static void open_all(void)
{
    typed_open(&scratch);
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    snprintf(yaml, sizeof yaml, "%s",
             scratch_file(&scratch, "judged.yaml", RECIPE, sizeof RECIPE - 1));
    snprintf(paper, sizeof paper, "%s",
             scratch_file(&scratch, "paper.yaml", CLAIMS, sizeof CLAIMS - 1));
    OK(recipe_open(&recipe, yaml, NULL, 0, &err));
    for (int i = 0; i < recipe->n_cells; i++)
        leave_knn(&recipe->cells[i], folder, top1(&recipe->cells[i]));
    results_open(&results, recipe, folder);
    OK(published_open(&published, paper, &err));
}

static void close_all(void)
{
    published_close(&published);
    results_close(&results);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(claims, .init = open_all, .fini = close_all);

Test(claims, are_judged_by_interval_and_test)
{
    Judgements j;
    claims_judge(&j, &published, &results);
    cr_assert(j.n == 4, "%d", j.n);
    cr_expect(j.list[0].verdict == CLAIM_SUPPORTED && j.list[0].stands_in);
    cr_expect(j.list[0].difference.n == 6 && j.list[0].difference.mean > 2.9);
    cr_expect(j.list[0].flip_p == 2.0 / 64, "%g", j.list[0].flip_p);
    cr_expect(j.list[1].verdict == CLAIM_CONTRADICTED && j.list[1].difference.mean < -2.9);
    cr_expect(j.list[1].holm_p >= stats_t_test(&j.list[1].difference));
    cr_expect(j.list[2].verdict == CLAIM_UNTESTED, "no row of columns");
    cr_expect(j.list[3].verdict == CLAIM_UNTESTED, "no row at 0.5");
    claims_close(&j);
}

/* Five seeds that agree decide nothing, nor do six of which one does not. */
Test(claims, stay_undecided_where_little_is_known)
{
    char path[CELL_PATH];
    for (int all = 0; all < 2; all++) {
        Judgements j;
        Results    again;
        for (int i = 0; i < recipe->n_cells; i++) {
            const Cell *c = &recipe->cells[i];
            if (strcmp(c->config.pretrain.strategy, "spiral") || c->config.seed != 3) continue;
            cell_record(path, folder, c, STAGE_KNN);
            remove(path);
            if (all) leave_knn(c, folder, 40);
        }
        results_open(&again, recipe, folder);
        claims_judge(&j, &published, &again);
        cr_expect(j.list[0].difference.n == 5 + all);
        cr_expect(j.list[0].verdict == CLAIM_UNDECIDED);
        cr_expect(isfinite(j.list[0].least) == all, "five seeds find no difference at all");
        claims_close(&j);
        results_close(&again);
    }
}

Test(claims, are_told_by_the_command)
{
    static char said[20000];
    cr_expect(RUN(said, "claims", yaml, "--results", folder, "--from", paper) ==
              EXIT_CHECK_FAILED, "one is contradicted");
    cr_expect(strstr(said, "spiral above random  paper  knn_top1 +  supported"), "%s", said);
    cr_expect(strstr(said, "block above random   paper  knn_top1    contradicted"), "%s", said);
    cr_expect(strstr(said, "such a metric: columns above random;"), "%s", said);
    cr_expect(strstr(said, "1 supported, 1 contradicted, 0 undecided, 2 not tested."), "%s", said);
    cr_expect(RUN(said, "claims", yaml, "--results", folder, "--from", paper, "--format", "json") ==
              EXIT_CHECK_FAILED);
    json_t *all = json_loads(said, 0, NULL);
    cr_assert(all, "%s", said);
    json_t *list = json_object_get(all, "claims"), *first = json_array_get(list, 0);
    cr_expect(json_array_size(list) == 4);
    cr_expect_str_eq(json_string_value(json_object_get(first, "verdict")), "supported");
    cr_expect(json_integer_value(json_object_get(first, "pairs")) == 6);
    json_decref(all);
}

Test(claims, published_numbers_stand_beside_ours)
{
    Table    t;
    Text     text = { 0 };
    TableAsk ask = { .baseline = "random", .published = &published };
    OK(table_open(&t, &results, &ask, &err));
    table_write(&t, "md", 0, &text);
    cr_expect(strstr(text.s, "| published ") && strstr(text.s, "| 47.5 [1]"), "%s", text.s);
    cr_expect(!strstr(text.s, "40 [1]"), "block is published at another ratio:\n%s", text.s);
    cr_expect(strstr(text.s, "published: at another scale"), "%s", text.s);
    cr_expect(strstr(text.s, "[1] paper, main: ViT-B/16 on ImageNet-1K, 300 epochs; A paper, "
                             "2020 (paper).  Doubts: single runs"), "%s", text.s);
    cr_expect(strstr(text.s, "| 48.5, 49.5 [2: 300, 800 epochs] |"), "%s", text.s);
    cr_expect(!strstr(text.s, "nothing of"), "%s", text.s);
    text_free(&text);
    table_close(&t);
}

Test(claims, what_no_paper_has_is_said)
{
    Recipe  *half;
    Results  others;
    Table    t;
    Text     text = { 0 };
    OK(recipe_open(&half, yaml, (const char *const[]){ "pretrain.ratio=0.25" }, 1, &err));
    for (int i = 0; i < half->n_cells; i++) leave_knn(&half->cells[i], folder, 50);
    results_open(&others, half, folder);
    OK(table_open(&t, &others, &(TableAsk){ .baseline = "random", .published = &published },
                  &err));
    table_write(&t, "md", 0, &text);
    cr_expect(strstr(text.s, "published: nothing of knn_top1 for these strategies at these "
                             "ratios; papers' numbers are of finetune_top1, knn_top1.\n"), "%s",
              text.s);
    text_free(&text);
    table_close(&t);
    results_close(&others);
    recipe_close(half);
}

Test(claims, want_records)
{
    static char said[2000];
    cr_expect_eq(RUN(said, "claims", yaml, "--results", scratch_path(&scratch, "nowhere")),
                 EXIT_DATA);
    cr_expect(strstr(said, "judged: no records yet in") &&
              strstr(said, "` makes them") &&
              strstr(said, "; `maskgrid run ") && strstr(said, " --results "), "%s", said);
}

/* What ships is well-formed, and knows of random, block and spiral. */
Test(claims, what_ships_is_read)
{
    Published  p;
    Judgements j;
    int        numbers = 0;
    OK(published_open(&p, NULL, &err));
    for (const PublishedNumber *x = p.numbers; x; x = x->next) numbers++;
    cr_expect(numbers > 100, "%d numbers", numbers);
    claims_judge(&j, &p, &results);
    cr_expect(claims_count(&j, CLAIM_UNTESTED) < j.n, "some are of these strategies");
    claims_close(&j);
    published_close(&p);
}

/* "not tested" would be the verdict on a metric that no record can have. */
Test(claims, a_metric_that_is_mistyped_is_told_of)
{
    OK(field_metric("knn_top1", &err));
    OK(field_metric("finetune_best_top1", &err));
    OK(field_metric("linear_cached_top5", &err));
    OK(field_metric("knn_class_top5", &err));
    OK(field_metric("mask_AP50", &err));
    OK(field_metric("components_90", &err));
    cr_expect(field_metric("knn_topp1", &err) == STATUS_CONFIG);
    cr_expect_str_eq(err.text, "no record has a metric knn_topp1; did you mean knn_top1?");
    cr_expect(field_metric("linear-cached_top1", &err) == STATUS_CONFIG);
    cr_expect(field_metric("box_APP", &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "did you mean box_AP"), "%s", err.text);
    cr_expect(field_metric("table", &err) == STATUS_CONFIG);
}

/* Every line of the file, damaged in some way, is named or accepted, and nothing crashes. */
Test(claims, hostile_files_are_refused)
{
    static const char *const wrong[][2] = {
        { "epochs: 300", "epochs: many" },
        { "epochs: 300", "epochs: -1" },
        { "evidence: paper", "evidence: rumour" },
        { "ratio: 0.75, numbers", "ratio: 1.5, numbers" },
        { "[83.1, 47.5]", "[83.1]" },
        { "[83.1, 47.5]", "[83.1, 47.5, 1]" },
        { "[83.1, 47.5]", "[83.1, [47.5]]" },
        { "[83.1, 47.5]", "[83.1, nan]" },
        { "method: other, ", "" },
        { "    model: ViT-B/16\n", "" },
        { "- name: main", "- nmae: main" },
        { "metrics: [knn_top1]", "metrics: {knn_top1: 1}" },
        { "    metrics: [knn_top1]\n    better", "    metrics: [knn_topp1]\n    better" },
        { "    metrics: [knn_top1]\n    better", "    metrics: [box_APP]\n    better" },
        { "pretrain.strategy: spiral", "pretrain.strategi: spiral" },
        { "better: {pretrain.strategy: spiral}",
          "better: {pretrain.ratio: 0.750, pretrain.strategy: random}" },
        { "better: {pretrain.strategy: spiral}", "better: spiral" },
        { "pretrain.ratio: 0.75", "pretrain.ratio: 7.5" },
        { "name: paper", "name: {a: b}" },
        { "source: A paper, 2020", "source: *x" },
    };
    Published p;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char        text[4000];
        const char *at = strstr(CLAIMS, wrong[i][0]);
        cr_assert(at, "%s", wrong[i][0]);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - CLAIMS), CLAIMS, wrong[i][1],
                 at + strlen(wrong[i][0]));
        const char *file = scratch_file(&scratch, "wrong.yaml", text, strlen(text));
        cr_expect(published_open(&p, file, &err) == STATUS_CONFIG, "%s", wrong[i][1]);
        cr_expect(strstr(err.text, "wrong.yaml:"), "%s: %s", wrong[i][1], err.text);
    }
    for (size_t n = 0; n < sizeof CLAIMS - 1; n += 7) {
        const char *file = scratch_file(&scratch, "short.yaml", CLAIMS, n);
        if (!published_open(&p, file, &err)) published_close(&p);
    }
    cr_expect(published_open(&p, scratch_path(&scratch, "none.yaml"), &err) == STATUS_MISSING);
}
