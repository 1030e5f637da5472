/* What a report says of objects that were found. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "core/base/file.h"
#include "experiments/record/dense_record.h"
#include "experiments/record/shown.h"
#include "experiments/report/report.h"
#include "tests/ok.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 16, CLASSES = 4 };

static const char RECIPE[] =
    "name: tiny\n"
    "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
    "model: {preset: micro, patch: 4}\n"
    "pretrain: {strategy: random, epochs: 2, warmup: 1, batch: 8}\n"
    "evaluate: [detect]\n"
    "detect: {train: 8, test: 8, epochs: 1, batch: 4, warmup: 0}\n"
    "seed: 0\n";

static Scratch scratch;
static Arena   arena;

static void setup(void)
{
    scratch_open(&scratch);
    arena_open(&arena, "test", NULL, NULL);
    setenv("PATH", "", 1); /* no gnuplot: quicker */
}

static void teardown(void)
{
    arena_close(&arena);
    scratch_close(&scratch);
}

TestSuite(report_found, .init = setup, .fini = teardown);

/* A true disc; a ring found with a score that is drawn, a star with one that is not. */
static Shown pictures(void)
{
    static const double score[] = { (double)NAN, 0.3, 0.29 };
    static const int    class[] = { 0, 2, 3 };
    Shown               s;
    Image               m = { 0 };
    image_size(&m, SIDE, SIDE, 1);
    memset(m.pixels, 90, SIDE * SIDE);
    shown_open(&s, &arena, 1, SIDE, 1);
    cr_assert(shown_image(&s, &m));
    for (int i = 0; i < 3; i++) {
        static const double corners[] = { 2, 2, 9, 2, 9, 9, 2, 9 };
        Object o = { .category = class[i], .box = { 2, 2, 7, 7 }, .score = score[i] };
        cr_assert(rle_from_polygon(&o.mask, &arena, corners, 4, SIDE, SIDE));
        shown_object(&s, &o, i == 0);
    }
    image_free(&m);
    return s;
}

static void leave(const Cell *c, const char *folder)
{
    static const char *const names[CLASSES] = { "disc", "square", "ring", "star" };
    const int64_t            ids[CLASSES] = { 0, 1, 2, 3 };
    const RecordHead         head = { .stage = "detect", .id = c->stage[STAGE_DETECT].id,
                                      .title = "t", .config = "", .threads = 1,
                                      .strategy = "random", .rows = c->rows, .cols = c->cols,
                                      .K = c->K };
    const Shown              shown = pictures();
    char                     path[CELL_PATH];
    Record                  *r;
    Err                      err;
    cell_folder(path, folder, c);
    OK(file_make_folders(path, &err));
    cell_record(path, folder, c, STAGE_DETECT);
    OK(record_open(&r, path, &head, &err));
    record_shown(r, &shown);
    record_classes(r, ids, names, CLASSES);
    record_metric(r, "box_AP", 12, "percent", "average precision", HIGHER);
    OK(record_close(r, &err));
}

/* Without the words over them, which not all have room for, colours are all there is. */
Test(report_found, objects_have_a_legend_and_say_which_are_drawn)
{
    char    folder[300], path[300], *text;
    size_t  n;
    Err     err;
    Recipe *recipe;
    Results r;
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    snprintf(path, sizeof path, "%s/report.html", scratch.folder);
    OK(recipe_open(&recipe, scratch_file(&scratch, "tiny.yaml", RECIPE, sizeof RECIPE - 1), NULL, 0,
                   &err));
    leave(&recipe->cells[0], folder);
    results_open(&r, recipe, folder);
    OK(report_write(&(ReportPlan){ .results = &r, .baseline = "random" }, path, &err));
    OK(file_read(path, 1 << 24, &text, &n, &err));
    const char *found = strstr(text, ">Objects</h3>");
    cr_assert(found, "%.3000s", strstr(text, "id=\"found\""));
    cr_expect(strstr(found, "only those of a score of 0.3 or more"), "%.600s", found);
    cr_expect(strstr(found, "or would cover others, are left out"), "%.600s", found);
    cr_expect(strstr(found, "<ul class=\"legend\">\n<li><i style=\"background:#0072b2\"></i>disc"
                            "</li>\n<li><i style=\"background:#009e73\"></i>ring</li>\n</ul>"),
              "what is drawn and nothing else: %.900s", found);
    free(text);
    results_close(&r);
    recipe_close(recipe);
}
