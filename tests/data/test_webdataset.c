/* Tar shards made here: what is read from them, and what is refused. */
#include "core/base/file.h"
#include "core/data/tar.h"
#include "tests/data/pictures.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;
static Text    tar;
static char    root[80];

static void open_scratch(void)
{
    scratch_open(&scratch);
    strcpy(root, scratch.folder);
}

static void close_scratch(void)
{
    scratch_close(&scratch);
    text_free(&tar);
}

TestSuite(webdataset, .init = open_scratch, .fini = close_scratch);

static void add(const char *name, const char *text)
{
    tar_add(&tar, name, '0', text, strlen(text));
}

static void write_shard(const char *name)
{
    scratch_file(&scratch, name, text_get(&tar), tar.length);
    text_clear(&tar);
}

static void add_sample(const char *key, const char *ending, int shade, const char *label)
{
    char name[100];
    snprintf(name, sizeof name, "%s.%s", key, ending);
    tar_add_picture(&tar, name, shade);
    snprintf(name, sizeof name, "%s.cls", key);
    add(name, label);
}

static DataConfig config(void)
{
    DataConfig c = data_defaults();
    c.name = "webdataset", c.folder = root, c.size = 8;
    return c;
}

/* Two shards of train, three and one samples; one of val. */
static void write_set(void)
{
    tar_add(&tar, "a", '5', "", 0);
    add_sample("a/b.c/1", "jpg", 10, "2");
    add("a/b.c/1.seg.png", "no picture");
    add("a/b.c/1.json", "{}");
    add("__note__", "x"), add("__note.v1__", "x"), add("README", "x");
    add_sample("a/b.c/2", "JPEG", 20, "0\n");
    tar_add(&tar, "a/b.c/3.jpg", '2', "", 0);
    add_sample("z", "png", 30, "0\r\n");
    tar_end(&tar);
    write_shard("imagenet-train-0000.tar");
    add_sample("1", "jpg", 40, "1");
    tar_end(&tar);
    write_shard("imagenet-train-0001.tar");
    add_sample("1", "jpg", 50, "1");
    tar_end(&tar);
    write_shard("imagenet-validation-0.tar");
    scratch_file(&scratch, "imagenet-test-0.tar", "not even looked at", 18);
}

Test(webdataset, reads_samples_in_place)
{
    DataConfig c = config();
    Data      *d;
    Err        err;
    const int  labels[] = { 0, 1, 2, 0 }, shades[] = { 20, 40, 10, 30 };
    write_set();
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_assert(d->count == 4 && d->classes == 3);
    cr_expect_str_eq(d->class_names[2], "2");
    for (int i = 0; i < 4; i++)
        cr_expect(d->labels[i] == labels[i] && picture_shade(d, i) == shades[i], "%d", i);
    data_close(d);
    cr_assert(!data_open(&d, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect(d->count == 1 && d->classes == 3 && picture_shade(d, 0) == 50);
    data_close(d);
}

Test(webdataset, classes_have_names_where_they_are_given)
{
    DataConfig c = config();
    Data      *d;
    Err        err;
    write_set();
    scratch_file(&scratch, "classes.txt", "cat\ndog\r\ngray wolf\nyak\n", 23);
    cr_assert(!data_open(&d, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect(d->classes == 4);
    cr_expect_str_eq(d->class_names[1], "dog");
    cr_expect_str_eq(d->class_names[2], "gray wolf");
    data_close(d);
    scratch_file(&scratch, "classes.txt", "cat\ndog", 7);
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "a label is 2, expected 0..1");
    scratch_file(&scratch, "classes.txt", "cat\n\ndog", 8);
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "classes.txt:2: a class without a name");
}

Test(webdataset, shards_may_lie_in_folders_of_their_split)
{
    DataConfig c = config();
    Data      *d;
    Err        err;
    expect_open_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "no shard of train");
    scratch_folder(&scratch, "train");
    scratch_folder(&scratch, "test");
    add_sample("1", "jpg", 40, "1"), tar_end(&tar), write_shard("train/0.tar");
    add_sample("1", "jpg", 50, "1"), tar_end(&tar), write_shard("training.tar");
    expect_open_fails(&c, SPLIT_TEST, STATUS_MISSING, "no shard of val, validation or test");
    add_sample("1", "jpg", 60, "1"), tar_end(&tar), write_shard("test/0.tar");
    cr_assert(!data_open(&d, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect(d->count == 1 && picture_shade(d, 0) == 60);
    data_close(d);
}

/* Two members, or fewer, of a sample. */
static const struct { const char *names[2], *texts[2], *says; } wrong[] = {
    { { "k.jpg" }, { "x" }, "train.tar: sample k has no label (cls)" },
    { { "k.cls" }, { "1" }, "train.tar: sample k has no picture" },
    { { "k.jpg", "k.jpg" }, { "x", "y" }, "sample k has two members that are called the same" },
    { { "k.jpg", "k.JPG" }, { "x", "y" }, "sample k has two members that are called the same" },
    { { "k.jpg", "k.png" }, { "x", "y" }, "sample k has two pictures" },
    { { "k.jpg", "k.cls" }, { "x", "" }, "sample k has a cls that is no number" },
    { { "k.jpg", "k.cls" }, { "x", "cat" }, "sample k has a cls that is no number" },
    { { "k.jpg", "k.cls" }, { "x", "-1" }, "has a cls that is negative or over a million" },
    { { "k.jpg", "k.cls" }, { "x", "1048576" }, "has a cls that is negative or over a million" },
    { { "k.jpg", "k.cls" }, { "x", "1111111111111111111111111111111111" },
      "has a cls that is no number" },
    { { "k.jpg", "k.cls" }, { "GIF89a", "1" }, "train.tar/k.jpg: a GIF, expected a JPEG or a PNG" },
    { { "README" }, { "x" }, "0 samples" },
};

Test(webdataset, names_the_sample_that_is_wrong)
{
    DataConfig c = config();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (int k = 0; k < 2 && wrong[i].names[k]; k++) add(wrong[i].names[k], wrong[i].texts[k]);
        tar_end(&tar);
        write_shard("train.tar");
        add_sample("1", "jpg", 50, "1"), tar_end(&tar), write_shard("val.tar");
        expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, wrong[i].says);
    }
}

Test(webdataset, truncated_shard_is_refused_wherever_it_is_cut)
{
    DataConfig c = config();
    char      *whole;
    size_t     n;
    Err        err;
    write_set();
    cr_assert(!file_read(scratch_path(&scratch, "imagenet-train-0001.tar"), 1 << 20, &whole, &n,
                         &err));
    for (size_t cut = 0; cut < n - 1024; cut += 128) {
        scratch_file(&scratch, "imagenet-train-0001.tar", whole, cut);
        expect_open_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "0001.tar: no tar archive: ");
    }
    free(whole);
}

