#define _POSIX_C_SOURCE 200809L /* symlink */
#include "core/base/file.h"
#include "core/data/loader.h"
#include "core/data/picture.h"
#include "experiments/figures/png.h"
#include "tests/data/pictures.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* train/ has cat (3), dog (2) and val/ has dog (1): PNGs, each of its own colour and
 * size, all called .jpg. */
static Scratch scratch;

static void add_picture(const char *name, int shade) { picture_write(&scratch, name, shade); }

static void open_scratch(void)
{
    scratch_open(&scratch);
    scratch_folder(&scratch, "train/cat"), scratch_folder(&scratch, "train/dog");
    scratch_folder(&scratch, "val/dog");
    add_picture("train/cat/1.jpg", 10), add_picture("train/cat/2.JPEG", 20);
    add_picture("train/cat/3.jpg", 30), add_picture("train/dog/a.jpg", 40);
    add_picture("train/dog/b.jpg", 50), add_picture("val/dog/c.png", 60);
}

static void close_scratch(void) { scratch_close(&scratch); }
TestSuite(folder, .init = open_scratch, .fini = close_scratch);

static DataConfig config(void)
{
    static char root[400];
    DataConfig  c = data_defaults();
    snprintf(root, sizeof root, "%s", scratch.folder);
    c.name = "folder", c.folder = root, c.size = 8;
    return c;
}

static Data *opened(const DataConfig *c, Split split)
{
    Data *d;
    Err   err;
    cr_assert(!data_open(&d, c, split, &err), "%s", err.text);
    return d;
}

Test(folder, classes_are_those_of_train_and_alternate)
{
    DataConfig c = config();
    Data      *train = opened(&c, SPLIT_TRAIN), *val = opened(&c, SPLIT_TEST);
    const int  labels[] = { 0, 1, 0, 1, 0 }, shades[] = { 10, 40, 20, 50, 30 };
    static const char *const names[] = { "train/cat/1.jpg", "train/dog/a.jpg", "train/cat/2.JPEG",
                                         "train/dog/b.jpg", "train/cat/3.jpg" };
    cr_assert(train->count == 5 && train->classes == 2);
    cr_expect_str_eq(train->class_names[1], "dog");
    for (int i = 0; i < 5; i++) {
        cr_expect(train->labels[i] == labels[i], "picture %d", i);
        cr_expect(picture_shade(train, i) == shades[i], "picture %d", i);
        cr_expect_str_eq(train->names[i], names[i]);
    }
    cr_expect_str_eq(val->names[0], "val/dog/c.png");
    cr_expect(val->count == 1 && val->labels[0] == 1 && picture_shade(val, 0) == 60);
    data_close(train);
    data_close(val);
}

Test(folder, other_files_are_no_pictures)
{
    DataConfig c = config();
    scratch_file(&scratch, "train/cat/Thumbs.db", "x", 1);
    scratch_file(&scratch, "train/cat/.hidden.jpg", "x", 1);
    scratch_file(&scratch, "train/README.txt", "x", 1);
    Data *d = opened(&c, SPLIT_TRAIN);
    cr_expect(d->count == 5 && d->classes == 2);
    data_close(d);
}

/* As torchvision walks: folder by folder, "more" before "more-" before what is in it. */
Test(folder, folders_in_a_class_are_of_the_class)
{
    static const char *const names[] = { "1.jpg", "2.JPEG", "3.jpg", "more/7.jpg", "more-/6.jpg",
                                         "more/in/5.jpg" };
    DataConfig c = config();
    scratch_folder(&scratch, "train/cat/more/in"), scratch_folder(&scratch, "train/cat/more-");
    scratch_folder(&scratch, "train/cat/none");
    add_picture("train/cat/more/in/5.jpg", 5), add_picture("train/cat/more-/6.jpg", 6);
    add_picture("train/cat/more/7.jpg", 7);
    Data *d = opened(&c, SPLIT_TRAIN);
    cr_assert(d->count == 8);
    for (int i = 0, k = 0; i < d->count; i++) {
        if (d->labels[i]) continue;
        cr_expect_str_eq(d->names[i] + strlen("train/cat/"), names[k++]);
    }
    cr_expect(picture_shade(d, 7) == 5);
    data_close(d);
}

