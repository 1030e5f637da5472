#define _POSIX_C_SOURCE 200809L /* mkfifo, symlink */
/* Results of other machines, brought into ours. */
#include "core/base/file.h"
#include "experiments/run/claim.h"
#include "experiments/run/merge.h"
#include "tests/cli/typed.h"
#include "tests/ok.h"
#include "tests/run/whole.h"
#include "tests/table/leave.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char RECIPE[] = "name: merged\n"
                             "data: {set: scenes, train: 8, test: 8, scenes: {size: 16}}\n"
                             "model: {preset: micro, patch: 4}\n"
                             "pretrain: {epochs: 2, warmup: 1, batch: 8}\n"
                             "evaluate: [knn]\n"
                             "grid: {pretrain.strategy: [random, block]}\n";
enum { OUT = 1 << 14 };

static Scratch     scratch;
static Recipe     *recipe;
static const Cell *first, *second;
static char        ours[300], theirs[300], others[300];
static Merge       m;
static Err         err;

static void prepare(void)
{
    typed_open(&scratch);
    OK(recipe_open(&recipe, scratch_file(&scratch, "m.yaml", RECIPE, sizeof RECIPE - 1), NULL, 0,
                   &err));
    first = &recipe->cells[0], second = &recipe->cells[1];
    strcpy(ours, scratch_path(&scratch, "ours"));
    strcpy(theirs, scratch_path(&scratch, "theirs"));
    strcpy(others, scratch_path(&scratch, "others"));
}

static void clean_up(void)
{
    text_free(&m.said);
    recipe_close(recipe);
    scratch_close(&scratch);
}

TestSuite(merge, .init = prepare, .fini = clean_up);

static void merge_all(void)
{
    const char *const folders[] = { theirs, others };
    const int         n = file_exists(others) ? 2 : 1;
    text_free(&m.said);
    m = (Merge){ 0 };
    OK(merge_results(&m, ours, folders, n, &err));
}

static bool is_here(const Cell *c, const char *name)
{
    char path[CELL_PATH];
    cell_file(path, ours, c, name);
    return file_exists(path);
}

/* A file of a cell, in the results that it is brought from. */
static const char *there(const Cell *c, const char *name)
{
    static char path[CELL_PATH];
    cell_file(path, theirs, c, name);
    return path;
}

/* What stands beside the records of a cell. */
static void leave_beside(const Cell *c)
{
    char knn[64];
    Text yaml = { 0 };
    snprintf(knn, sizeof knn, "%s.yaml", c->stage[STAGE_KNN].name);
    OK(whole_encoder(there(c, "encoder.safetensors"), NULL, &err));
    cell_yaml(c, STAGE_PRETRAIN, &yaml);
    OK(file_write(there(c, "config.yaml"), yaml.s, yaml.length, &err));
    text_clear(&yaml);
    cell_yaml(c, STAGE_KNN, &yaml);
    OK(file_write(there(c, knn), yaml.s, yaml.length, &err));
    OK(file_write(there(c, "log.txt"), "said\n", 5, &err));
    text_free(&yaml);
}

Test(merge, brings_what_is_done_and_what_belongs_to_it)
{
    char knn[64];
    snprintf(knn, sizeof knn, "%s.yaml", first->stage[STAGE_KNN].name);
    leave_knn(first, theirs, 50);
    leave_beside(first);
    OK(file_write(there(first, "lock"), "", 0, &err));
    merge_all();
    cr_expect(m.brought == 2 && !m.same && !m.left && !m.conflicts, "%s", text_get(&m.said));
    cr_expect_eq(m.files, 4);
    cr_expect(cell_done(ours, first, STAGE_PRETRAIN) && cell_done(ours, first, STAGE_KNN));
    cr_expect(is_here(first, "encoder.safetensors") && is_here(first, "config.yaml"));
    cr_expect(is_here(first, "log.txt") && is_here(first, knn));
    merge_all();
    cr_expect(!m.brought && m.same == 2 && !m.said.length, "%s", text_get(&m.said));
}

