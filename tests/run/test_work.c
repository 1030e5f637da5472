/* What is done of a recipe: by its records, of which large ones are read once. */
#define _POSIX_C_SOURCE 200809L
#include "experiments/run/work.h"

#include "core/base/file.h"
#include "core/data/seen.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static Scratch scratch;
static Recipe *recipe;
static char    record[CELL_PATH];

/* What is no record at all, so large that reading it once is enough. */
static void open_record(void)
{
    char folder[CELL_PATH];
    Err  err;
    scratch_open(&scratch);
    cr_assert(!setenv("MASKGRID_CACHE", scratch_path(&scratch, "cache"), 1));
    recipe = recipe_good(&scratch, SMALL "evaluate: knn\n", NULL);
    cell_folder(folder, scratch.folder, recipe->cells);
    cell_record(record, scratch.folder, recipe->cells, STAGE_KNN);
    cr_assert(!file_make_folders(folder, &err) && !file_write(record, "", 0, &err));
    cr_assert(!truncate(record, 70000000));
}

static void close_record(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(work, .init = open_record, .fini = close_record, .timeout = 30);

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

/* As if it had been read long ago and found whole. */
static void vouch(void)
{
    FileFacts f;
    Stamp     s;
    char      stamp[HASH_HEX];
    Err       err;
    stamp_start(&s);
    cr_assert(!file_facts(&f, record, &err), "%s", err.text);
    stamp_add(&s, record, &f);
    stamp_end(&s, stamp);
    s.newest = 0;
    seen_keep(stamp, &s, stamp);
}

Test(work, a_record_that_was_whole_is_not_read_again)
{
    cr_expect(!listed().done && listed().damaged);
    vouch();
    cr_expect(listed().done && !listed().damaged);
}

Test(work, a_record_that_has_changed_is_read_again)
{
    vouch();
    cr_assert(!truncate(record, 70000001));
    cr_expect(!listed().done && listed().damaged);
    vouch();
    cr_assert(!remove(record));
    cr_expect(!listed().done && !listed().damaged);
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