Test(folder, says_what_is_wrong_with_the_tree)
{
    DataConfig c = config();
    c.size = 0;
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_CONFIG, "data.size");
    c.size = 8, c.channels = 2;
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_CONFIG, "channels is 2, expected 1 or 3");
    c.channels = 3;
    scratch_folder(&scratch, "val/wolf");
    expect_open_fails(&c, SPLIT_TEST, STATUS_FORMAT, "val: a class that is not in train/: wolf");
    scratch_folder(&scratch, "val/yak");
    expect_open_fails(&c, SPLIT_TEST, STATUS_FORMAT, "classes that are not in train/: wolf, yak");
    scratch_folder(&scratch, "train/wolf");
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "train/wolf: a class without a picture");
    scratch_folder(&scratch, "train/cat/1/2/3/4/5/6/7/8/9");
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "more than 8 folders in each other");
    c.folder = NULL;
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "data.folder does not say where");
    c.folder = scratch_path(&scratch, "val");
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "val/train");
}

Test(folder, unreadable_picture_is_named_counted_and_left_out)
{
    DataConfig c = config();
    Text       why = { 0 };
    scratch_file(&scratch, "train/cat/2.JPEG", "GIF89a", 6);
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT,
                "2.JPEG: a GIF, expected a JPEG or a PNG; of 5 pictures 1 cannot be read, "
                "data.bad-images allows 0");
    c.bad_images = 1;
    Data *d = opened(&c, SPLIT_TRAIN);
    cr_expect(d->count == 4 && data_bad(d, &why) == 1);
    cr_expect(strstr(text_get(&why), "train/cat/2.JPEG: a GIF"), "%s", text_get(&why));
    for (int i = 0; i < d->count; i++) cr_expect(picture_shade(d, i) != 20);
    text_free(&why);
    data_close(d);
}

