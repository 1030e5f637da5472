/* Photographs with label maps: ADE20K's folders, VOC's lists and colours. */
#include "experiments/figures/png.h"
#include "tests/data/annotations.h"
#include "tests/data/pictures.h"
#include "tests/data/png_labels.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(dense_maps, .init = open_scratch, .fini = close_scratch);

enum { SIDE = 20 };

static void write_map(const char *name, int side, int other, int palette)
{
    uint16_t label[SIDE * SIDE];
    for (int i = 0; i < side * side; i++) label[i] = (uint16_t)(i % 3);
    label[5] = (uint16_t)other, label[6] = 255;
    label_map_write(&scratch, name, label, side, side, 8, palette, 0);
}

static void write_folders(void)
{
    scratch_folder(&scratch, "images/training"), scratch_folder(&scratch, "images/val");
    scratch_folder(&scratch, "annotations/training"), scratch_folder(&scratch, "annotations/val");
    picture_write(&scratch, "images/training/y.1.jpg", 4);
    picture_write(&scratch, "images/training/x.jpg", 5);
    picture_write(&scratch, "images/val/z.png", 6);
    write_map("annotations/training/y.1.png", SIDE, 3, 0);
    write_map("annotations/training/x.png", SIDE, 2, 1);
    write_map("annotations/val/z.png", SIDE, 3, 0);
}

Test(dense_maps, stand_beside_their_pictures)
{
    DenseConfig c = dense_in(&scratch, "label-maps");
    Annotated   s;
    Err         err;
    write_folders();
    annotated_open(&s);
    for (int reduce = 0; reduce < 2; reduce++) {
        c.classes = 4 - reduce, c.reduce_zero = reduce;
        DenseData *d = dense_opened(&c, SPLIT_TRAIN);
        cr_assert(d->count == 2 && d->labels == c.classes && !d->classes);
        cr_expect_str_eq(d->label_names[2], "2");
        cr_assert(!dense_get(d, 1, &s, &err), "%s", err.text);
        cr_expect(s.image.pixels[0] == 4 && !strcmp(s.file, "images/training/y.1.jpg"));
        for (int i = 0; i < SIDE * SIDE; i++) {
            int want = i == 5 ? 3 : i == 6 ? LABEL_IGNORED : i % 3;
            if (want != LABEL_IGNORED) want = want - reduce < 0 ? LABEL_IGNORED : want - reduce;
            cr_expect(s.labels.label[i] == want, "%d: %d", i, s.labels.label[i]);
        }
        dense_close(d);
    }
    DenseData *d = dense_opened(&c, SPLIT_TEST);
    cr_expect(d->count == 1 && !dense_get(d, 0, &s, &err) && s.labels.label[5] == 2);
    dense_close(d);
    annotated_close(&s);
}

/* One picture may have none that counts, a split may not. */
Test(dense_maps, of_which_nothing_counts_are_refused)
{
    static const uint16_t zero[SIDE * SIDE];
    DenseConfig c = dense_in(&scratch, "label-maps");
    Err         err;
    write_folders();
    c.classes = 4, c.reduce_zero = true;
    label_map_write(&scratch, "annotations/training/x.png", zero, SIDE, SIDE, 8, 0, 0);
    label_map_write(&scratch, "annotations/val/z.png", zero, SIDE, SIDE, 8, 0, 0);
    for (int split = SPLIT_TRAIN; split <= SPLIT_TEST; split++) {
        DenseData *d = dense_opened(&c, (Split)split);
        Status     bad = dense_has_labels(d, &c, &err);
        cr_expect_eq(bad, split == SPLIT_TRAIN ? STATUS_OK : STATUS_FORMAT, "%d", split);
        dense_close(d);
    }
    cr_expect(strstr(err.text, scratch.folder) == err.text &&
              strstr(err.text, "to test on counts: all are 255 or, left out by reduce-zero, 0"),
              "%s", err.text);
    c.reduce_zero = false;
    DenseData *d = dense_opened(&c, SPLIT_TEST);
    cr_expect(!dense_has_labels(d, &c, &err), "label 0 is a class");
    scratch_file(&scratch, "annotations/val/z.png", "x", 1);
    cr_expect(dense_has_labels(d, &c, &err) == STATUS_FORMAT && strstr(err.text, "no PNG"));
    dense_close(d);
}

Test(dense_maps, that_are_wrong_are_refused_by_name)
{
    DenseConfig c = dense_in(&scratch, "label-maps");
    Annotated   s;
    Err         err;
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "no images/training");
    write_folders();
    c.classes = 3;
    DenseData *d = dense_opened(&c, SPLIT_TRAIN);
    annotated_open(&s);
    cr_expect(dense_get(d, 1, &s, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "y.1.png: row 0, column 5: label 3, of 3 classes"), "%s", err.text);
    write_map("annotations/training/x.png", SIDE - 1, 2, 0);
    cr_expect(dense_get(d, 0, &s, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "a label map of 19 x 19 for a picture of 20 x 20"), "%s", err.text);
    scratch_file(&scratch, "annotations/training/x.png", "x", 1);
    cr_expect(dense_get(d, 0, &s, &err) == STATUS_FORMAT && strstr(err.text, "x.png: no PNG"));
    annotated_close(&s);
    dense_close(d);
    cr_assert(!remove(scratch_path(&scratch, "annotations/training/x.png")));
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "annotations/training/x.png is missing");
    c.classes = 300;
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_CONFIG, "ignore is 255, expected a label that");
    c.classes = 1;
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_CONFIG, "classes is 1");
    c.folder = NULL;
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "no folder is given");
}

