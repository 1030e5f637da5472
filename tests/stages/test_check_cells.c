#define _POSIX_C_SOURCE 200809L /* symlink */
/* inspect --check RECIPE: every file that a cell keeps, and whose it is. */
#include "core/base/file.h"
#include "core/train/checkpoint.h"
#include "experiments/record/check.h"
#include "tests/cli/typed.h"
#include "tests/run/whole.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Home        home;
static char        results[128];
static const Cell *one, *two;

/* Two cells, pre-trained and looked at; from each an encoder, a snapshot, two records. */
static void make(void)
{
    Err err;
    cr_redirect_stdout();
    cr_redirect_stderr();
    two = open_cell(&home, "grid.seed=0..1 evaluate=[knn] pretrain.epochs=1 pretrain.warmup=0 "
                           "pretrain.snapshots=1");
    one = home.recipe->cells;
    for (int i = 0; i < 2; i++) {
        StageContext x = context(&home, results, "results", &one[i]);
        cr_assert(!stage_run(&one[i], STAGE_PRETRAIN, &x, &err), "%s", err.text);
        cr_assert(!stage_run(&one[i], STAGE_KNN, &x, &err), "%s", err.text);
        features_free(x.features);
    }
}

static void clean_up(void) { close_home(&home); }
TestSuite(check_cells, .init = make, .fini = clean_up, .timeout = 60);

/* Every file is looked at, and so many have a fault; `said`, unless NULL, is in the lines. */
static void expect(int files, int bad, const char *said)
{
    Checked c = { .files = 0 };
    check_cells(&c, home.recipe, results);
    cr_expect(c.files == files && c.bad == bad, "%d of %d: %s", c.bad, c.files,
              text_get(&c.where));
    cr_expect(!said || strstr(text_get(&c.where), said), "no \"%s\" in %s", said,
              text_get(&c.where));
    text_free(&c.where);
}

static void cut(const char *path)
{
    char  *bytes;
    size_t n;
    Err    err;
    cr_assert(!file_read(path, 1 << 24, &bytes, &n, &err), "%s", err.text);
    cr_assert(!file_write(path, bytes, n / 2, &err), "%s", err.text);
    free(bytes);
}

Test(check_cells, models_are_whole_and_of_their_cell)
{
    char path[CELL_PATH], other[CELL_PATH], said[100], kept[400];
    expect(8, 0, NULL);
    for (int i = 0; i < cell_models(one); i++) {
        if (i == MODEL_GUIDE) continue; /* which a random strategy does not leave */
        cell_model(path, results, one, i);
        cell_model(other, results, two, i);
        strcpy(kept, scratch_path(&home.scratch, "kept"));
        scratch_copy(kept, path);
        snprintf(said, sizeof said, ".safetensors: of another cell, %.16s\n",
                 two->stage[STAGE_PRETRAIN].id);
        scratch_copy(path, other);
        expect(8, 1, said);
        scratch_copy(path, kept);
        whole_harm(path);
        expect(8, 1, ".safetensors: damaged: its checksum");
        cut(path);
        expect(8, 1, ".safetensors: ");
        scratch_copy(path, kept);
    }
    cell_model(path, results, one, MODEL_ENCODER);
    cr_assert(!remove(path));
    expect(7, 0, NULL);
}

/* An encoder of another cell sees for no one. */
static void write_config(const Cell *of, const Cell *to, StageKind kind)
{
    char path[CELL_PATH];
    Text yaml = { 0 };
    Err  err;
    cell_yaml(of, kind, &yaml);
    cell_config(path, results, to, kind);
    cr_assert(!file_write(path, yaml.s, yaml.length, &err), "%s", err.text);
    text_free(&yaml);
}