/* A link to nowhere, a folder: so many as are allowed. */
Test(folder, what_is_no_file_is_a_bad_picture)
{
    DataConfig c = config();
    char       with[HASH_HEX], without[HASH_HEX];
    Err        err;
    scratch_folder(&scratch, "train/cat/9.jpg");
    cr_assert(!symlink("nowhere", scratch_path(&scratch, "train/dog/9.jpg")));
    c.bad_images = 1;
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "of 7 pictures 2 cannot be read");
    c.bad_images = 2;
    Data *d = opened(&c, SPLIT_TRAIN);
    cr_expect(d->count == 5);
    cr_assert(!data_identity(with, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_assert(!unlink(scratch_path(&scratch, "train/dog/9.jpg")));
    cr_assert(!data_identity(without, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_expect(strcmp(with, without), "a picture more, the same identity");
    data_close(d);
}

/* Whole at both ends and damaged between: seen only when decoded. */
Test(folder, picture_damaged_inside_is_gray_or_stops)
{
    DataConfig c = config();
    char      *bytes;
    size_t     n;
    Err        err;
    cr_assert(!file_read(scratch_path(&scratch, "train/cat/1.jpg"), 1 << 20, &bytes, &n, &err));
    enum { IDAT = 8 + 25 + 8 }; /* after the signature, IHDR, and its own head */
    for (size_t i = IDAT; i < IDAT + 8; i++) bytes[i] ^= 0x55;
    scratch_file(&scratch, "train/cat/1.jpg", bytes, n);
    free(bytes);

    Image m = { 0 };
    Data *d = opened(&c, SPLIT_TRAIN);
    cr_expect_eq(data_read(d, 0, &m, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "train/cat/1.jpg: PNG: "), "%s", err.text);
    data_close(d);

    c.bad_images = 1;
    d = opened(&c, SPLIT_TRAIN);
    Text why = { 0 };
    for (int again = 0; again < 3; again++) cr_expect(!data_read(d, 0, &m, &err), "%s", err.text);
    cr_expect(m.height == 8 && m.width == 8 && m.pixels[0] == 124, "%d", m.pixels[0]);
    cr_expect(data_bad(d, &why) == 1);
    text_free(&why);
    data_close(d);
    image_free(&m);
}

/* At open only the edges of a long file are read: a head that is longer than these, and an
 * end that is missing, are seen all the same. */
Test(folder, long_files_are_told_by_their_edges)
{
    enum { COMMENT = 60000, SIDE = 200 };
    static uint8_t rgb[3 * SIDE * SIDE];
    static char    longer[COMMENT + (1 << 18)];
    DataConfig     c = config();
    char          *bytes;
    size_t         n;
    Err            err;
    for (unsigned i = 0, noise = 1; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)((noise = noise * 1664525 + 1013904223) >> 24);
    cr_assert(!png_write(scratch_path(&scratch, "train/cat/1.jpg"), rgb, SIDE, SIDE, &err));
    cr_assert(!file_read(scratch.path, 1 << 18, &bytes, &n, &err) && n > 1 << 16);
    data_close(opened(&c, SPLIT_TRAIN));
    scratch_file(&scratch, "train/cat/1.jpg", bytes, n - 20);
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "1.jpg: PNG: truncated");

    /* A chunk that may be passed over, behind IHDR; its checksum does not count. */
    size_t head = 8 + 25;
    memcpy(longer, bytes, head);
    memcpy(longer + head, "\0\0\xea\x60maSk", 8);
    memcpy(longer + head + 8 + COMMENT + 4, bytes + head, n - head);
    scratch_file(&scratch, "train/cat/1.jpg", longer, n + 12 + COMMENT);
    data_close(opened(&c, SPLIT_TRAIN));
    free(bytes);
}

static void identify(char hex[HASH_HEX], const DataConfig *c)
{
    Err err;
    cr_assert(!data_identity(hex, c, SPLIT_TRAIN, &err), "%s", err.text);
}

Test(folder, identity_is_of_names_contents_and_size)
{
    DataConfig c = config();
    char       first[HASH_HEX], other[HASH_HEX];
    identify(first, &c);
    c.cache_mib = 0, c.bad_images = 3;
    identify(other, &c);
    cr_expect_str_eq(first, other);
    c.size = 16;
    identify(other, &c);
    cr_expect_str_neq(first, other);
    c.size = 8, c.channels = 1;
    identify(other, &c);
    cr_expect_str_neq(first, other);
    c.channels = 3;
    add_picture("train/cat/3.jpg", 31);
    identify(other, &c);
    cr_expect_str_neq(first, other);
    add_picture("train/cat/3.jpg", 30);
    identify(other, &c);
    cr_expect_str_eq(first, other);
}

static void batch_of(real *out, const DataConfig *c, bool augmented, uint64_t epoch)
{
    Augment augment = augment_defaults();
    Arena   a;
    Loader  l;
    Err     err;
    Data   *d = opened(c, SPLIT_TRAIN);
    arena_open(&a, "test", NULL, NULL);
    loader_open(&l, d, &(LoaderConfig){ .batch = 5, .augment = augmented ? &augment : NULL });
    Batch b = batch_new(&a, &l);
    for (int again = 0; again < 2; again++) /* the second time from memory */
        cr_assert(!loader_batch(&l, &b, epoch, 0, &err), "%s", err.text);
    memcpy(out, b.images, sizeof(real) * 5 * 3 * 8 * 8);
    loader_close(&l);
    arena_close(&a);
    data_close(d);
}

Test(folder, kept_in_memory_or_not_the_batch_is_the_same)
{
    real       one[5 * 192], two[5 * 192];
    DataConfig kept = config(), fresh = config();
    fresh.cache_mib = 0;
    for (int augmented = 0; augmented < 2; augmented++) {
        batch_of(one, &kept, augmented, 3);
        batch_of(two, &fresh, augmented, 3);
        cr_expect(!memcmp(one, two, sizeof one));
        double red = ((double)one[0] * 0.229 + 0.485) * 255;
        cr_expect(fabs(red - 10) < 1e-3, "red is %g, not 10", red);
    }
}

/* Fashion or scenes at another size: resized whole. */
Test(folder, any_set_can_be_seen_at_another_size)
{
    DataConfig c = data_defaults();
    Arena      a;
    Loader     l;
    Err        err;
    c.name = "scenes", c.train_count = 4, c.size = 32;
    Data *d = opened(&c, SPLIT_TRAIN);
    cr_assert(d->height == 32 && d->stored_height == 28);
    arena_open(&a, "test", NULL, NULL);
    loader_open(&l, d, &(LoaderConfig){ .batch = 4 });
    Batch b = batch_new(&a, &l);
    cr_assert(!loader_batch(&l, &b, 0, 0, &err), "%s", err.text);
    cr_expect(b.crops[3].height == 28 && isfinite((double)b.images[4 * 32 * 32 - 1]));
    loader_close(&l);
    arena_close(&a);
    data_close(d);
}
