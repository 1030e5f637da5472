/* What a record says of a training that took several processes. */
#include "tests/stages/sitting.h"

#include "core/base/file.h"
#include "experiments/record/record.h"
#include "tests/data/pictures.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Err err;

TestSuite(sittings, .fini = close_all, .timeout = 120);

static double cost_of(const char *results, const char *name)
{
    char   path[CELL_PATH];
    H5    *f;
    double x = -1;
    H5Set  set = { .name = name, .kind = NUMBER_DOUBLE };
    cell_record(path, results, cell, STAGE_PRETRAIN);
    cr_assert(!record_read(&f, path, cell->stage[STAGE_PRETRAIN].id, &err), "%s", err.text);
    cr_assert(!h5_get_into(f, &set, &x, &err), "%s", err.text);
    h5_close(f);
    return x;
}

/* A process that dies before its first state is not known of. */
Test(sittings, are_counted)
{
    open_all(NULL);
    kill_after(3), kill_after(9), kill_after(12);
    expect_the_same_in_the_end();
    cr_expect(cost_of(whole, "cost/sittings") == 1);
    cr_expect(cost_of(broken, "cost/sittings") == 4);
    cr_expect(cost_of(broken, "cost/wall_s") > 0);
}

/* Who began it, if others went on; else "". */
static void expect_begun_by(const char *who)
{
    char        path[CELL_PATH];
    const char *is;
    H5         *f;
    Arena       a;
    arena_open(&a, "test", NULL, NULL);
    cell_record(path, broken, cell, STAGE_PRETRAIN);
    cr_assert(!record_read(&f, path, cell->stage[STAGE_PRETRAIN].id, &err), "%s", err.text);
    if (h5_get_text(f, "/", "begun_by", &a, &is, &err)) is = "";
    cr_expect_str_eq(is, who);
    h5_close(f);
    arena_close(&a);
}

Test(sittings, another_number_of_threads_is_told)
{
    Fate two = { .threads = 2, .kill_at = 5 };
    open_all(NULL);
    cr_assert(killed_by(run(broken, STAGE_PRETRAIN, &two), SIGKILL));
    free(said(broken));
    kill_after(8);
    char *text = said(broken);
    cr_expect(strstr(text, "step 4 of 18 was reached by 1 rank of 2 threads, 1 rank of 1 thread "
                           "will go on"), "%s", text);
    free(text);
    two.kill_at = 0;
    cr_assert(ended_with(run(broken, STAGE_PRETRAIN, &two), STATUS_OK), "%s", said(broken));
    expect_begun_by("1 rank of 2 threads, to step 4");
}

Test(sittings, whoever_takes_no_step_changes_nothing)
{
    open_all(NULL);
    Fate stopped = { .stop_at = 18 }, two = { .threads = 2 };
    cr_assert(ended_with(run(broken, STAGE_PRETRAIN, &stopped), STATUS_STOPPED));
    cr_assert(ended_with(run(broken, STAGE_PRETRAIN, &two), STATUS_OK), "%s", said(broken));
    expect_begun_by("");
    expect_same_file(cell, whole, broken, "encoder.safetensors");
}

/* Pictures that are whole at both ends and damaged between: seen only when decoded, and
 * some of them not in the last sitting. */
static void leave_pictures(Scratch *s)
{
    enum { PICTURES = 16, IDAT = 8 + 25 + 8 }; /* behind signature, IHDR and its own head */
    for (int i = 0; i < 2 * PICTURES + 4; i++) {
        char   name[64], *bytes;
        size_t n;
        snprintf(name, sizeof name, "%s/%s/%d.png", i < 2 * PICTURES ? "train" : "val",
                 i % 2 ? "cat" : "dog", i);
        picture_write(s, name, 10 + 5 * i);
        if (i % 2 == 0 || i >= 2 * PICTURES) continue;
        cr_assert(!file_read(scratch_path(s, name), 1 << 16, &bytes, &n, &err), "%s", err.text);
        for (size_t at = IDAT; at < IDAT + 8; at++) bytes[at] ^= 0x55;
        scratch_file(s, name, bytes, n);
        free(bytes);
    }
}

Test(sittings, damaged_pictures_of_earlier_sittings_count)
{
    char    setting[256];
    Scratch pictures;
    scratch_open(&pictures);
    static const char *const folders[] = { "train/cat", "train/dog", "val/cat", "val/dog" };
    for (int i = 0; i < 4; i++) scratch_folder(&pictures, folders[i]);
    leave_pictures(&pictures);
    snprintf(setting, sizeof setting, "data.set=folder data.folder=%s data.size=28 data.train=0 "
             "data.test=0 data.bad-images=16 evaluate=none", pictures.folder);
    open_all(setting);
    kill_after(6); /* of six steps, two an epoch: the last one is taken again */
    expect_the_same_in_the_end();
    scratch_close(&pictures);
}
