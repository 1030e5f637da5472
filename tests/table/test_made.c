/* What a table says of how it was made, and whether it still follows. */
#include "experiments/table/made.h"
#include "tests/cli/typed.h"
#include "tests/ok.h"
#include "tests/scratch.h"
#include "tests/table/leave.h"

#include "core/base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Err err;

Test(made, words_come_back_as_they_were)
{
    static const char *const words[] = { "demo", "a b", "it's", "--set", "x=[1, 2]", "", "\\",
                                         "$(rm)" };
    enum { N = sizeof words / sizeof *words };
    static const char *const formats[] = { "md", "html", "latex", "table" };
    for (int f = 0; f < 4; f++) {
        Text  command = { 0 }, text = { 0 };
        char *back[MADE_WORDS];
        int   n;
        for (int i = 0; i < N; i++) made_word(words[i], &command);
        text_add(&text, "a table, of maskgrid table fame\n");
        OK(made_comment(text_get(&command), formats[f], &text, &err));
        OK(made_words(text.s, back, &n, &err));
        cr_assert(n == N, "%s: %d words", formats[f], n);
        for (int i = 0; i < N; i++) cr_expect_str_eq(back[i], words[i]);
        text_free(&command);
        text_free(&text);
    }
}

Test(made, what_cannot_be_said_is_refused)
{
    Text  text = { 0 };
    char *back[MADE_WORDS];
    int   n;
    cr_expect(made_comment("'a --" "> b'", "md", &text, &err) == STATUS_CONFIG);
    cr_expect(made_comment("a", "csv", &text, &err) == STATUS_CONFIG);
    cr_expect(made_words((char[]){ "a table" }, back, &n, &err) == STATUS_FORMAT);
    for (int i = 0; i < MADE_WORDS + 3; i++) made_word("x", &text);
    Text whole = { 0 };
    OK(made_comment(text_get(&text), "md", &whole, &err));
    cr_expect(made_words(whole.s, back, &n, &err) == STATUS_FORMAT);
    text_free(&text);
    text_free(&whole);
}

Test(made, paths_are_those_from_the_file)
{
    Scratch s;
    char    deep[500], file[600], out[MADE_PATH], back[MADE_PATH];
    scratch_open(&s);
    snprintf(deep, sizeof deep, "%s", scratch_folder(&s, "a/b"));
    snprintf(file, sizeof file, "%s/t.md", deep);
    OK(made_relative(out, deep, file, &err));
    cr_expect_str_eq(out, ".");
    OK(made_relative(out, s.folder, file, &err));
    cr_expect_str_eq(out, "../..");
    OK(made_relative(out, scratch_folder(&s, "a/bc/d"), file, &err));
    cr_expect_str_eq(out, "../bc/d");
    OK(made_absolute(back, out, file, &err));
    cr_expect(file_exists(back), "%s", back);
    cr_expect(made_relative(out, "no such folder", file, &err) == STATUS_IO);
    scratch_close(&s);
}

Test(made, lines_that_differ_are_shown)
{
    Text out = { 0 };
    cr_expect(!made_compare("a\nb\n", "a\nb\n", &out) && !out.length);
    cr_expect(made_compare("a\nb\nc\n", "a\nB\nc\n", &out));
    cr_expect_str_eq(text_get(&out), "- b\n+ B\n");
    text_clear(&out);
    cr_expect(made_compare("a\nb\n", "a\nb\nc", &out));
    cr_expect_str_eq(text_get(&out), "+ c\n");
    text_clear(&out);
    cr_expect(made_compare("a\nb\nb\n", "a\nb\n", &out) && out.length);
    text_clear(&out);
    cr_expect(made_compare("a\x1b[2Jb\n", "a\n", &out));
    cr_expect_str_eq(text_get(&out), "- a?[2Jb\n+ a\n");
    text_free(&out);
}

/* --- the command ------------------------------------------------------------- */

static const char RECIPE[] = "name: kept\n"
                             "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8, ratio: 0.5}\n"
                             "evaluate: [knn]\n"
                             "grid: {pretrain.strategy: [random, block], seed: 0..5}\n";

static Scratch scratch;
static Recipe *recipe;
static char    folder[300], yaml[300], table[400];

static void open_all(void)
{
    typed_open(&scratch);
    snprintf(folder, sizeof folder, "%s", scratch_folder(&scratch, "kept"));
    snprintf(yaml, sizeof yaml, "%s",
             scratch_file(&scratch, "kept/kept.yaml", RECIPE, sizeof RECIPE - 1));
    OK(recipe_open(&recipe, yaml, NULL, 0, &err));
    for (int i = 0; i < recipe->n_cells; i++) leave_knn(&recipe->cells[i], folder, 50 + i);
    snprintf(table, sizeof table, "%s/table.md", folder);
}