Test(merge, adds_a_stage_to_a_cell_that_is_here)
{
    leave_knn(first, theirs, 50);
    leave_record(first, STAGE_PRETRAIN, ours, (Left){ NULL, 0, NEITHER });
    merge_all();
    cr_expect(m.brought == 1 && m.same == 1, "%s", text_get(&m.said));
    cr_expect(cell_done(ours, first, STAGE_KNN));
}

/* Of two machines one may have kept the encoder, and the other the record alone. */
Test(merge, brings_what_belongs_to_records_that_are_here)
{
    char knn[64];
    snprintf(knn, sizeof knn, "%s.yaml", first->stage[STAGE_KNN].name);
    leave_knn(first, theirs, 50);
    leave_knn(first, ours, 50);
    leave_beside(first);
    merge_all();
    cr_expect(m.files == 4 && !m.brought && m.same == 2 && !m.left, "%s", text_get(&m.said));
    cr_expect(is_here(first, "encoder.safetensors") && is_here(first, knn));
    merge_all();
    cr_expect(!m.files && m.same == 2 && !m.said.length, "%s", text_get(&m.said));
}

Test(merge, makes_good_what_is_damaged_beside_a_record)
{
    char   here[CELL_PATH], *bytes;
    size_t n;
    leave_knn(first, theirs, 50);
    leave_knn(first, ours, 50);
    leave_beside(first);
    cell_file(here, ours, first, "encoder.safetensors");
    OK(whole_encoder(here, NULL, &err));
    whole_harm(here);
    cell_file(here, ours, first, "log.txt");
    OK(file_write(here, "ours\n", 5, &err));
    merge_all();
    cr_expect(m.files == 3 && m.same == 2, "%d files: %s", m.files, text_get(&m.said));
    OK(file_read(here, 100, &bytes, &n, &err));
    cr_expect(n == 5 && !memcmp(bytes, "ours\n", 5), "the log is another");
    free(bytes);
    merge_all();
    cr_expect(!m.files && m.same == 2, "%d files: %s", m.files, text_get(&m.said));
}

Test(merge, takes_what_belongs_to_a_record_from_either_of_two)
{
    leave_knn(first, theirs, 50);
    leave_beside(first);
    cr_assert(!rename(theirs, others));
    leave_knn(first, theirs, 50);
    merge_all();
    cr_expect(m.brought == 2 && m.same == 2 && m.files == 4, "%s", text_get(&m.said));
    cr_expect(is_here(first, "encoder.safetensors"));
}

Test(merge, leaves_out_evaluations_without_their_training)
{
    char knn[CELL_PATH];
    leave_knn(first, theirs, 50);
    leave_knn(second, theirs, 51);
    whole_harm(there(first, "pretrain.h5"));
    cell_record(knn, theirs, first, STAGE_KNN);
    merge_all();
    cr_expect(m.left == 2 && m.brought == 2, "%s", text_get(&m.said));
    cr_expect(strstr(text_get(&m.said), knn) && strstr(text_get(&m.said), "neither here nor"),
              "%s", text_get(&m.said));
    cell_record(knn, ours, first, STAGE_KNN);
    cr_expect(!file_exists(knn) && cell_done(ours, second, STAGE_KNN));
    leave_record(first, STAGE_PRETRAIN, ours, (Left){ NULL, 0, NEITHER });
    merge_all();
    cr_expect(m.left == 1 && m.brought == 1 && file_exists(knn), "%s", text_get(&m.said));
}

Test(merge, leaves_out_configurations_of_others)
{
    Text yaml = { 0 };
    leave_knn(first, theirs, 50);
    leave_beside(first);
    cell_yaml(second, STAGE_PRETRAIN, &yaml);
    OK(file_write(there(first, "config.yaml"), yaml.s, yaml.length, &err));
    merge_all();
    cr_expect(m.left == 1 && m.brought == 2 && m.files == 3, "%s", text_get(&m.said));
    cr_expect(strstr(text_get(&m.said), "config.yaml: pretrain.strategy: block, expected "
                                        "pretrain.strategy: random as its record has it: left"),
              "%s", text_get(&m.said));
    cr_expect(!is_here(first, "config.yaml"));
    text_free(&yaml);
}

