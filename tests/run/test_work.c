/* What is done of a recipe, by its records: what was read once and has not changed since is
 * not read again, and nothing else is believed. */
#define _POSIX_C_SOURCE 200809L
#include "core/base/file.h"
#include "core/base/h5.h"
#include "experiments/run/readers.h"
#include "experiments/run/whole.h"
#include "experiments/run/work.h"
#include "tests/recipe/recipes.h"
#include "tests/run/spent.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static Scratch scratch;
static Recipe *recipe;
static char    record[CELL_PATH], ledger[CELL_PATH];

/* What is no record at all: who calls it whole has not read it. */
static void leave(const char *path, const Cell *c)
{
    char folder[CELL_PATH];
    Err  err;
    cell_folder(folder, scratch.folder, c);
    cr_assert(!file_make_folders(folder, &err) && !file_write(path, "seven", 5, &err), "%s",
              err.text);
}

static void open_record(void)
{
    scratch_open(&scratch);
    recipe = recipe_good(&scratch, SMALL "evaluate: knn\n", NULL);
    cell_record(record, scratch.folder, recipe->cells, STAGE_KNN);
    leave(record, recipe->cells);
    snprintf(ledger, sizeof ledger, "%s/cells/.whole", scratch.folder);
}

static void close_record(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(work, .init = open_record, .fini = close_record, .timeout = 120);

static Task listed(void)
{
    Arena arena;
    Works w;
    arena_open(&arena, "test", NULL, NULL);
    works_list(&w, &arena, recipe, scratch.folder);
    Task t = w.work[0].tasks[1];
    arena_close(&arena);
    cr_assert(t.kind == STAGE_KNN);
    return t;
}

static void vouch_for(Whole *w, const Cell *c, StageKind kind)
{
    RecordStamp s;
    cr_assert(whole_stamp(&s, scratch.folder, c, kind));
    s.changed_s = 0;
    whole_add(w, &s, false);
}

/* As if it had been read long ago and found whole. */
static void vouch(void)
{
    Whole w;
    whole_open(&w, scratch.folder);
    vouch_for(&w, recipe->cells, STAGE_KNN);
    whole_close(&w);
}

Test(work, a_record_that_was_whole_is_not_read_again)
{
    cr_expect(!listed().done && listed().damaged);
    cr_expect(!file_exists(ledger), "nobody vouches for what is damaged");
    vouch();
    cr_expect(listed().done && !listed().damaged);
}

/* Of the same size, and dated back. */
Test(work, a_record_that_has_changed_is_read_again)
{
    struct stat st;
    int         fd;
    vouch();
    cr_assert(!stat(record, &st) && (fd = open(record, O_WRONLY)) >= 0);
    nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
    cr_assert(write(fd, "eight", 5) == 5);
    cr_assert(!futimens(fd, (struct timespec[]){ st.st_atim, st.st_mtim }) && !close(fd));
    cr_expect(!listed().done && listed().damaged);
    vouch();
    cr_expect(listed().done);
    cr_assert(!remove(record));
    cr_expect(!listed().done && !listed().damaged);
    cr_assert(!symlink(scratch_path(&scratch, "moved away"), record));
    cr_expect(!listed().done && listed().damaged);
}

/* Nor does it help to bring the list along. */
Test(work, a_copy_of_a_record_is_read)
{
    vouch();
    scratch_file(&scratch, "copy", "seven", 5);
    cr_assert(!rename(scratch.path, record));
    cr_expect(!listed().done && listed().damaged);
}

/* The line is of the record of one stage: renamed to another it is none. */
Test(work, a_record_at_the_place_of_another_is_read)
{
    char other[CELL_PATH];
    Whole w;
    RecordStamp knn, pretrain;
    cell_record(other, scratch.folder, recipe->cells, STAGE_PRETRAIN);
    cr_assert(whole_stamp(&knn, scratch.folder, recipe->cells, STAGE_KNN));
    cr_assert(!link(record, other));
    cr_assert(whole_stamp(&knn, scratch.folder, recipe->cells, STAGE_KNN));
    cr_assert(whole_stamp(&pretrain, scratch.folder, recipe->cells, STAGE_PRETRAIN));
    vouch();
    whole_open(&w, scratch.folder);
    whole_load(&w);
    cr_expect(whole_knows(&w, &knn) && !whole_knows(&w, &pretrain));
    whole_close(&w);
}

/* It could change once more and look the same. */
Test(work, nobody_vouches_for_what_was_written_this_very_moment)
{
    Whole       w;
    RecordStamp s;
    struct stat st;
    cr_assert(whole_stamp(&s, scratch.folder, recipe->cells, STAGE_KNN));
    cr_assert(!stat(record, &st));
    cr_expect(s.fine == (st.st_ctim.tv_nsec != 0));
    for (int i = 0; i < 4; i++) {
        bool old = i & 1, ticked = i & 2;
        whole_open(&w, scratch.folder);
        s.fine = true, s.changed_s = s.looked_s - (old ? 3 : 2);
        whole_add(&w, &s, ticked);
        cr_expect((w.added.length > 0) == (old || ticked), "%d %d", old, ticked);
        whole_close(&w);
    }
    whole_open(&w, scratch.folder);
    s.fine = false;
    s.changed_s = s.looked_s;
    whole_add(&w, &s, true);
    cr_expect(!w.added.length, "the next second has not begun");
    whole_close(&w);
}

/* As a full disk or a kill would leave it, and then others go on. */
Test(work, a_list_that_was_cut_anywhere_says_nothing_wrong)
{
    char  *bytes;
    size_t n;
    Err    err;
    vouch();
    cr_assert(!file_read(ledger, 1 << 10, &bytes, &n, &err) && n == HASH_HEX);
    for (size_t kept = 0; kept < n; kept++) {
        scratch_file(&scratch, "cells/.whole", bytes, kept);
        cr_expect(!listed().done, "%zu bytes", kept);
        vouch();
        vouch();
        cr_expect(listed().done, "%zu bytes", kept);
    }
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= 1;
        scratch_file(&scratch, "cells/.whole", bytes, n);
        cr_expect(!listed().done, "byte %zu", i);
        bytes[i] ^= 1;
    }
    free(bytes);
}

