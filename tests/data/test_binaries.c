/* CIFAR and STL-10: tiny files of their formats, made here. */
#include "core/base/reader.h"
#include "core/data/data.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(binaries, .init = open_scratch, .fini = close_scratch);

enum { TEN = 3073, HUNDRED = 3074, STL = 3 * 96 * 96 };

static DataConfig config(const char *name)
{
    DataConfig c = data_defaults();
    c.name = name, c.folder = scratch.folder;
    return c;
}

static void expect_refused(const DataConfig *c, Split split, const char *why)
{
    Data *d;
    Err   err = { 0 };
    cr_expect(data_open(&d, c, split, &err) == STATUS_FORMAT, "%s", why);
    cr_expect(strstr(err.text, why), "%s, not %s", err.text, why);
}

/* One picture of CIFAR: plane c is 50 c + 7, but for its second pixel. */
static void fill_planes(uint8_t *planes)
{
    for (int c = 0; c < 3; c++) {
        memset(planes + 1024 * c, 50 * c + 7, 1024);
        planes[1024 * c + 1] = (uint8_t)(50 * c);
    }
}

static void expect_picture(const Data *d, int i)
{
    static const uint8_t want[] = { 7, 57, 107, 0, 50, 100, 7, 57, 107 };
    Image                m = { 0 };
    Err                  err;
    cr_assert(!data_read(d, i, &m, &err), "%s", err.text);
    cr_expect(m.height == 32 && m.width == 32 && m.channels == 3);
    cr_expect(!memcmp(m.pixels, want, sizeof want));
    image_free(&m);
}

static void write_ten(uint8_t label)
{
    static uint8_t records[2 * TEN];
    for (int i = 0; i < 2; i++) fill_planes(records + i * TEN + 1);
    for (int i = 0; i < 6; i++) {
        char name[64];
        if (i) snprintf(name, sizeof name, "cifar-10-batches-bin/data_batch_%d.bin", i);
        else strcpy(name, "cifar-10-batches-bin/test_batch.bin");
        records[0] = (uint8_t)i, records[TEN] = label;
        scratch_file(&scratch, name, records, i ? 2 * TEN : TEN);
    }
}

Test(binaries, cifar10_has_five_files_and_its_planes_become_pixels)
{
    DataConfig c = config("cifar10");
    Data      *d;
    Err        err;
    scratch_folder(&scratch, "cifar-10-batches-bin");
    write_ten(9);
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_expect(d->count == 10 && d->classes == 10 && d->stored_height == 32);
    for (int i = 0; i < 10; i++) {
        cr_expect(d->labels[i] == (i % 2 ? 9 : i / 2 + 1), "%d", i);
        expect_picture(d, i);
    }
    cr_expect_str_eq(d->class_names[9], "truck");
    data_close(d);
    cr_assert(!data_open(&d, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect(d->count == 1 && d->labels[0] == 0);
    data_close(d);

    write_ten(10);
    expect_refused(&c, SPLIT_TRAIN, "data_batch_1.bin: label 1 is 10, expected 0..9");
    scratch_file(&scratch, "cifar-10-batches-bin/data_batch_1.bin", "", 0);
    expect_refused(&c, SPLIT_TRAIN, "data_batch_1.bin: 0 bytes, expected a multiple of 3073");
    remove(scratch_path(&scratch, "cifar-10-batches-bin/data_batch_5.bin"));
    cr_expect_eq(data_open(&d, &c, SPLIT_TRAIN, &err), STATUS_MISSING);
    cr_expect(strstr(err.text, "no data_batch_5.bin in "), "%s", err.text);
}

Test(binaries, cifar100_takes_the_fine_label)
{
    static uint8_t records[2 * HUNDRED];
    DataConfig     c = config("cifar100");
    Data          *d;
    Err            err;
    for (int i = 0; i < 2; i++) {
        fill_planes(records + i * HUNDRED + 2);
        records[i * HUNDRED] = 200, records[i * HUNDRED + 1] = (uint8_t)(99 * i);
    }
    scratch_file(&scratch, "train.bin", records, sizeof records);
    scratch_file(&scratch, "test.bin", records, sizeof records - 1);
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_expect(d->count == 2 && d->labels[0] == 0 && d->labels[1] == 99);
    cr_expect_str_eq(d->class_names[99], "worm");
    cr_expect_str_eq(d->class_names[50], "mouse");
    expect_picture(d, 1);
    data_close(d);
    expect_refused(&c, SPLIT_TEST, "test.bin: 6147 bytes, expected a multiple of 3074");
}

Test(binaries, stl10_columns_become_rows)
{
    static uint8_t pictures[2 * STL];
    DataConfig     c = config("stl10");
    Data          *d;
    Image          m = { 0 };
    Err            err;
    pictures[STL + 96 * 96 + 5 * 96 + 7] = 33; /* of the second: green, column 5, row 7 */
    scratch_file(&scratch, "train_X.bin", pictures, sizeof pictures);
    scratch_file(&scratch, "train_y.bin", "\1\12", 2);
    scratch_file(&scratch, "test_X.bin", pictures, STL);
    scratch_file(&scratch, "test_y.bin", "\1\1", 2);
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_expect(d->count == 2 && d->labels[0] == 0 && d->labels[1] == 9);
    cr_expect(d->stored_height == 96 && d->height == 96);
    cr_assert(!data_read(d, 1, &m, &err), "%s", err.text);
    cr_expect(m.pixels[(7 * 96 + 5) * 3 + 1] == 33 && m.pixels[(5 * 96 + 7) * 3 + 1] == 0);
    image_free(&m);
    data_close(d);

    c.unlabeled_count = 2;
    cr_expect_eq(data_open(&d, &c, SPLIT_UNLABELED, &err), STATUS_MISSING);
    scratch_file(&scratch, "unlabeled_X.bin", pictures, sizeof pictures);
    cr_assert(!data_open(&d, &c, SPLIT_UNLABELED, &err), "%s", err.text);
    cr_expect(d->count == 2 && d->labels[1] == 0);
    data_close(d);
    c.name = "cifar10";
    cr_expect_eq(data_check(&c, &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "cifar10 has no unlabelled pictures"), "%s", err.text);
    c = config("stl10");

    expect_refused(&c, SPLIT_TEST, "test_y.bin has 2 labels for 1 pictures");
    scratch_file(&scratch, "train_y.bin", "\0\12", 2);
    expect_refused(&c, SPLIT_TRAIN, "train_y.bin: label 0 is 0, expected 1..10");
    scratch_file(&scratch, "train_X.bin", pictures, STL + 1);
    expect_refused(&c, SPLIT_TRAIN, "train_X.bin: 27649 bytes, expected a multiple of 27648");
}

Test(binaries, identity_is_of_contents)
{
    char       first[HASH_HEX], other[HASH_HEX];
    DataConfig c = config("cifar10");
    Err        err;
    scratch_folder(&scratch, "cifar-10-batches-bin");
    write_ten(3);
    cr_assert(!data_identity(first, &c, SPLIT_TRAIN, &err), "%s", err.text);
    write_ten(4);
    cr_assert(!data_identity(other, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_expect_str_neq(first, other);
}