Test(merge, refuses_conflicts_and_changes_nothing)
{
    char here[CELL_PATH];
    leave_knn(first, theirs, 50);
    leave_knn(second, theirs, 51);
    leave_knn(second, ours, 52);
    cell_record(here, ours, second, STAGE_KNN);
    merge_all();
    cr_expect(m.conflicts == 1 && !m.brought, "%s", text_get(&m.said));
    cr_expect(strstr(text_get(&m.said), here) && strstr(text_get(&m.said), theirs));
    cr_expect(strstr(text_get(&m.said), "/metrics/knn_top1: differs"), "%s", text_get(&m.said));
    cr_expect(!is_here(first, "pretrain.h5"));
}

Test(merge, refuses_two_that_differ)
{
    leave_knn(first, theirs, 50);
    leave_knn(first, others, 51);
    merge_all();
    cr_expect(m.conflicts == 1 && !m.brought && m.same == 1, "%s", text_get(&m.said));
    cr_expect(!is_here(first, "pretrain.h5"));
}

Test(merge, takes_one_of_two_that_are_the_same)
{
    leave_knn(first, theirs, 50);
    leave_knn(first, others, 50);
    merge_all();
    cr_expect(m.brought == 2 && m.same == 2 && !m.conflicts, "%s", text_get(&m.said));
}

Test(merge, makes_good_what_is_damaged_here)
{
    char here[CELL_PATH];
    leave_knn(first, theirs, 50);
    leave_knn(first, ours, 50);
    cell_record(here, ours, first, STAGE_KNN);
    whole_harm(here);
    merge_all();
    cr_expect(m.brought == 1 && m.same == 1, "%s", text_get(&m.said));
    cr_expect(cell_done(ours, first, STAGE_KNN));
}

/* --- what is no result ------------------------------------------------------ */

static void swap_in(const char *with)
{
    char path[CELL_PATH];
    cell_record(path, theirs, first, STAGE_KNN);
    cr_assert(!unlink(path));
    if (!strcmp(with, "pipe")) cr_assert(!mkfifo(path, 0600));
    else if (!strcmp(with, "folder")) cr_assert(!mkdir(path, 0700));
    else if (!strcmp(with, "link")) cr_assert(!symlink(there(first, "pretrain.h5"), path));
    else if (!strcmp(with, "loop")) cr_assert(!symlink(path, path));
    else if (!strcmp(with, "foreign")) OK(file_write(path, "not HDF5", 8, &err));
    else {
        char   *bytes, from[CELL_PATH];
        size_t  n;
        cell_record(from, theirs, second, STAGE_KNN);
        OK(file_read(from, 1 << 20, &bytes, &n, &err));
        OK(file_write(path, bytes, !strcmp(with, "half") ? n / 2 : n, &err));
        free(bytes);
    }
}

Test(merge, leaves_out_what_is_no_record)
{
    static const char *const with[] = { "pipe", "folder", "link", "loop", "foreign", "half",
                                        "record of another" };
    char path[CELL_PATH];
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        leave_knn(first, theirs, 50);
        leave_knn(second, theirs, 51);
        swap_in(with[i]);
        cell_record(path, theirs, first, STAGE_KNN);
        merge_all();
        cr_expect(m.left == 1 && strstr(text_get(&m.said), path), "%s: %s", with[i],
                  text_get(&m.said));
        cr_expect(!cell_done(ours, first, STAGE_KNN), "%s", with[i]);
        cr_expect(cell_done(ours, second, STAGE_KNN), "%s", with[i]);
        if (remove(path)) cr_assert_fail("%s", path);
    }
}

Test(merge, leaves_out_folders_of_no_cell_and_damaged_encoders)
{
    char path[CELL_PATH];
    leave_knn(first, theirs, 50);
    OK(whole_encoder(there(first, "encoder.safetensors"), NULL, &err));
    whole_harm(there(first, "encoder.safetensors"));
    snprintf(path, sizeof path, "%s/cells/0123456789abcdef", theirs);
    cr_assert(!symlink(theirs, path));
    merge_all();
    cr_expect(m.left == 2 && m.brought == 2, "%s", text_get(&m.said));
    cr_expect(strstr(text_get(&m.said), "0123456789abcdef: no folder of a cell"), "%s",
              text_get(&m.said));
    cr_expect(strstr(text_get(&m.said), "encoder.safetensors"), "%s", text_get(&m.said));
    cr_expect(!is_here(first, "encoder.safetensors") && is_here(first, "pretrain.h5"));
}

