/* The page from records made up here, whose words a stranger has written. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "core/base/file.h"
#include "experiments/report/section.h"
#include "tests/ok.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char RECIPE[] =
    "name: tiny # <script>alert(2)</script>\n"
    "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
    "model: {preset: micro, patch: 4}\n"
    "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
    "evaluate: [knn]\n"
    "grid:\n"
    "  pretrain.strategy: [random, block]\n"
    "  pretrain.ratio: [0.5, 0.75]\n"
    "  seed: 0..5\n";

static const char HOSTILE[] = "<script>alert(1)</script> \"&' \x01";

static Scratch scratch;
static Recipe *recipe;
static char    folder[300];
static Err     err;

/* All are 5 above random, whatever the seed; both go up with the ratio. */
static void leave(const Cell *c)
{
    static uint8_t pictures[2 * 16 * 16 * 3], hidden[2 * 16] = { 1, 0, 1 };
    const bool     above = strcmp(c->config.pretrain.strategy, "random");
    char           path[CELL_PATH];
    cell_folder(path, folder, c);
    OK(file_make_folders(path, &err));
    for (int s = STAGE_PRETRAIN; s <= STAGE_KNN; s++) {
        Record    *r;
        RecordHead head = { .stage = stage_word((StageKind)s), .id = c->stage[s].id,
                            .title = HOSTILE, .config = "", .threads = 1,
                            .strategy = c->config.pretrain.strategy,
                            .rows = c->rows, .cols = c->cols, .K = c->K };
        cell_record(path, folder, c, (StageKind)s);
        OK(record_open(&r, path, &head, &err));
        if (s == STAGE_PRETRAIN)
            record_reconstruction(r, pictures, hidden, pictures, 2, 16, 16, 3);
        else
            record_metric(r, "knn_top1", 50 + 5 * above + 2 * c->config.pretrain.ratio +
                          0.125 * (double)(c->config.seed % 3), "percent", HOSTILE, HIGHER);
        OK(record_close(r, &err));
    }
}

static void setup(void)
{
    scratch_open(&scratch);
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    const char *file = scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1);
    OK(recipe_open(&recipe, file, NULL, 0, &err));
}

