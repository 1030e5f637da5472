#define _POSIX_C_SOURCE 200809L /* popen */
/* One file of links to all records of a recipe, and the Python that reads it. */
#include "core/base/file.h"
#include "tests/cli/typed.h"
#include "tests/ok.h"
#include "tests/run/whole.h"
#include "tests/table/leave.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char RECIPE[] = "name: linked\n"
                             "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
                             "evaluate: [knn]\n"
                             "grid: {pretrain.strategy: [random, block], seed: [0, 1],\n"
                             "       pretrain.ratio: [0.5, 0.75]}\n";
enum { CELLS = 8, OUT = 1 << 14 };

static Scratch scratch;
static Recipe *recipe;
static char    yaml[400], folder[300], indexed[400];
static Err     err;

static void prepare(void)
{
    typed_open(&scratch);
    strcpy(yaml, scratch_file(&scratch, "linked.yaml", RECIPE, sizeof RECIPE - 1));
    OK(recipe_open(&recipe, yaml, NULL, 0, &err));
    cr_assert_eq(recipe->n_cells, CELLS);
    strcpy(folder, scratch_folder(&scratch, "there/results"));
    for (int i = 0; i < CELLS; i++) leave_knn(&recipe->cells[i], folder, 50 + i);
    snprintf(indexed, sizeof indexed, "%s/linked/index.h5", folder);
}

static void clean_up(void)
{
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(index_command, .init = prepare, .fini = clean_up);

/* Ours never follow a link into another file; h5dump does. */
static bool finds(const char *file, const char *object)
{
    char command[900];
    snprintf(command, sizeof command, "h5dump -a '%s/stage' %s >%s/dump 2>&1", object, file,
             scratch.folder);
    return system(command) == 0;
}

Test(index_command, names_what_the_grid_varies)
{
    char out[OUT];
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "linked/index.h5: 16 records"), "%s", out);
    cr_expect(finds(indexed, "/strategy=random/ratio=0.5/seed=0/pretrain"));
    cr_expect(finds(indexed, "/strategy=block/ratio=0.75/seed=1/knn"));
    cr_expect(!finds(indexed, "/strategy=block/ratio=0.75/seed=2/knn"));
}

Test(index_command, is_moved_with_its_records)
{
    char out[OUT], to[300], moved[400];
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder), EXIT_DONE, "%s", out);
    snprintf(to, sizeof to, "%s/elsewhere", scratch.folder);
    cr_assert(!rename(folder, to));
    snprintf(moved, sizeof moved, "%s/linked/index.h5", to);
    cr_expect(finds(moved, "/strategy=random/ratio=0.5/seed=0/pretrain"));
}

Test(index_command, stands_where_it_is_asked_for)
{
    char out[OUT], at[400];
    snprintf(at, sizeof at, "%s/a/b/all.h5", scratch.folder);
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder, "--out", at), EXIT_DONE, "%s", out);
    cr_expect(finds(at, "/strategy=random/ratio=0.5/seed=0/pretrain"));
}

Test(index_command, leaves_out_what_is_missing_or_damaged)
{
    char out[OUT], path[CELL_PATH];
    cell_record(path, folder, &recipe->cells[0], STAGE_KNN);
    whole_harm(path);
    cell_record(path, folder, &recipe->cells[1], STAGE_KNN);
    cr_assert(!unlink(path));
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "linked/index.h5: 14 records"), "%s", out);
}

/* Not a line for each of them, before the one that says what to do. */
Test(index_command, says_once_that_nothing_is_there)
{
    char out[OUT], path[CELL_PATH], empty[400];
    snprintf(empty, sizeof empty, "%s/empty", scratch.folder);
    cr_assert_eq(RUN(out, "index", yaml, "--results", empty), EXIT_DATA, "%s", out);
    cr_expect(strstr(out, "no records yet") && !strstr(out, "No such file"), "%s", out);
    for (int i = 0; i < CELLS; i++)
        for (StageKind s = STAGE_PRETRAIN; s <= STAGE_KNN; s++) {
            cell_record(path, folder, &recipe->cells[i], s);
            if (!i && s == STAGE_KNN) whole_harm(path);
            else cr_assert(!unlink(path));
        }
    cr_assert(RUN(out, "index", yaml, "--results", folder) != EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "damaged") && !strstr(out, "No such file"), "%s", out);
}

Test(index_command, is_told_by_inspect)
{
    char out[OUT], path[CELL_PATH];
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder), EXIT_DONE, "%s", out);
    cell_record(path, folder, &recipe->cells[0], STAGE_KNN);
    cr_assert(!unlink(path));
    cr_assert_eq(RUN(out, "inspect", indexed), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "recipe: linked\n"), "%s", out);
    cr_expect(strstr(out, "/strategy=block/ratio=0.75/seed=1/pretrain  ../cells/"), "%s", out);
    cr_expect(strstr(out, ".h5  not there\n"), "%s", out);
    cr_expect(strstr(out, "\n16 records, 1 of them not there\n"), "%s", out);
    cr_assert_eq(RUN(out, "inspect", "--check", indexed), EXIT_CHECK_FAILED, "%s", out);
    cr_expect(strstr(out, "an index of records, and no record"), "%s", out);
}

