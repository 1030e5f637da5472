/* A flat val/ and the list that says what is what. */
#include "tests/data/pictures.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;
static char    root[80];

/* train/ has cat and dog, val/ three pictures of shades 10, 20, 30. */
static void open_scratch(void)
{
    scratch_open(&scratch);
    strcpy(root, scratch.folder);
    scratch_folder(&scratch, "train/cat"), scratch_folder(&scratch, "train/dog");
    scratch_folder(&scratch, "val");
    picture_write(&scratch, "train/cat/1.jpg", 1), picture_write(&scratch, "train/dog/1.jpg", 2);
    picture_write(&scratch, "val/a.JPEG", 10), picture_write(&scratch, "val/b b.JPEG", 20);
    picture_write(&scratch, "val/c.JPEG", 30);
}

static void close_scratch(void) { scratch_close(&scratch); }
TestSuite(list, .init = open_scratch, .fini = close_scratch);

static DataConfig config(void)
{
    DataConfig c = data_defaults();
    c.name = "folder", c.folder = root, c.size = 8;
    return c;
}

static void write_list(const char *text) { scratch_file(&scratch, "val.txt", text, strlen(text)); }

/* Both kinds of lines, and all ways to name a class: c is a cat, a and b are dogs. */
static void expect_right(const DataConfig *c)
{
    Data *d;
    Err   err;
    cr_assert(!data_open(&d, c, SPLIT_TEST, &err), "%s", err.text);
    const int labels[] = { 0, 1, 1 }, shades[] = { 30, 10, 20 };
    cr_expect(d->count == 3 && d->classes == 2);
    for (int i = 0; i < 3; i++)
        cr_expect(d->labels[i] == labels[i] && picture_shade(d, i) == shades[i], "%d", i);
    data_close(d);
}

Test(list, tells_classes_by_name_or_rank)
{
    DataConfig c = config();
    write_list("a.JPEG dog\nval/b b.JPEG\tdog\r\n\nc.JPEG cat");
    expect_right(&c);
    write_list("\xef\xbb\xbf" "a.JPEG dog\nb b.JPEG dog\nc.JPEG cat\n");
    expect_right(&c);
    write_list("c.JPEG 0\na.JPEG 1\n b b.JPEG  1 \n");
    expect_right(&c);
    write_list("dog\ndog\ncat\n");
    expect_right(&c);
    scratch_file(&scratch, "other.lst", "dog\ndog\ncat\n", 12);
    remove(scratch_path(&scratch, "val.txt"));
    c.list = "other.lst";
    expect_right(&c);
    c.list = scratch_path(&scratch, "other.lst");
    expect_right(&c);
}

static const struct { const char *text, *says; } wrong[] = {
    { "", "val.txt: empty" },
    { "a.JPEG dog\nb b.JPEG wolf\n", "val.txt:2: wolf is no class of train/" },
    { "a.JPEG dog\nb b.JPEG 1\n", "val.txt:2: 1 is no class of train/" },
    { "a.JPEG 2\n", "val.txt:1: class 2, expected 0..1" },
    { "a.JPEG -1\n", "val.txt:1: class -1, expected 0..1" },
    { "a.JPEG 1\na.JPEG 0\n", "val.txt:2: a.JPEG: is named twice" },
    { "../train/cat/1.jpg cat\n", "val.txt:1: ../train/cat/1.jpg: a picture outside of val/" },
    { "x/../../y.jpg cat\n", "a picture outside of val/" },
    { "val//etc/x.jpg cat\n", "a picture outside of val/" },
    { "/etc/passwd cat\n", "a picture outside of val/" },
    { "490\n361\n171\n", "val.txt:1: 490: a number without a picture" },
    { "dog\ncat\n", "has 2 classes for the 3 pictures of" },
    { "dog\na.JPEG cat\ndog\n", "val.txt:2: a.JPEG: a picture, where other lines have none" },
    { "a.JPEG cat\ndog\n", "val.txt:2: dog: a line without a picture" },
    { "gone.JPEG cat\na.JPEG cat\n", "val/gone.JPEG: No such file" },
};

Test(list, says_which_line_is_wrong)
{
    DataConfig c = config();
    expect_open_fails(&c, SPLIT_TEST, STATUS_FORMAT, "no folder of a class, and no ");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_list(wrong[i].text);
        expect_open_fails(&c, SPLIT_TEST, STATUS_FORMAT, wrong[i].says);
    }
    scratch_file(&scratch, "val.txt", "a.JPEG\0cat", 10);
    expect_open_fails(&c, SPLIT_TEST, STATUS_FORMAT, "val.txt: no text, it has a NUL");
    c.list = "gone.txt";
    expect_open_fails(&c, SPLIT_TEST, STATUS_MISSING, "gone.txt");
}

Test(list, labels_are_of_the_identity)
{
    char       first[HASH_HEX], other[HASH_HEX];
    DataConfig c = config();
    Err        err;
    write_list("dog\ndog\ncat\n");
    cr_assert(!data_identity(first, &c, SPLIT_TEST, &err), "%s", err.text);
    write_list("c.JPEG 0\na.JPEG 1\nb b.JPEG 1\n");
    cr_assert(!data_identity(other, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect_str_eq(first, other);
    write_list("c.JPEG 1\na.JPEG 1\nb b.JPEG 1\n");
    cr_assert(!data_identity(other, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect_str_neq(first, other);
}