/* --- headers ------------------------------------------------------------- */

static TarMember first(Tar *t, Status want, const char *why)
{
    TarMember m = { 0 };
    Reader    r;
    Err       err = { 0 };
    reader_over(&r, text_get(&tar), tar.length, "x.tar");
    tar_start(t, &r);
    cr_expect_eq(tar_next(t, &m, &err), want, "%s", err.text);
    cr_expect(strstr(err.text, why), "%s, not %s", err.text, why);
    t->from = NULL;
    return m;
}

/* Change a field of the header at the start, and mend its checksum. */
static void patch(size_t at, const void *bytes, size_t n)
{
    unsigned sum = 0;
    memcpy(tar.s + at, bytes, n);
    memset(tar.s + 148, ' ', 8);
    for (int i = 0; i < 512; i++) sum += (unsigned char)tar.s[i];
    snprintf(tar.s + 148, 8, "%06o", sum);
}

Test(webdataset, long_names_and_sizes_stand_in_headers_in_front)
{
    static Tar t;
    char       name[300];
    memset(name, 'n', 299), name[299] = '\0';
    tar_add(&tar, "././@LongLink", 'L', name, 300);
    add("short", "abc");
    TarMember m = first(&t, STATUS_OK, "");
    cr_expect(m.is_file && m.size == 3 && m.at == 512 + 512 + 512 && !strcmp(m.name, name));

    text_clear(&tar);
    tar_add(&tar, "g", 'g', "19 comment=global\n\n", 19);
    tar_add(&tar, "x", 'x', "20 comment=anything\n14 path=a/b.c\n9 size=2\n", 43);
    add("short", "abc");
    m = first(&t, STATUS_OK, "");
    cr_expect(m.is_file && m.size == 2 && !strcmp(m.name, "a/b.c"), "%s", m.name);

    text_clear(&tar);
    add("name", "abc");
    patch(345, "folder", 6);
    m = first(&t, STATUS_OK, "");
    cr_expect(m.size == 3 && !strcmp(m.name, "folder/name"), "%s", m.name);
    patch(124, "\x80\0\0\0\0\0\0\0\0\0\0\2", 12);
    cr_expect(first(&t, STATUS_OK, "").size == 2);
}

static const struct { const char *pax, *says; } bad_pax[] = {
    { "14 path=a/b.c", "a pax header that is none" },
    { "99 path=a/b.c\n", "a pax header that is none" },
    { "99999999999999999999999 path=a\n", "a pax header that is none" },
    { "x path=a\n", "a pax header that is none" },
    { "7 path\n", "a pax header that is none" },
    { "3 =\n", "a pax header that is none" },
    { "12 size=-10\n", "no size" },
    { "10 size=x\n", "no size" },
    { "28 size=9223372036854775807\n", "a member that reaches beyond the end" },
    { "22 GNU.sparse.major=1\n", "a sparse file" },
};

Test(webdataset, headers_that_lie_are_refused)
{
    static Tar t;
    char       name[5000];
    for (size_t i = 0; i < sizeof bad_pax / sizeof *bad_pax; i++) {
        tar_add(&tar, "x", 'x', bad_pax[i].pax, strlen(bad_pax[i].pax));
        add("short", "abc");
        first(&t, STATUS_FORMAT, bad_pax[i].says);
        text_clear(&tar);
    }
    memset(name, 'n', sizeof name);
    tar_add(&tar, "././@LongLink", 'L', name, sizeof name);
    first(&t, STATUS_FORMAT, "x.tar: no tar archive: a name that is too long at byte 0");
    text_clear(&tar);

    add("name", "abc");
    tar.s[0] = 'm';
    first(&t, STATUS_FORMAT, "a wrong checksum");
    patch(124, "77777777777", 11);
    first(&t, STATUS_FORMAT, "a member that reaches beyond the end");
    patch(124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
    first(&t, STATUS_FORMAT, "no size");
    patch(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
    first(&t, STATUS_FORMAT, "no size");
    patch(124, "00000000009", 12);
    first(&t, STATUS_FORMAT, "no size");
    patch(124, "00000000003", 12);
    patch(156, "S", 1);
    first(&t, STATUS_FORMAT, "a sparse file");
}