static void close_all(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(check, .init = open_all, .fini = close_all);

static void make(const char *format)
{
    char said[4000];
    int  code = RUN(said, "table", yaml, "--results", folder, "--out", table, "--format", format,
                    "--published", "--sort", "knn");
    cr_assert(code == EXIT_DONE, "%s", said);
}

Test(check, a_table_follows_from_its_records_until_one_changes)
{
    static const char *const formats[] = { "md", "html", "latex", "table" };
    char                     said[4000], path[CELL_PATH];
    for (int i = 0; i < 4; i++) {
        make(formats[i]);
        cr_expect(RUN(said, "table", "--check", table) == EXIT_DONE, "%s: %s", formats[i], said);
    }
    make("md");
    leave_record(&recipe->cells[3], STAGE_KNN, folder, (Left){ "knn_top1", 99, HIGHER });
    cr_expect(RUN(said, "table", "--check", table) == EXIT_CHECK_FAILED);
    cr_expect(strstr(said, "- | random") && strstr(said, "+ | random"), "%s", said);
    leave_knn(&recipe->cells[3], folder, 53);
    cr_expect(RUN(said, "table", "--check", table) == EXIT_DONE, "as it was: %s", said);
    cell_record(path, folder, &recipe->cells[7], STAGE_KNN);
    remove(path);
    cr_expect(RUN(said, "table", "--check", table) == EXIT_CHECK_FAILED);
    cr_expect(strstr(said, "+ Not run: block seed 1 knn."), "%s", said);
}

/* Where the folder is moved to, the table goes with it. */
Test(check, a_table_is_found_where_it_lies)
{
    char said[4000], moved[300];
    make("md");
    snprintf(moved, sizeof moved, "%s/elsewhere", scratch.folder);
    cr_assert(!rename(folder, moved));
    snprintf(table, sizeof table, "%s/table.md", moved);
    cr_expect(RUN(said, "table", "--check", table) == EXIT_DONE, "%s", said);
    cr_assert(!rename(moved, folder));
}

Test(check, a_hostile_file_is_refused)
{
    static const char *const files[] = {
        "<!-- maskgrid table -->",
        "<!-- maskgrid table kept.yaml --check table.md -->",
        "<!-- maskgrid table kept.yaml --format md --out /dev/null -->",
        "<!-- maskgrid table kept.yaml --format md --frmat md -->",
        "<!-- maskgrid table kept.yaml --format md --results . --metric nothing -->",
        "<!-- maskgrid table no.yaml --format md --results . -->",
    };
    char said[4000];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        OK(file_write(table, files[i], strlen(files[i]), &err));
        cr_expect(RUN(said, "table", "--check", table) == EXIT_CHECK_FAILED, "%s", files[i]);
        cr_expect(!*said, "%s: %s", files[i], said); /* no table was made of it */
    }
}

/* Of a file that says nothing it cannot be asked: that is no stale table. */
Test(check, a_file_that_does_not_say_how_it_was_made_is_a_wrong_question)
{
    char said[4000], csv[400];
    OK(file_write(table, "no table", 8, &err));
    cr_expect(RUN(said, "table", "--check", table) == EXIT_USAGE, "%s", said);
    cr_expect(strstr(said, "does not say how it was made"), "%s", said);
    for (int json = 0; json < 2; json++) {
        snprintf(csv, sizeof csv, "%s/t.%s", folder, json ? "json" : "csv");
        cr_assert(RUN(said, "table", yaml, "--results", folder, "--out", csv) == EXIT_DONE);
        cr_expect(RUN(said, "table", "--check", csv) == EXIT_USAGE, "%s", said);
    }
}

Test(check, nothing_that_is_asked_for_is_passed_over)
{
    char said[4000], *text;
    size_t n;
    make("md");
    cr_expect(RUN(said, "table", "--check", table, "--out", "other.md") == EXIT_USAGE);
    cr_expect(strstr(said, "goes alone"), "%s", said);
    cr_expect(RUN(said, "table", "--check", table, "--format", "md") == EXIT_USAGE);
    cr_expect(RUN(said, "table", "--check", table, "--results", folder) == EXIT_USAGE);
    cr_expect(RUN(said, "table", "--check", table, "--explain") == EXIT_USAGE);
    cr_expect(RUN(said, "table", yaml, "--results", folder, "--explain", "block", "knn",
                  "--format", "json") == EXIT_USAGE);
    cr_expect(RUN(said, "table", yaml, "--results", folder, "--explain", "block", "knn", "--out",
                  table) == EXIT_DONE && !*said, "%s", said);
    OK(file_read(table, 1 << 16, &text, &n, &err));
    cr_expect(strstr(text, "block, knn_top1: "), "%s", text);
    free(text);
}