Test(index_command, is_written_over_an_index_alone)
{
    char   out[OUT], path[CELL_PATH], *bytes, other[400];
    size_t n;
    strcpy(other, scratch_file(&scratch, "thesis.txt", "ten years", 9));
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder, "--out", other), EXIT_USAGE, "%s",
                 out);
    cr_expect(strstr(out, "thesis.txt: it is there, and no index"), "%s", out);
    OK(file_read(other, 100, &bytes, &n, &err));
    cr_expect(n == 9 && !memcmp(bytes, "ten years", 9));
    free(bytes);
    cell_record(path, folder, &recipe->cells[0], STAGE_KNN);
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder, "--out", path), EXIT_USAGE, "%s",
                 out);
    cr_expect(cell_done(folder, &recipe->cells[0], STAGE_KNN));
    for (int i = 0; i < 2; i++)
        cr_assert_eq(RUN(out, "index", yaml, "--results", folder), EXIT_DONE, "%s", out);
}

Test(index_command, needs_results)
{
    char out[OUT];
    cr_assert_eq(RUN(out, "index", yaml, "--results", "/nowhere/at/all", "--out",
                     scratch_path(&scratch, "x.h5")), EXIT_DATA, "%s", out);
    cr_expect(strstr(out, "/nowhere/at/all"), "%s", out);
}

/* --- Python ---------------------------------------------------------------- */

/* One that has what the script needs; where an own Python comes first, Debian's may. */
static const char *python(void)
{
    static const char *const some[] = { "python3", "/usr/bin/python3" };
    char command[100];
    for (int i = 0; i < 2; i++) {
        snprintf(command, sizeof command, "%s -c 'import h5py, pandas' 2>/dev/null", some[i]);
        if (!system(command)) return some[i];
    }
    cr_skip_test("python3-h5py, python3-pandas: not installed");
    return NULL;
}

/* What it prints, stderr too, is counted; *failed: it says so by its exit code. */
static int lines_with(const char *path, const char *with, bool *failed)
{
    char  command[900], line[1000];
    int   n = 0;
    snprintf(command, sizeof command, "%s scripts/read_results.py %s 2>&1", python(), path);
    FILE *p = popen(command, "r");
    cr_assert(p != NULL);
    while (fgets(line, sizeof line, p)) n += strstr(line, with) != NULL;
    *failed = pclose(p) != 0;
    return n;
}

static int lines_of(const char *path, const char *with)
{
    bool failed;
    int  n = lines_with(path, with, &failed);
    cr_expect(!failed, "%s", path);
    return n;
}

Test(index_command, python_reads_folders_records_and_indices)
{
    char out[OUT], path[CELL_PATH];
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder), EXIT_DONE, "%s", out);
    cell_record(path, folder, &recipe->cells[1], STAGE_KNN);
    cr_expect_eq(lines_of(folder, ",knn_top1,"), CELLS); /* the index is in it too */
    cr_expect_eq(lines_of(indexed, ",knn_top1,5"), CELLS);
    cr_expect_eq(lines_of(path, "knn_top1,51.0,percent,higher"), 1);
    cr_expect_eq(lines_of(path, "stage,strategy,seed,ratio,config_hash,metric,value"), 1);
    cr_expect_eq(lines_of(folder, "left out"), 0); /* a pretrain without metrics is none */
}

/* Also behind the links of an index. */
Test(index_command, python_leaves_out_what_is_damaged_or_foreign)
{
    char out[OUT], path[CELL_PATH];
    cr_assert_eq(RUN(out, "index", yaml, "--results", folder), EXIT_DONE, "%s", out);
    cell_record(path, folder, &recipe->cells[1], STAGE_KNN);
    whole_harm(path);
    cr_expect_eq(lines_of(folder, ",knn_top1,"), CELLS - 1);
    cr_expect_eq(lines_of(folder, "damaged: not what its seal says: left out"), 2);
    cr_expect_eq(lines_of(indexed, ",knn_top1,"), CELLS - 1);
    cr_expect_eq(lines_of(indexed, "damaged: not what its seal says: left out"), 1);
    OK(file_write(path, "not HDF5", 8, &err));
    cr_expect_eq(lines_of(folder, ",knn_top1,"), CELLS - 1);
    cr_expect(lines_of(folder, path) >= 1);
}

Test(index_command, python_says_that_there_is_nothing)
{
    bool failed;
    const char *nothing = scratch_folder(&scratch, "nothing");
    cr_expect_eq(lines_with(nothing, "no metrics of any record in", &failed), 1);
    cr_expect(failed);
    cr_expect_eq(lines_with("/nowhere/at/all.h5", "/nowhere/at/all.h5: no file", &failed), 1);
    cr_expect(failed);
}