Test(check_cells, configurations_are_those_of_their_records)
{
    char path[CELL_PATH];
    Err  err;
    for (int i = 0; i < 2; i++) {
        const StageKind kind = i ? STAGE_KNN : STAGE_PRETRAIN;
        write_config(one, one, kind);
        expect(9 + i, 0, NULL);
        write_config(two, one, kind);
        expect(9 + i, 1, ".yaml: seed: 1, expected seed: 0 as its record has it\n");
        cell_config(path, results, one, kind);
        cr_assert(!file_write(path, "model: [", 8, &err), "%s", err.text);
        expect(9 + i, 1, ".yaml: line:2: not YAML");
        cr_assert(!remove(path) && !symlink(scratch_path(&home.scratch, "gone"), path));
        expect(9 + i, 1, ".yaml: a link to nothing, expected a file\n");
        cr_assert(!remove(path));
        write_config(one, one, kind);
    }
}

Test(check_cells, a_gallery_looks_whose_encoders_they_are)
{
    char path[CELL_PATH], other[CELL_PATH], recipe[400], out[4096], drawn[400];
    strcpy(recipe, scratch_path(&home.scratch, "small.yaml"));
    strcpy(drawn, scratch_path(&home.scratch, "g.png"));
    for (int foreign = 0; foreign < 2; foreign++) {
        cell_model(path, results, one, MODEL_ENCODER);
        cell_model(other, results, two, MODEL_ENCODER);
        if (foreign) scratch_copy(path, other);
        int code = RUN(out, "gallery", "sma", "--recipe", recipe, "-s", "evaluate=[knn]", "-s",
                       "grid.seed=0..1", "-s", "pretrain.epochs=1", "-s", "pretrain.warmup=0",
                       "-s", "pretrain.snapshots=1", "--results", results, "--out", drawn);
        cr_expect_eq(code, foreign ? EXIT_DATA : EXIT_DONE, "%s", out);
        cr_expect(!foreign || strstr(out, "encoder.safetensors: of another cell"), "%s", out);
    }
}

/* Whoever wrote it could not say. */
Test(check_cells, an_encoder_of_old_is_taken)
{
    char           path[CELL_PATH];
    Mae            mae;
    Err            err;
    const Backend *be;
    cell_model(path, results, one, MODEL_ENCODER);
    cr_assert(!backend_open(&be, "cpu", &err) && !checkpoint_open(&mae, be, path, NULL, &err));
    cr_assert(!checkpoint_save(path, &mae, NULL, &err), "%s", err.text);
    expect(8, 0, NULL);
    mae_close(&mae);
}

Test(check_cells, records_lie_where_they_belong)
{
    static const char *const said[] = { "pretrain.h5: of another cell, ", ".h5: of another cell, ",
                                        ".h5: of another stage, pretrain\n" };
    char path[CELL_PATH], other[CELL_PATH], out[4096], kept[400];
    strcpy(kept, scratch_path(&home.scratch, "kept"));
    for (int i = 0; i < 3; i++) {
        cell_record(path, results, one, i ? STAGE_KNN : STAGE_PRETRAIN);
        cell_record(other, results, i == 2 ? one : two, i == 1 ? STAGE_KNN : STAGE_PRETRAIN);
        scratch_copy(kept, path);
        scratch_copy(path, other);
        expect(8, 1, said[i]);
        cr_expect_eq(RUN(out, "inspect", "--check", path, other), EXIT_CHECK_FAILED);
        cr_expect(strstr(out, said[i]) && strstr(out, "1 of 2 files"), "%s", out);
        scratch_copy(path, kept);
    }
    cell_record(path, results, one, STAGE_KNN);
    cell_file(other, results, one, "knn-01234567.h5");
    scratch_copy(other, path);
    cr_expect_eq(RUN(out, "inspect", "--check", other), EXIT_CHECK_FAILED);
    cr_expect(strstr(out, "knn-01234567.h5: of another knn, "), "%s", out);
    cr_assert(!remove(path) && !symlink(scratch_path(&home.scratch, "moved away"), path));
    expect(8, 1, ": a link to nothing, expected a file\n");
}