#define HEADINGS "Idx\tRatio\tTrain\tVal\tName\n"

Test(dense_maps, are_called_as_ade20k_says)
{
    static const char names[] = HEADINGS "1\t0.1576\t11664\t1172\twall\r\n"
                                "3\t0.05\t1\t2\t0\tchest of drawers , bureau;dresser\n";
    static const struct { const char *line, *says; } bad[] = {
        { "4\t0.1\t1\t1\tsky\n",
          "objectInfo150.txt: row 1: label 4, the 3 classes are labels 1..3" },
        { "0\t0.1\t1\t1\tsky\n", "label 0" }, { "1.5\tsky\n", "label 1.5" },
        { "nan\tsky\n", "expected a label's number" }, { "1e99\tsky\n", "label 1e+99" },
        { "1\t0.1\t1\t1\t, sky\n", "label 1 has no name" }, { "1\n", "label 1 has no name" },
        { "sky\n", "sky: expected a label's number" },
    };
    char        hex[2][HASH_HEX];
    DenseConfig c = dense_in(&scratch, "label-maps");
    write_folders();
    c.classes = 3, c.reduce_zero = true;
    dense_identified(hex[0], &c, SPLIT_TRAIN);
    scratch_file(&scratch, "objectInfo150.txt", names, sizeof names - 1);
    dense_identified(hex[1], &c, SPLIT_TRAIN);
    cr_expect_str_neq(hex[0], hex[1]);
    DenseData *d = dense_opened(&c, SPLIT_TEST);
    cr_expect_str_eq(d->label_names[0], "wall");
    cr_expect_str_eq(d->label_names[1], "1", "nobody says");
    cr_expect_str_eq(d->label_names[2], "chest of drawers");
    dense_close(d);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[128];
        int  n = snprintf(text, sizeof text, HEADINGS "%s", bad[i].line);
        scratch_file(&scratch, "objectInfo150.txt", text, (size_t)n);
        expect_dense_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, bad[i].says);
    }
    scratch_file(&scratch, "objectInfo150.txt", "Idx\0\n", 5);
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "no text");
    scratch_file(&scratch, "objectInfo150.txt", "", 0);
    dense_close(dense_opened(&c, SPLIT_TRAIN));
}

/* The first colours of VOC's own table, and the last; 255 is its border. */
static const uint8_t voc[][3] = {
    { 0, 0, 0 }, { 128, 0, 0 }, { 0, 128, 0 }, { 128, 128, 0 }, { 0, 0, 128 }, { 128, 0, 128 },
    { 0, 128, 128 }, { 128, 128, 128 }, { 64, 0, 0 }, { 192, 0, 0 }, { 64, 128, 0 },
    { 192, 128, 0 }, { 64, 0, 128 }, { 192, 0, 128 }, { 64, 128, 128 }, { 192, 128, 128 },
    { 0, 64, 0 }, { 128, 64, 0 }, { 0, 192, 0 }, { 128, 192, 0 }, { 0, 64, 128 },
    { 224, 224, 192 },
};
enum { COLOURS = sizeof voc / sizeof *voc };

Test(dense_maps, voc_may_be_in_its_colours)
{
    static uint8_t rgb[SIDE * SIDE * 3];
    DenseConfig    c = dense_in(&scratch, "label-maps");
    Annotated      s;
    Err            err;
    scratch_folder(&scratch, "JPEGImages"), scratch_folder(&scratch, "SegmentationClass");
    scratch_folder(&scratch, "ImageSets/Segmentation");
    scratch_file(&scratch, "ImageSets/Segmentation/train.txt", "a\r\nb\r\n", 6);
    picture_write(&scratch, "JPEGImages/a.jpg", 5), picture_write(&scratch, "JPEGImages/b.jpg", 6);
    write_map("SegmentationClass/b.png", SIDE, 20, 1);
    for (int i = 0; i < SIDE * SIDE; i++) memcpy(rgb + 3 * i, voc[i % COLOURS], 3);
    const char *path = scratch_path(&scratch, "SegmentationClass/a.png");
    cr_assert(!png_write(path, rgb, SIDE, SIDE, &err), "%s", err.text);

    DenseData *d = dense_opened(&c, SPLIT_TRAIN);
    annotated_open(&s);
    cr_assert(d->count == 2 && d->labels == 21);
    cr_expect_str_eq(d->label_names[15], "person");
    cr_assert(!dense_get(d, 0, &s, &err), "%s", err.text);
    for (int i = 0; i < SIDE * SIDE; i++) {
        int want = i % COLOURS == 21 ? LABEL_IGNORED : i % COLOURS;
        cr_expect(s.labels.label[i] == want, "%d: %d", i, s.labels.label[i]);
    }
    cr_assert(!dense_get(d, 1, &s, &err) && s.labels.label[5] == 20, "%s", err.text);
    rgb[3 * 44] = 1;
    path = scratch_path(&scratch, "SegmentationClass/a.png");
    cr_assert(!png_write(path, rgb, SIDE, SIDE, &err));
    cr_expect(dense_get(d, 0, &s, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "row 2, column 4: 1 0 0 is no colour"), "%s", err.text);
    annotated_close(&s);
    dense_close(d);
    scratch_file(&scratch, "ImageSets/Segmentation/train.txt", "a\n../b\n", 7);
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "../b is no name of a picture");
    scratch_file(&scratch, "ImageSets/Segmentation/train.txt", "a\nq\n", 4);
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "JPEGImages/q.jpg is missing");
}
