#define _POSIX_C_SOURCE 200809L /* mkfifo, symlink */
/* Records that are damaged, foreign or half written: named, left out, and no more. */
#include "core/base/file.h"
#include "experiments/table/table.h"
#include "tests/ok.h"
#include "tests/scratch.h"
#include "tests/table/leave.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char RECIPE[] = "name: harmed\n"
                             "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8, ratio: 0.5}\n"
                             "evaluate: [knn]\n"
                             "grid: {pretrain.strategy: [random, block], seed: [0, 1]}\n";

static Scratch scratch;
static Recipe *recipe;
static char    folder[300], path[CELL_PATH], *record;
static size_t  length;
static Err     err;

/* All four cells are there, with 50, 51, 52 and 53; `path` is what the last one's is. */
static void open_all(void)
{
    scratch_open(&scratch);
    OK(recipe_open(&recipe, scratch_file(&scratch, "h.yaml", RECIPE, sizeof RECIPE - 1), NULL, 0,
                   &err));
    snprintf(folder, sizeof folder, "%s/results", scratch.folder);
    for (int i = 0; i < 4; i++) leave_knn(&recipe->cells[i], folder, 50 + i);
    cell_record(path, folder, &recipe->cells[3], STAGE_KNN);
    OK(file_read(path, 1 << 20, &record, &length, &err));
}

static void close_all(void)
{
    free(record);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(left_out, .init = open_all, .fini = close_all);

/* The table without the last cell, which the note speaks of so; its file is named unless it
 * is only missing. */
static void is_noted(const char *how, const char *note, bool missing)
{
    Results r;
    Table   t;
    Text    text = { 0 };
    results_open(&r, recipe, folder);
    OK(table_open(&t, &r, &(TableAsk){ .baseline = "random" }, &err));
    table_write(&t, "md", 0, &text);
    cr_expect(strstr(text_get(&text), "52.00 (1 of 2)"), "%s:\n%s", how, text_get(&text));
    cr_expect(strstr(text_get(&text), note), "%s:\n%s", how, text_get(&text));
    const char *file = strrchr(path, '/') + 1;
    cr_expect(!strstr(text_get(&r.notes), file) == missing, "%s: %s", how, text_get(&r.notes));
    text_free(&text);
    table_close(&t);
    results_close(&r);
}

static void is_left_out(const char *how, bool missing)
{
    is_noted(how, missing ? "Not run: block seed 1 knn.\n" : "Damaged: block seed 1 knn.\n",
             missing);
}

Test(left_out, a_record_that_was_cut_or_changed)
{
    char *harmed = malloc(length);
    cr_assert(harmed);
    for (int k = 0; k < 8; k++) {
        OK(file_write(path, record, length * (size_t)k / 8, &err));
        is_left_out("cut", false);
        memcpy(harmed, record, length);
        harmed[length * (size_t)(2 * k + 1) / 16] ^= 0x10;
        OK(file_write(path, harmed, length, &err));
        is_left_out("changed", false);
    }
    free(harmed);
}

Test(left_out, a_record_of_something_else)
{
    char other[CELL_PATH], *bytes;
    size_t n;
    H5    *f;
    cell_record(other, folder, &recipe->cells[0], STAGE_KNN);
    OK(file_read(other, 1 << 20, &bytes, &n, &err));
    OK(file_write(path, bytes, n, &err));
    is_left_out("of another cell", false);
    free(bytes);
    cell_record(other, folder, &recipe->cells[3], STAGE_PRETRAIN);
    OK(file_read(other, 1 << 20, &bytes, &n, &err));
    OK(file_write(path, bytes, n, &err));
    is_left_out("of another stage", false);
    free(bytes);
    remove(path);
    OK(h5_create(&f, path, &err));
    OK(h5_put_text(f, "/", "title", "temperatures", &err));
    OK(h5_commit(f, &err));
    is_left_out("of another program", false);
}

/* It is whole, and nobody should throw it away. */
Test(left_out, a_record_of_a_newer_program)
{
    char note[128];
    H5  *f;
    remove(path);
    OK(h5_create(&f, path, &err));
    OK(h5_put_text(f, "/", "Conventions", "maskgrid-1.0", &err));
    OK(h5_put_whole(f, "/", "schema_version", RECORD_SCHEMA + 1, &err));
    OK(h5_commit(f, &err));
    snprintf(note, sizeof note, "Written by a newer program (schema %d; this one knows %d): "
             "block seed 1 knn.\n", RECORD_SCHEMA + 1, RECORD_SCHEMA);
    is_noted("newer", note, false);
}

Test(left_out, what_is_no_file_at_all)
{
    remove(path);
    is_left_out("nothing", true);
    cr_assert(!mkdir(path, 0777));
    is_left_out("a folder", false);
    cr_assert(!remove(path));
    cr_assert(!mkfifo(path, 0666));
    is_left_out("a pipe", false);
    cr_assert(!remove(path));
    cr_assert(!symlink(scratch_path(&scratch, "moved away"), path));
    is_left_out("a link to nothing", false);
}

/* A writer that was killed leaves its aside, which is not looked at. */
Test(left_out, a_record_that_is_half_written)
{
    char aside[CELL_PATH];
    remove(path);
    file_aside(path, aside, sizeof aside);
    OK(file_write(aside, record, length / 2, &err));
    is_left_out("half written", true);
}