Test(merge, leaves_out_models_of_other_cells)
{
    leave_knn(first, theirs, 50);
    OK(whole_encoder(there(first, "encoder.safetensors"), second->stage[STAGE_PRETRAIN].id, &err));
    OK(whole_encoder(there(first, "guide.safetensors"), first->stage[STAGE_PRETRAIN].id, &err));
    merge_all();
    cr_expect(m.left == 1 && m.brought == 2, "%s", text_get(&m.said));
    cr_expect(text_starts(text_get(&m.said), theirs) &&
              strstr(text_get(&m.said), "/encoder.safetensors: of another cell, "), "%s",
              text_get(&m.said));
    cr_expect(!is_here(first, "encoder.safetensors") && is_here(first, "guide.safetensors"));
}

/* A link to a whole record counts where it is, and so does a record of a newer program. */
Test(merge, replaces_nothing_that_is_whole)
{
    char        path[CELL_PATH], kept[CELL_PATH + 8];
    struct stat st;
    leave_knn(first, theirs, 50);
    leave_knn(first, ours, 51);
    cell_record(path, ours, first, STAGE_KNN);
    snprintf(kept, sizeof kept, "%s.kept", path);
    cr_assert(!rename(path, kept) && !symlink(kept, path));
    merge_all();
    cr_expect(m.left == 1, "%s", text_get(&m.said));
    cr_expect(strstr(text_get(&m.said), "in the way"), "%s", text_get(&m.said));
    cr_expect(!lstat(path, &st) && S_ISLNK(st.st_mode), "the link is gone");
}

Test(merge, leaves_what_is_not_done_where_it_is)
{
    leave_knn(first, theirs, 50);
    OK(file_write(there(first, "linear-01234567.state.safetensors"), "x", 1, &err));
    merge_all();
    cr_expect(m.unfinished == 1 && m.brought == 2 && !m.left, "%s", text_get(&m.said));
    cr_expect(!is_here(first, "linear-01234567.state.safetensors"));
}

Test(merge, waits_for_nobody)
{
    char folder[CELL_PATH];
    int  claim;
    leave_knn(first, theirs, 50);
    leave_knn(second, theirs, 51);
    cell_folder(folder, ours, first);
    OK(file_make_folders(folder, &err));
    OK(claim_take(&claim, folder, &err));
    cr_assert(claim >= 0);
    merge_all();
    cr_expect(m.left == 2 && m.brought == 2, "%s", text_get(&m.said));
    cr_expect(!is_here(first, "pretrain.h5"));
    close(claim);
}

/* --- the command ------------------------------------------------------------ */

Test(merge, says_how_it_went)
{
    char out[OUT];
    leave_knn(first, theirs, 50);
    cr_assert_eq(RUN(out, "merge", theirs, "--into", ours), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "2 records brought, with 0 files; 0 the same, 0 left out"), "%s", out);
    leave_knn(first, theirs, 51);
    cr_assert_eq(RUN(out, "merge", theirs, "--into", ours), EXIT_CHECK_FAILED, "%s", out);
    cr_expect(strstr(out, "nothing was changed: 1 records"), "%s", out);
    leave_knn(first, theirs, 50);
    swap_in("foreign");
    cr_assert_eq(RUN(out, "merge", theirs, "--into", ours), EXIT_CELLS_FAILED, "%s", out);
    cr_assert_eq(RUN(out, "merge", ours, "--into", ours), EXIT_USAGE, "%s", out);
    cr_assert_eq(RUN(out, "merge", others, "--into", ours), EXIT_DATA, "%s", out);
    cr_expect(strstr(out, "others/cells: no folder of cells"), "%s", out);
}