/* One look at one cell is always a whole one. */
Test(work, a_cell_that_is_looked_at_is_read)
{
    Arena arena;
    Works w;
    vouch();
    arena_open(&arena, "test", NULL, NULL);
    works_list(&w, &arena, recipe, scratch.folder);
    work_look(&w.work[0], scratch.folder);
    cr_expect(w.work[0].tasks[1].damaged);
    arena_close(&arena);
}

/* What its process has left is known by the time that anybody looks. */
Test(work, what_is_done_is_noted)
{
    Arena       arena;
    Works       w;
    Whole       known;
    RecordStamp s;
    Err         err;
    arena_open(&arena, "test", NULL, NULL);
    works_list(&w, &arena, recipe, scratch.folder);
    work_note_whole(&w.work[0], scratch.folder);
    cr_expect(!file_exists(ledger), "it is damaged");
    cr_assert(!whole_record(record, &err), "%s", err.text);
    work_note_whole(&w.work[0], scratch.folder);
    cr_assert(whole_stamp(&s, scratch.folder, recipe->cells, STAGE_KNN));
    whole_open(&known, scratch.folder);
    whole_load(&known);
    cr_expect(known.n == s.fine && whole_knows(&known, &s) == s.fine);
    whole_close(&known);
    arena_close(&arena);
}

/* What a stage would leave: of whom it is, and its configuration. */
static void leave_record(const char *path, const char *id, const char *config)
{
    H5 *f;
    Err err;
    cr_assert(!h5_create(&f, path, &err) && !h5_put_text(f, "/", "config_hash", id, &err) &&
              !h5_put_long_text(f, "config", config, &err) && !h5_commit(f, &err), "%s",
              err.text);
}

/* An evaluation names the pre-training that it builds on; some records have their
 * configuration in another form. */
