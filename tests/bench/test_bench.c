/* maskgrid bench, as a user runs it: small, but all of it. */
#include "core/base/file.h"
#include "experiments/record/png.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(bench, .init = open_scratch, .fini = close_scratch, .timeout = 120);

/* `maskgrid bench WORDS` on one thread, its JSON; NULL and the exit code if it fails. */
static json_t *bench(const char *words, int *code)
{
    char        line[2000], path[500];
    const char *program = getenv("MASKGRID");
    cr_assert(program != NULL, "MASKGRID names the program");
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, "out.json"));
    snprintf(line, sizeof line,
             "OMP_NUM_THREADS=1 %s bench --json --threads 1 --seconds 0.01 %s >'%s' 2>'%s.err'",
             program, words, path, path);
    int status = system(line);
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return json_load_file(path, 0, NULL);
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
    const json_t *p = only(all, "presets", 1), *s = only(all, "strategies", 8);
    const json_t *machine = json_object_get(all, "machine");
    cr_expect(code == 0);
    cr_expect_str_eq(json_string_value(json_object_get(p, "name")), "micro");
    cr_expect(number(p, "step_s") > 0 && number(p, "gemm_s") > 0);
    cr_expect(number(p, "step_over_gemm") > 0 && number(p, "gflop_per_s") > 0);
    cr_expect(number(p, "peak_bytes") > 1e6 && !json_object_get(p, "other"));
    double images = number(p, "images_per_s") * number(p, "step_s");
    cr_expect(images >= 127.9 && images <= 128.1, "a batch of %g", images);
    cr_expect(json_object_get(s, "name") && number(s, "masks_per_s") > 0);
    cr_expect(json_object_get(machine, "processor") && json_object_get(machine, "commit") &&
              json_object_get(machine, "blas_core") && !json_object_get(machine, "host"));
    json_decref(all);
}

Test(bench, compares_with_another_program)
{
    static const char script[] =
        "echo '{\"name\": \"micro\", \"step_s\": 128, \"images_per_s\": 1, "
        "\"peak_bytes\": 1048576, \"program\": \"Else\"}'\n";
    char    words[600];
    int     code;
    json_t *all;
    snprintf(words, sizeof words, "--preset micro --no-strategies --rounds 2 --against \"sh '%s'\"",
             scratch_file(&scratch, "else.sh", script, strlen(script)));
    all = bench(words, &code);
    const json_t *p = only(all, "presets", 1), *o = json_object_get(p, "other");
    cr_expect(code == 0 && json_object_get(o, "program"));
    double times = number(p, "times_other") / number(p, "images_per_s");
    double memory = number(p, "peak_over_other") * 1048576 / number(p, "peak_bytes");
    cr_expect(times >= 0.5 && times <= 2, "%g", times); /* of two rounds each its own median */
    cr_expect(memory >= 0.9 && memory <= 1.1, "%g", memory);
    json_decref(all);
    cr_expect(!bench("--preset micro --no-strategies --against false", &code) && code == 1);
}

Test(bench, measures_scaling_and_evaluation)
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
                                        "plain_backward_s", "forward_times", "backward_times" };
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

Test(bench, reads_photographs_of_a_folder)
{
    static const char *const folders[] = { "train/a", "val/a" };
    uint8_t rgb[80 * 80 * 3] = { 0 };
    char    name[64], words[500];
    Err     err;
    int     code;
    for (int i = 0; i < 2; i++) {
        cr_assert(!file_make_folders(scratch_path(&scratch, folders[i]), &err));
        snprintf(name, sizeof name, "%s/1.png", folders[i]);
        cr_assert(!png_write(scratch_path(&scratch, name), rgb, 80, 80, &err));
    }
    snprintf(words, sizeof words, "--photos '%s'", scratch.folder);
    json_t       *all = bench(words, &code);
    const json_t *p = json_object_get(all, "photos");
    cr_expect(code == 0 && json_array_size(json_object_get(all, "presets")) == 0);
    cr_expect(number(p, "images") == 1 && number(p, "decoded_per_s") > 0);
    cr_expect(number(p, "kept_per_s") > 0);
    json_decref(all);
    json_decref(bench("--photos /nonesuch", &code));
    cr_expect(code == 5, "exit %d", code);
}