static void teardown(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(report, .init = setup, .fini = teardown);

/* The page of what is there; free() it. */
static char *page(void)
{
    Results r;
    char   *text, path[400];
    size_t  n;
    results_open(&r, recipe, folder);
    snprintf(path, sizeof path, "%s/report.html", scratch.folder);
    OK(report_write(&(ReportPlan){ .results = &r, .baseline = "random" }, path, &err));
    OK(file_read(path, 1 << 24, &text, &n, &err));
    results_close(&r);
    return text;
}

static int count(const char *s, const char *word)
{
    int n = 0;
    for (; (s = strstr(s, word)); s++) n++;
    return n;
}

Test(report, words_of_strangers_are_only_words)
{
    setenv("PATH", "", 1); /* no gnuplot: quicker, and the page must do without */
    for (int i = 0; i < recipe->n_cells; i++) leave(&recipe->cells[i]);
    char *text = page(), *again = page();
    cr_expect(count(text, "<script") == 1 && !strstr(text, "<script>alert"));
    cr_expect(strstr(text, "&lt;script&gt;alert(1)") && strstr(text, "&lt;script&gt;alert(2)"));
    cr_expect(!strchr(text, '\x01'));
    cr_expect(strstr(text, "install gnuplot"), "what is missing is said");
    cr_expect(!strstr(text, "src=\"http") && !strstr(text, "url(") && !strstr(text, "@import"));
    cr_expect_str_eq(text, again, "the same records, the same bytes");
    free(text);
    free(again);
}

Test(report, the_summary_says_what_the_numbers_say)
{
    setenv("PATH", "", 1);
    for (int i = 0; i < recipe->n_cells; i++) leave(&recipe->cells[i]);
    char *text = page();
    cr_expect(strstr(text, "The highest mean is that of <b>block, ratio 0.75</b>: 56.6"), "%.3000s",
              strstr(text, "id=\"summary\""));
    cr_expect(strstr(text, "It leads: all others are behind"));
    cr_expect(strstr(text, "it differs from random by +5.00"));
    cr_expect(!strstr(text, "true difference of"), "a deviation of 0 says nothing");
    cr_expect(count(text, "type=\"radio\" name=\"step\"") == 2, "a step for each ratio");
    cr_expect(strstr(text, "data:image/png;base64,iVBOR"));
    free(text);
}

/* Records of three strategies, of which the last two are equally good. */
static void leave_three(void)
{
    static const char *const three[] = { "grid.pretrain.strategy=random,block,spiral",
                                         "grid.pretrain.ratio=0.75" };
    setenv("PATH", "", 1);
    recipe_close(recipe);
    OK(recipe_open(&recipe, scratch_path(&scratch, "tiny.yaml"), three, 2, &err));
    for (int i = 0; i < recipe->n_cells; i++) leave(&recipe->cells[i]);
}

static void lose(const char *strategy, uint64_t seed)
{
    char path[CELL_PATH];
    for (int i = 0; i < recipe->n_cells; i++) {
        const Config *c = &recipe->cells[i].config;
        if (c->seed != seed || strcmp(c->pretrain.strategy, strategy)) continue;
        cell_record(path, folder, &recipe->cells[i], STAGE_KNN);
        cr_assert(!remove(path));
    }
}

/* Who leads and who is behind goes by names, be it one or many. */
Test(report, those_who_lead_and_who_are_behind_are_named)
{
    leave_three();
    char *text = page();
    cr_expect(strstr(text, "Not told from the best: <b>block</b>, <b>spiral</b>; behind, at 5 % "
                           "over all comparisons: <b>random</b>. "), "%.3000s",
              strstr(text, "id=\"summary\""));
    free(text);
}

/* None of them is the best. */
Test(report, equal_means_are_said_to_be_equal)
{
    leave_three();
    char *text = page();
    cr_expect(strstr(text, "The highest mean is that of <b>block</b> and <b>spiral</b>: 56.6") &&
              strstr(text, "Seed by seed <b>block</b> differs from random by +5.00 ± 0.00 (paired "
                           "t test: p 0 after Holm for 2 comparisons; exact sign flips: p 0.031, "
                           "not adjusted)"), "%.3000s",
              strstr(text, "id=\"summary\""));
    free(text);
    for (uint64_t seed = 0; seed < 6; seed++) lose("random", seed);
    text = page();
    cr_expect(strstr(text, "The means of all 2 are the same: 56.6") &&
              strstr(text, "None of the 2 can be told from the best"), "%.3000s",
              strstr(text, "id=\"summary\""));
    free(text);
}

/* What was not trained is one of those that are tested. */
Test(report, an_untrained_encoder_may_be_the_best)
{
    static const char *const settings[] = { "grid.pretrain.strategy=random", "untrained=yes",
                                            "grid.pretrain.ratio=0.75" };
    setenv("PATH", "", 1);
    recipe_close(recipe);
    OK(recipe_open(&recipe, scratch_path(&scratch, "tiny.yaml"), settings, 3, &err));
    for (int i = 0; i < recipe->n_cells; i++) leave(&recipe->cells[i]);
    char *text = page();
    cr_expect(strstr(text, "The highest mean is that of <b>untrained</b>: 55.1") &&
              strstr(text, "It leads: all others are behind"), "%.3000s",
              strstr(text, "id=\"summary\""));
    free(text);
}

/* A row that lacks a seed is set apart, and takes nothing from what the others tell. */
Test(report, who_lacks_a_seed_is_named_with_those_there_are)
{
    leave_three();
    lose("block", 5);
    char *text = page();
    cr_expect(strstr(text, "Not told from the best: <b>spiral</b>; behind, at 5 % over all "
                           "comparisons: <b>random</b>; too few common seeds to tell: "
                           "<b>block</b> (5 seeds). "), "%.3000s",
              strstr(text, "id=\"summary\""));
    free(text);
}

/* One row with six seeds has nothing to be compared with. */
Test(report, five_common_seeds_tell_nothing_apart)
{
    leave_three();
    lose("block", 5);
    lose("spiral", 5);
    char *text = page();
    cr_expect(strstr(text, "No order is certain: 5 seeds tell nothing apart, it takes 6. "),
              "%.3000s", strstr(text, "id=\"summary\""));
    free(text);
}

Test(report, a_baseline_that_is_not_there_is_named_with_the_nearest)
{
    Results r;
    leave(&recipe->cells[0]);
    results_open(&r, recipe, folder);
    cr_expect(report_write(&(ReportPlan){ .results = &r, .baseline = "blok" },
                           scratch_path(&scratch, "report.html"), &err) == STATUS_CONFIG);
    cr_expect_str_eq(err.text, "--baseline: tiny has no strategy blok; did you mean block?");
    cr_expect(!file_exists(scratch.path));
    results_close(&r);
}

/* Browsers show titles below the pointer: names of strategies, and no gnuplot. */
Test(report, a_drawing_has_no_words_of_its_script)
{
    Text page = { 0 };
    html_drawing(&page, "<svg viewBox=\"0 0 9 9\">\n<desc>x</desc><g id=\"a\"><title>tsv using 1:2"
                        "</title><path/></g><title>tsvetok</title></svg>", 3, "words");
    cr_expect(strstr(text_get(&page), "<g id=\"d3-a\"><path/></g><title>tsvetok</title></svg>"),
              "%s", text_get(&page));
    text_free(&page);
}

Test(report, a_row_without_pretraining_is_something_to_say)
{
    static const char *const untrained[] = { "pretrain.epochs=0", "seed=1", "about=it's <b>" };
    setenv("PATH", "", 1);
    recipe_close(recipe);
    OK(recipe_open(&recipe, scratch_path(&scratch, "tiny.yaml"), untrained, 3, &err));
    cr_assert(recipe->n_cells == 1);
    leave(&recipe->cells[0]);
    char *text = page(), command[900];
    snprintf(command, sizeof command, ".yaml -s 'pretrain.epochs=0' -s 'seed=1' "
             "-s 'about=it'\\''s &lt;b&gt;' --results %s\nmaskgrid report /", folder);
    cr_expect(strstr(text, "Without any pre-training it is 5") &&
              !strstr(text, "there is nothing to say"), "%.900s", strstr(text, "id=\"summary\""));
    cr_expect(strstr(text, command), "%s: %.900s", command, strstr(text, "id=\"provenance\""));
    cr_expect(strstr(text, "None: this recipe pre-trains nothing.") &&
              !strstr(text, "Masks drawn"));
    free(text);
}

Test(report, what_is_not_there_is_said)
{
    setenv("PATH", "", 1);
    leave(&recipe->cells[0]);
    char *text = page();
    cr_expect(strstr(text, "2 of 48 records are there"), "%.600s", strstr(text, "id=\"summary\""));
    cr_expect(strstr(text, "one seed, so nobody knows"));
    free(text);
}