Test(work, a_record_of_another_is_not_of_this)
{
    const Cell *c = recipe->cells;
    Text        own = { 0 }, knn = { 0 };
    char        path[CELL_PATH];
    Err         err;
    cell_canonical(c, STAGE_PRETRAIN, &own);
    cell_canonical(c, STAGE_KNN, &knn);
    cell_folder(path, scratch.folder, c);
    cr_assert(strstr(knn.s, c->stage[0].id) && !file_make_folders(path, &err));
    cell_record(path, scratch.folder, c, STAGE_PRETRAIN);
    const struct { const char *id, *config; bool done; } cases[] = {
        { c->stage[STAGE_PRETRAIN].id, own.s, true },
        { c->stage[STAGE_PRETRAIN].id, "stage: none", true },
        { c->stage[STAGE_KNN].id, knn.s, false },
        { c->stage[STAGE_KNN].id, own.s, false },
        { "0123456789abcdef0123456789abcdef", own.s, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        leave_record(path, cases[i].id, cases[i].config);
        cr_expect(cell_done(scratch.folder, c, STAGE_PRETRAIN) == cases[i].done, "%zu", i);
    }
    text_free(&own);
    text_free(&knn);
}

Test(work, a_file_in_place_of_a_folder_is_named)
{
    Arena arena;
    Works w;
    char  folder[CELL_PATH];
    Err   err;
    arena_open(&arena, "test", NULL, NULL);
    cell_folder(folder, scratch.folder, recipe->cells);
    cr_assert(!remove(record) && !remove(folder) && !file_write(folder, "hi", 2, &err));
    works_list(&w, &arena, recipe, scratch.folder);
    cr_expect(w.work[0].state == WORK_FAILED && strstr(w.work[0].why, "is in the way"), "%s",
              w.work[0].why);
    arena_close(&arena);
}

/* --- many ---------------------------------------------------------------- */

/* Every third is damaged, every seventh is not there. */
Test(work, several_processes_find_what_one_finds)
{
    enum { N = 60 };
    Task  task[N], *tasks[N];
    char  path[CELL_PATH];
    Err   err;
    close_record();
    scratch_open(&scratch);
    recipe = recipe_good(&scratch, SMALL "grid:\n  seed: 0..59\n", NULL);
    for (int i = 0; i < N; i++) {
        const Cell *c = &recipe->cells[i];
        task[i] = (Task){ .cell = c, .kind = STAGE_PRETRAIN, .done = i % 2 };
        tasks[i] = &task[i];
        cell_record(path, scratch.folder, c, STAGE_PRETRAIN);
        leave(path, c);
        if (i % 7 == 0) cr_assert(!remove(path));
        else if (i % 3) cr_assert(!whole_record(path, &err), "%s", err.text);
    }
    readers_run(tasks, N, 1e12, scratch.folder); /* as large as would be worth all processors */
    for (int i = 0; i < N; i++)
        cr_expect(task[i].done == (i % 3 && i % 7), "%d", i);
    readers_run(tasks, 0, 0, scratch.folder);
}

/* Of processor time, so that it holds on a loaded machine.  Measured 0.4 s, under the
 * sanitizers 2 s, of which recipe and list are most. */
Test(work, ten_thousand_that_are_done_are_listed_in_a_moment)
{
#ifdef __SANITIZE_ADDRESS__
    static const double MOST_S = 30;
#else
    static const double MOST_S = 5;
#endif
    char  path[CELL_PATH];
    Arena arena;
    Works w;
    Whole known;
    int   done = 0;
    close_record();
    scratch_open(&scratch);
    recipe = recipe_good(&scratch, SMALL "evaluate: none\ngrid:\n  seed: 0..9999\n", NULL);
    whole_open(&known, scratch.folder);
    cr_assert(!mkdir(scratch_path(&scratch, "cells"), 0777));
    for (int i = 0; i < recipe->n_cells; i++) {
        const Cell *c = &recipe->cells[i];
        cell_folder(path, scratch.folder, c);
        cr_assert(!mkdir(path, 0777));
        cell_record(path, scratch.folder, c, STAGE_PRETRAIN);
        fclose(fopen(path, "w"));
        vouch_for(&known, c, STAGE_PRETRAIN);
    }
    whole_close(&known);
    double start = processor_s();
    arena_open(&arena, "test", NULL, NULL);
    works_list(&w, &arena, recipe, scratch.folder);
    double spent = processor_s() - start;
    for (int i = 0; i < w.n; i++) done += w.work[i].state == WORK_DONE;
    cr_expect(done == 10000, "%d", done);
    cr_expect(spent <= MOST_S, "%.1f s", spent);
    arena_close(&arena);
}
