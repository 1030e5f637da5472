/* maskgrid bench, as a user runs it: small, but all of it. */
#include "core/base/file.h"
#include "core/base/text.h"
#include "experiments/bench/network.h"
#include "experiments/figures/png.h"
#include "strategies/registry.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(bench, .init = open_scratch, .fini = close_scratch, .timeout = 120);

static int threads = 1;

/* `maskgrid bench WORDS`; what it says is in out.json and out.json.err. */
static int run(const char *words)
{
    char        line[2000], path[500];
    const char *program = getenv("MASKGRID");
    cr_assert(program != NULL, "MASKGRID names the program");
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, "out.json"));
    snprintf(line, sizeof line,
             "OMP_NUM_THREADS=%d %s bench --threads %d --seconds 0.01 %s >'%s' 2>'%s.err'",
             threads, program, threads, words, path, path);
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Its JSON; NULL and the exit code if it fails. */
static json_t *bench(const char *words, int *code)
{
    char all[1500];
    snprintf(all, sizeof all, "--json %s", words);
    *code = run(all);
    return json_load_file(scratch_path(&scratch, "out.json"), 0, NULL);
}

/* free() it */
static char *read_said(const char *name)
{
    char  *said;
    size_t n;
    Err    err;
    cr_assert(!file_read(scratch_path(&scratch, name), 10000, &said, &n, &err), "%s",
              err.text);
    return said;
}

static double number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    cr_assert(json_is_number(v), "no number %s", key);
    return json_number_value(v);
}

static const json_t *only(const json_t *all, const char *key, size_t n)
{
    const json_t *list = json_object_get(all, key);
    cr_assert(json_array_size(list) == n, "%zu %s", json_array_size(list), key);
    return json_array_get(list, 0);
}

Test(bench, writes_down_presets_and_strategies)
{
    int           code;
    json_t       *all = bench("--preset micro", &code);
    size_t        n = 0;
    while (strategies[n].name) n++;
    const json_t *p = only(all, "presets", 1), *s = only(all, "strategies", n);
    const json_t *machine = json_object_get(all, "machine");
    cr_expect(code == 0);
    cr_expect_str_eq(json_string_value(json_object_get(p, "name")), "micro");
    cr_expect(number(p, "step_s") > 0 && number(p, "gemm_s") > 0);
    cr_expect(number(p, "step_over_gemm") > 0 && number(p, "gflop_per_s") > 0);
    cr_expect(number(p, "peak_bytes") > 1e6);
    only(p, "others", 0);
    double images = number(p, "images_per_s") * number(p, "step_s");
    cr_expect(images >= 127.9 && images <= 128.1, "a batch of %g", images);
    cr_expect(json_object_get(s, "name") && number(s, "masks_per_s") > 0);
    cr_expect(json_object_get(machine, "processor") && json_object_get(machine, "commit") &&
              json_object_get(machine, "blas_core") && !json_object_get(machine, "host"));
    json_decref(all);
}

/* A script that says of micro what a program of this speed would, as its arguments. */
static void write_other(char words[500], const char *name, double images_per_s,
                        const char *program)
{
    char script[500];
    snprintf(script, sizeof script,
             "echo '{\"name\": \"micro\", \"step_s\": %g, \"images_per_s\": %g, "
             "\"peak_bytes\": 1048576%s%s%s}'\n", 128 / images_per_s, images_per_s,
             program ? ", \"program\": \"" : "", program ? program : "", program ? "\"" : "");
    snprintf(words, 500, "--against \"sh '%s'\"",
             scratch_file(&scratch, name, script, strlen(script)));
}

static void expect_against(const json_t *ours, const json_t *other, const char *program,
                           double images_per_s)
{
    double times = number(other, "times_other") * images_per_s / number(ours, "images_per_s");
    double memory = number(other, "peak_over_other") * 1048576 / number(ours, "peak_bytes");
    cr_expect_str_eq(json_string_value(json_object_get(other, "program")), program);
    cr_expect(number(other, "images_per_s") == images_per_s);
    cr_expect(number(other, "step_s") == 128 / images_per_s);
    cr_expect(number(other, "peak_bytes") == 1048576);
    cr_expect(times >= 0.999 && times <= 1.001, "%g", times); /* one round's, the median's */
    cr_expect(memory >= 0.999 && memory <= 1.001, "%g", memory);
}

