/* Test pictures that are whole at both ends and damaged between. */
#include "core/base/file.h"
#include "experiments/record/record.h"
#include "tests/data/pictures.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

static Err err;

#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

static void damage(Scratch *s, const char *name)
{
    enum { IDAT = 8 + 25 + 8 }; /* behind signature, IHDR and its own head */
    char  *bytes;
    size_t n;
    REQUIRE(file_read(scratch_path(s, name), 1 << 16, &bytes, &n, &err));
    for (size_t at = IDAT; at < IDAT + 8; at++) bytes[at] ^= 0x55;
    scratch_file(s, name, bytes, n);
    free(bytes);
}

static void leave_pictures(Scratch *s)
{
    static const char *const folders[] = { "train/cat", "train/dog", "val/cat", "val/dog" };
    char name[64];
    for (int i = 0; i < 4; i++) scratch_folder(s, folders[i]);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "%s/%s/%d.png", i < 32 ? "train" : "val",
                 i % 2 ? "cat" : "dog", i);
        picture_write(s, name, 10 + 5 * i);
        if (i > 36) damage(s, name);
    }
}

/* They are scored as gray, and each evaluation says how many. */
Test(damaged, test_pictures_are_counted, .timeout = 60)
{
    static const StageKind kinds[] = { STAGE_KNN, STAGE_LINEAR_CACHED, STAGE_FINETUNE };
    Home    h;
    Scratch pictures;
    char    setting[512], results[128], path[CELL_PATH];
    scratch_open(&pictures);
    leave_pictures(&pictures);
    snprintf(setting, sizeof setting, "data.set=folder data.folder=%s data.size=28 data.train=0 "
             "data.test=0 data.bad-images=3 pretrain.epochs=1", pictures.folder);
    const Cell  *c = open_cell(&h, setting);
    StageContext x = context(&h, results, "results", c);
    REQUIRE(stage_run(c, STAGE_PRETRAIN, &x, &err));
    for (int i = 0; i < 3; i++) {
        H5     *f;
        int64_t bad = -1;
        REQUIRE(stage_run(c, kinds[i], &x, &err));
        cell_record(path, results, c, kinds[i]);
        REQUIRE(record_read(&f, path, c->stage[kinds[i]].id, &err));
        REQUIRE(h5_get_whole(f, "/", "bad_test_images", &bad, &err));
        cr_expect(bad == 3, "%s: %d", stage_word(kinds[i]), (int)bad);
        h5_close(f);
    }
    features_free(x.features);
    close_home(&h);
    scratch_close(&pictures);
}