Test(bench, compares_with_other_programs_in_their_order)
{
    char    fast[500], slow[500], words[1200];
    int     code;
    json_t *all;
    write_other(fast, "fast.sh", 4, "Else, fast");
    write_other(slow, "slow.sh", 1, NULL);
    snprintf(words, sizeof words, "--preset micro --no-strategies --rounds 3 %s %s", fast,
             slow);
    all = bench(words, &code);
    const json_t *p = only(all, "presets", 1), *first = only(p, "others", 2);
    cr_assert(code == 0);
    expect_against(p, first, "Else, fast", 4);
    expect_against(p, json_array_get(json_object_get(p, "others"), 1), "other 2", 1);
    json_decref(all);
}

Test(bench, shows_other_programs_in_80_columns)
{
    char first[500], second[500], words[1200];
    write_other(first, "first.sh", 123456, "Its name is too long for the table, is it not");
    write_other(second, "second.sh", 1.25, "Else");
    snprintf(words, sizeof words, "--preset micro --no-strategies %s %s", first, second);
    cr_assert(run(words) == 0);
    char *said = read_said("out.json");
    const char *first_row = "\nmicro   Its name is too long for the table, i  123456.0 ";
    const char *second_row = "\nmicro   Else                                       1.25 ";
    cr_expect(strstr(said, first_row) && strstr(said, second_row), "%s", said);
    for (const char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(strlen(line) <= 80, "%s", line);
    free(said);
}

Test(bench, keeps_the_rest_when_a_program_fails)
{
    char good[500], words[1600];
    write_other(good, "good.sh", 1, "Else");
    snprintf(words, sizeof words,
             "--preset micro --no-strategies --rounds 2 --against 'false second' %s "
             "--against 'echo rubbish; true' --out '%s'", good,
             scratch_path(&scratch, "kept.json"));
    cr_expect(run(words) == 1);
    char *said = read_said("out.json.err");
    cr_expect(strstr(said, "false second --preset micro: exit code 1"), "%s", said);
    free(said);
    json_t       *all = json_load_file(scratch_path(&scratch, "kept.json"), 0, NULL);
    const json_t *p = only(all, "presets", 1), *others = json_object_get(p, "others");
    cr_assert(json_array_size(others) == 3 && number(p, "step_s") > 0);
    for (size_t i = 0; i < 3; i++) {
        const json_t *o = json_array_get(others, i);
        const char   *why = json_string_value(json_object_get(o, "failed"));
        cr_expect(number(o, "rounds") == (i == 1 ? 2 : 0));
        cr_expect(i == 1 ? !why : why && !json_object_get(o, "step_s"));
    }
    const char *rubbish = json_string_value(
        json_object_get(json_array_get(others, 2), "failed"));
    cr_expect(strstr(rubbish, "not JSON: "), "%s", rubbish);
    json_decref(all);
}

Test(bench, finds_out_first_where_it_cannot_write)
{
    static const char *const words[] = { "--out FILE/out.json", "--out FOLDER",
                                         "--figures FILE", "--photos FOLDER" };
    static const int codes[] = { 1, 1, 1, 5 };
    char             all[1100], script[500], against[500];
    snprintf(script, sizeof script, "touch '%s'\n", scratch_path(&scratch, "ran"));
    snprintf(against, sizeof against, "--against \"sh '%s'\"",
             scratch_file(&scratch, "ran.sh", script, strlen(script)));
    scratch_file(&scratch, "FILE", "", 0);
    for (int i = 0; i < 4; i++) {
        scratch_folder(&scratch, "FOLDER");
        const char *last = strrchr(words[i], ' ') + 1;
        snprintf(all, sizeof all, "--preset micro --no-strategies %s %.*s%s", against,
                 (int)(last - words[i]), words[i], scratch_path(&scratch, last));
        cr_expect(run(all) == codes[i], "%s", words[i]);
        cr_expect(!file_exists(scratch_path(&scratch, "ran")), "%s", words[i]);
    }
}

Test(bench, says_how_sure_it_is_and_how_quiet_it_was)
{
    int           code;
    json_t       *all = bench("--preset micro --no-strategies --rounds 2", &code);
    const json_t *p = only(all, "presets", 1), *quiet = json_object_get(all, "quiet");
    const json_t *q = json_object_get(p, "step_s_quartiles");
    double        low = json_number_value(json_array_get(q, 0));
    double        high = json_number_value(json_array_get(q, 1));
    cr_expect(json_array_size(q) == 2 && low > 0);
    cr_expect(low <= number(p, "step_s") && number(p, "step_s") <= high);
    cr_expect(number(p, "steps") >= 6, "at least three a round");
    cr_expect(number(p, "rounds") == 2 && number(p, "threads") == 1);
    cr_expect(json_is_false(json_object_get(p, "recompute")));
    cr_assert(json_is_boolean(json_object_get(quiet, "disturbed")));
    char *said = read_said("out.json.err");
    cr_expect(!strstr(said, "disturbed") ==
              !json_is_true(json_object_get(quiet, "disturbed")), "%s", said);
    free(said);
    json_decref(all);
}

Test(bench, counts_recomputed_products_apart)
{
    int           code;
    json_t       *plain = bench("--preset micro --no-strategies", &code);
    json_t       *again = bench("--preset micro --no-strategies --recompute", &code);
    const json_t *p = only(plain, "presets", 1), *q = only(again, "presets", 1);
    double        flop = number(p, "gflop_per_s") * number(p, "step_s");
    cr_expect(json_is_true(json_object_get(q, "recompute")));
    double same = number(q, "step_gflop") / flop; /* JSON has six digits */
    cr_expect(same >= 0.9999 && same <= 1.0001, "%g", same);
    double more = number(q, "again_gflop") / flop; /* blocks are most of the way there */
    cr_expect(more >= 0.24 && more <= 0.34, "%g", more); /* measured 0.249 */
    json_decref(plain);
    json_decref(again);
}

Test(bench, draws_a_block_for_each_program)
{
    char first[500], second[500], words[1600];
    write_other(first, "first.sh", 4, "One");
    write_other(second, "second.sh", 1, "Two");
    snprintf(words, sizeof words, "--preset micro --no-strategies %s %s --figures '%s'", first,
             second, scratch.folder);
    cr_assert(run(words) == 0);
    char *said = read_said("presets.tsv");
    cr_expect(text_starts(said, "maskgrid\n0\tmicro\t"), "%s", said);
    cr_expect(strstr(said, "\n\n\nmatrix products alone\n0\tmicro\t"), "%s", said);
    cr_expect(strstr(said, "\n\n\nOne\n0\tmicro\t4\n\n\nTwo\n0\tmicro\t1\n"), "%s",
              said);
    free(said);
}

Test(bench, draws_the_fastest_strategy_first)
{
    char   words[500];
    double rate, before = INFINITY;
    int    row, rows = 0;
    snprintf(words, sizeof words, "--preset micro --figures '%s'", scratch.folder);
    cr_assert(run(words) == 0);
    char *said = read_said("masks.tsv");
    for (const char *at = strchr(said, '\n'); at[1]; at = strchr(at + 1, '\n')) {
        cr_assert(sscanf(at + 1, "%d %*s %lf", &row, &rate) == 2, "%s", at);
        cr_expect(row == rows++ && rate > 0 && rate <= before, "%s", at);
        before = rate;
    }
    cr_expect(rows > 20, "%d", rows);
    free(said);
}

Test(bench, knows_how_many_programs_there_may_be)
{
    char words[500] = "";
    for (int i = 0; i < 9; i++) strcat(words, " --against true");
    cr_expect(run(words) == 2);
    char *said = read_said("out.json.err");
    cr_expect(strstr(said, "--against: given more than 8 times"), "%s", said);
    free(said);
}

Test(bench, measures_scaling_and_evaluation, .timeout = 600) /* sanitizers */
{
    int           code;
    json_t       *all = bench("--preset micro --scaling --evaluation", &code);
    const json_t *scaling = json_object_get(all, "scaling");
    const json_t *evaluation = json_object_get(all, "evaluation");
    cr_assert(code == 0 && scaling && evaluation, "exit %d", code);
    only(all, "presets", 0);
    const json_t *series = json_object_get(scaling, "series");
    cr_assert(json_array_size(series) == 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *s = json_array_get(series, i), *points = json_object_get(s, "points");
        const char   *over = json_string_value(json_object_get(s, "over"));
        cr_assert(over && json_array_size(points) > 0);
        for (size_t k = 0; k < json_array_size(points); k++)
            cr_expect(number(json_array_get(points, k), over) > 0 &&
                      number(json_array_get(points, k), "images_per_s") > 0);
    }
    double share = number(json_object_get(scaling, "loader"), "share");
    cr_expect(share > 0 && share < 1, "%g", share);
    cr_expect(number(json_object_get(scaling, "cells"), "gain") > 0);
    cr_expect(number(json_object_get(evaluation, "knn"), "seconds") > 0);
    cr_expect(number(json_object_get(evaluation, "knn"), "top1") > 0.5);
    cr_expect(number(json_object_get(evaluation, "linear-cached"), "seconds") > 0);
    json_decref(all);
}

Test(bench, measures_attention)
{
    static const char *const keys[] = { "width",           "heads",         "batch",
                                        "forward_s",       "backward_s",    "plain_forward_s",
                                        "plain_backward_s", "forward_times", "backward_times",
                                        "plain_again_s",   "again_times" };
    static const int tokens[] = { 17, 50, 65, 197, 257 };
    int              code;
    json_t          *all = bench("--attention", &code);
    const json_t    *list = json_object_get(all, "attention");
    cr_assert(code == 0 && json_array_size(list) == 5, "exit %d", code);
    only(all, "presets", 0);
    for (size_t i = 0; i < 5; i++) {
        const json_t *o = json_array_get(list, i);
        cr_expect(number(o, "tokens") == tokens[i]);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            cr_expect(number(o, keys[k]) > 0, "%s", keys[k]);
    }
    json_decref(all);
}

Test(bench, writes_down_what_ranks_would_keep)
{
    int           code;
    json_t       *all = bench("--preset micro --ranks", &code);
    const json_t *ranks = json_object_get(all, "ranks");
    cr_assert(code == 0 && ranks, "exit %d", code);
    const json_t *list = json_object_get(ranks, "simulated");
    cr_assert(json_array_size(list) == PACES * NETWORKS * 10);
    cr_expect(number(json_array_get(list, 0), "share") == 1);
    cr_expect(number(json_array_get(list, 9), "ranks") == 512);
    cr_expect(number(ranks, "bytes") > 1e5);
    json_decref(all);
}

static void write_photographs(void)
{
    static const char *const folders[] = { "train/a", "train/b", "val/a" };
    uint8_t rgb[80 * 80 * 3] = { 0 };
    char    name[64];
    Err     err;
    for (int i = 0; i < 3; i++) {
        scratch_folder(&scratch, folders[i]);
        snprintf(name, sizeof name, "%s/1.png", folders[i]);
        cr_assert(!png_write(scratch_path(&scratch, name), rgb, 80, 80, &err));
    }
}

Test(bench, reads_photographs_of_a_folder)
{
    char words[500];
    int  code;
    write_photographs();
    snprintf(words, sizeof words, "--photos '%s'", scratch.folder);
    json_t       *all = bench(words, &code);
    const json_t *p = json_object_get(all, "photos");
    cr_expect(code == 0 && json_array_size(json_object_get(all, "presets")) == 0);
    cr_expect(number(p, "images") == 2 && number(p, "decoded_per_s") > 0);
    cr_expect(number(p, "kept_per_s") > 0);
    json_decref(all);
    snprintf(words, sizeof words, "--photos '%s'", scratch_path(&scratch, "none"));
    json_decref(bench(words, &code));
    cr_expect(code == 5, "exit %d", code);
}

/* What is measured apart later would wait for them for ever. */
Test(bench, leaves_no_threads_behind_after_a_look_at_the_folder)
{
    char words[500];
    int  code;
    threads = 2;
    write_photographs();
    snprintf(words, sizeof words, "--attention --photos '%s'", scratch.folder);
    json_t *all = bench(words, &code);
    cr_expect(code == 0 && number(json_object_get(all, "photos"), "images") == 2);
    json_decref(all);
}

Test(bench, draws_photographs_if_it_has_none)
{
    int           code;
    json_t       *all = bench("--photos scenes", &code);
    const json_t *p = json_object_get(all, "photos");
    cr_assert(code == 0);
    cr_expect(json_is_true(json_object_get(p, "drawn")));
    cr_expect(number(p, "images") == 64 && number(p, "decoded_per_s") > 0);
    json_decref(all);
}
