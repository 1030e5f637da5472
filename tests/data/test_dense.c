/* Photographs in COCO's layout, and what identifies annotated pictures. */
#define _POSIX_C_SOURCE 200809L /* setenv, truncate */
#include "core/base/file.h"
#include "core/data/exif.h"
#include "experiments/bench/jpeg_write.h"
#include "tests/data/annotations.h"
#include "tests/data/pictures.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(dense, .init = open_scratch, .fini = close_scratch);

/* --- COCO -------------------------------------------------------------------- */

/* Pictures of 20 x 20 and 25 x 25 (picture_write). */
#define IMAGES "{\"categories\": [{\"id\": 3, \"name\": \"cat\"}, " \
    "{\"id\": 8, \"name\": \"dog\"}], \"images\": [" \
    "{\"id\": 7, \"height\": 20, \"width\": 20, \"file_name\": \"b.jpg\"}, " \
    "{\"id\": 3, \"height\": 25, \"width\": 25, \"file_name\": \"a.jpg\"}, " \
    "{\"id\": 9, \"height\": 20, \"width\": 20, \"file_name\": \"c.jpg\"}], \"annotations\": ["
#define ROW(id, image, crowd, box, segmentation) \
    "{\"id\": " id ", \"image_id\": " image ", \"category_id\": 8, \"area\": 12, \"bbox\": " \
    "[" box "], \"iscrowd\": " crowd ", \"segmentation\": " segmentation "}"
#define SQUARE "[[1, 1, 1, 4, 5, 4, 5, 1]]"
#define TWO "[[0, 0, 0, 2, 2, 2, 2, 0], [3, 3, 3, 5, 5, 5, 5, 3]]"
#define RUNS "{\"size\": [20, 20], \"counts\": [21, 3, 17, 3, 356]}"

static const char good[] = IMAGES ROW("0", "7", "0", "1, 1, 4, 3", SQUARE) ", "
    ROW("1", "3", "0", "0, 0, 5, 5", TWO) ", " ROW("2", "7", "1", "1, 1, 2, 3", RUNS) ", "
    ROW("3", "9", "1", "1, 1, 2, 3", RUNS) ", " ROW("4", "7", "0", "1, 1, 2, 3", RUNS) "]}";

static void write_coco(const char *json)
{
    scratch_folder(&scratch, "annotations"), scratch_folder(&scratch, "train");
    scratch_folder(&scratch, "val2017");
    scratch_file(&scratch, "annotations/instances_train.json", json, strlen(json));
    scratch_file(&scratch, "annotations/instances_val2017.json", json, strlen(json));
    for (int i = 0; i < 2; i++) {
        const char *names[][3] = { { "train/a.jpg", "train/b.jpg", "train/c.jpg" },
                                   { "val2017/a.jpg", "val2017/b.jpg", "val2017/c.jpg" } };
        picture_write(&scratch, names[i][0], 50), picture_write(&scratch, names[i][1], 4);
        picture_write(&scratch, names[i][2], 6);
    }
}

Test(dense, coco_gives_instances_and_trains_without_crowds)
{
    write_coco(good);
    DenseConfig c = dense_in(&scratch, "coco");
    DenseData  *d = dense_opened(&c, SPLIT_TRAIN);
    Annotated   s;
    Err         err;
    annotated_open(&s);
    cr_assert(d->count == 2 && d->classes == 2 && !d->labels && d->channels == 3);
    cr_expect_str_eq(d->class_names[1], "dog");
    cr_assert(!dense_get(d, 0, &s, &err), "%s", err.text);
    cr_expect(s.id == 3 && s.count == 1 && s.image.height == 25 && !strcmp(s.file, "a.jpg"));
    cr_expect(s.instance[0].outline.parts == 2 && s.instance[0].class == 1);
    cr_assert(!dense_get(d, 1, &s, &err), "%s", err.text);
    cr_expect(s.id == 7 && s.index == 1 && s.count == 2 && s.image.pixels[0] == 4);
    cr_expect(s.instance[0].box[2] == 5 && s.instance[0].box[3] == 4 && s.instance[0].area == 12);
    cr_expect(!s.instance[1].outline.parts && rle_area(&s.instance[1].outline.runs) == 6);
    dense_close(d);

    c.test_count = 2;
    d = dense_opened(&c, SPLIT_TEST);
    cr_assert(d->count == 2);
    dense_close(d);
    c.test_count = 0;
    d = dense_opened(&c, SPLIT_TEST);
    cr_assert(d->count == 3 && !dense_get(d, 1, &s, &err));
    cr_expect(s.count == 3 && s.instance[1].crowd && !s.instance[2].crowd);
    annotated_close(&s);
    dense_close(d);
}

static const struct {
    const char *json, *says;
    Status      status;
} wrong[] = {
    { IMAGES ROW("0", "7", "0", "1, 1, 4, 3", "[[1, 1, 2, 2]]") "]}", "a polygon of 4 numbers",
      STATUS_FORMAT },
    { IMAGES ROW("0", "7", "0", "1, 1, NaN, 3", SQUARE) "]}", "instances_train.json",
      STATUS_FORMAT },
    { IMAGES ROW("0", "7", "0", "1, 1, 1e999, 3", SQUARE) "]}", "bbox", STATUS_FORMAT },
    { IMAGES ROW("\"0\"", "7", "0", "1, 1, 4, 3", SQUARE) "]}", "id: expected a whole number",
      STATUS_FORMAT },
    { IMAGES ROW("0", "7", "0", "1, 1, 4, 3", "[]") "]}", "segmentation", STATUS_FORMAT },
    { IMAGES ROW("0", "8", "0", "1, 1, 4, 3", SQUARE) "]}", "image_id: 8", STATUS_FORMAT },
    { IMAGES ROW("0", "7", "1", "1, 1, 4, 3", SQUARE) "]}", "no picture has an instance",
      STATUS_FORMAT },
    { IMAGES "]}", "no picture has an instance", STATUS_FORMAT },
    { "{\"categories\": [{\"id\": 1}], \"annotations\": [], \"images\": [{\"id\": 1, \"height\": "
      "20, \"width\": 20, \"file_name\": \"../train/b.jpg\"}]}", "id 1: file_name: ../train/b.jpg "
      "is not below", STATUS_FORMAT },
    { "{\"categories\": [{\"id\": 1}], \"annotations\": [], \"images\": [{\"id\": 1, \"height\": "
      "20, \"width\": 20}]}", "file_name: there is none", STATUS_FORMAT },
    { "{\"categories\": [{\"id\": 1}], \"annotations\": [], \"images\": [{\"id\": 1, \"height\": "
      "20, \"width\": 20, \"file_name\": \"d.jpg\"}]}", "train/d.jpg is listed, but not there",
      STATUS_MISSING },
};
enum { N_WRONG = sizeof wrong / sizeof *wrong };

Test(dense, coco_that_is_wrong_is_refused_by_name)
{
    DenseConfig c = dense_in(&scratch, "coco");
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "instances_train2017.json");
    for (int i = 0; i < N_WRONG; i++) {
        write_coco(wrong[i].json);
        expect_dense_fails(&c, SPLIT_TRAIN, wrong[i].status, wrong[i].says);
    }
    write_coco(good);
    cr_assert(!remove(scratch_path(&scratch, "train/a.jpg")));
    cr_assert(!remove(scratch_path(&scratch, "train/c.jpg")));
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_MISSING,
                 "2 pictures of 3 are wrong or missing, the first");
    cr_assert(!remove(scratch_path(&scratch, "annotations/instances_train.json")));
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_MISSING, "instances_train2017.json");
    c.name = "cocoa";
    expect_dense_fails(&c, SPLIT_TRAIN, STATUS_CONFIG, "did you mean 'coco'");
}

#define CATEGORY(id, name) "{\"id\": " id ", \"name\": \"" name "\"}"

static const struct { const char *categories, *says; } others[] = {
    { CATEGORY("8", "cat") ", " CATEGORY("3", "dog"),
      "instances_val2017.json: category 1 by id is 'dog', expected 'cat'" },
    { CATEGORY("3", "cat") ", " CATEGORY("5", "cow") ", " CATEGORY("8", "dog"),
      "instances_val2017.json: category 2 by id is 'cow', expected 'dog'" },
    { CATEGORY("3", "cat") ", " CATEGORY("8", "dog") ", " CATEGORY("9", "cow"),
      "instances_val2017.json: category 'cow' is not in the file of the train split" },
    { CATEGORY("3", "cat"), "instances_val2017.json: no category 'dog', expected the same 2" },
    { CATEGORY("8", "dog"), "instances_val2017.json: category 1 by id is 'dog'" },
    { CATEGORY("8", "dog") ", " CATEGORY("7", "cat"), NULL }, /* the same, of other ids */
};
enum { N_OTHERS = sizeof others / sizeof *others };

Test(dense, coco_whose_splits_have_other_classes_is_refused_by_class)
{
    DenseConfig c = dense_in(&scratch, "coco");
    write_coco(good);
    DenseData *train = dense_opened(&c, SPLIT_TRAIN);
    for (int i = 0; i < N_OTHERS; i++) {
        char json[400];
        Err  err = { 0 };
        snprintf(json, sizeof json, "{\"categories\": [%s], \"annotations\": [], \"images\": "
                 "[{\"id\": 1, \"height\": 20, \"width\": 20, \"file_name\": \"b.jpg\"}]}",
                 others[i].categories);
        scratch_file(&scratch, "annotations/instances_val2017.json", json, strlen(json));
        DenseData *test = dense_opened(&c, SPLIT_TEST);
        Status     got = dense_same_classes(train, test, &err);
        cr_expect(got == (others[i].says ? STATUS_FORMAT : STATUS_OK), "%d: %s", i, err.text);
        if (others[i].says) cr_expect(strstr(err.text, others[i].says), "%s", err.text);
        dense_close(test);
    }
    dense_close(train);
}

Test(dense, coco_that_is_cut_off_is_refused_wherever)
{
    DenseConfig c = dense_in(&scratch, "coco");
    write_coco(good);
    for (size_t cut = 0; cut < sizeof good - 1; cut += 7) {
        scratch_file(&scratch, "annotations/instances_train.json", good, cut);
        expect_dense_fails(&c, SPLIT_TRAIN, STATUS_FORMAT, "instances_train.json");
    }
}

Test(dense, a_picture_of_another_size_is_refused_when_it_is_read)
{
    write_coco(good);
    picture_write(&scratch, "train/b.jpg", 80);
    DenseConfig c = dense_in(&scratch, "coco");
    DenseData  *d = dense_opened(&c, SPLIT_TRAIN);
    Annotated   s;
    Err         err;
    annotated_open(&s);
    cr_expect(dense_get(d, 1, &s, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "train/b.jpg: a picture of 28 x 28"), "%s", err.text);
    scratch_file(&scratch, "train/b.jpg", "x", 1);
    cr_expect(dense_get(d, 1, &s, &err) == STATUS_FORMAT && strstr(err.text, "b.jpg"));
    cr_expect(!dense_get(d, 0, &s, &err) && s.count == 1, "the sample is as good as new");
    annotated_close(&s);
    dense_close(d);
}

Test(dense, identities_tell_files_apart)
{
    char        hex[5][HASH_HEX];
    DenseConfig c = dense_in(&scratch, "coco"), other = dense_defaults();
    write_coco(good);
    dense_identified(hex[0], &c, SPLIT_TRAIN);
    dense_identified(hex[1], &c, SPLIT_TEST);
    picture_write(&scratch, "train/b.jpg", 5);
    dense_identified(hex[2], &c, SPLIT_TRAIN);
    dense_identified(hex[3], &other, SPLIT_TRAIN);
    c.train_count = 1;
    dense_identified(hex[4], &c, SPLIT_TRAIN);
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < i; k++) cr_expect_str_neq(hex[i], hex[k], "%d %d", i, k);
    c.train_count = 2; /* all there are */
    dense_identified(hex[4], &c, SPLIT_TRAIN);
    cr_expect_str_eq(hex[4], hex[2]);
    other.scenes.texture = 0.25;
    dense_identified(hex[0], &other, SPLIT_TRAIN);
    cr_expect_str_neq(hex[0], hex[3]);
}

/* As if they had been there for long. */
static void keep_another_identity(const DenseConfig *c, const char *other)
{
    char       hex[HASH_HEX];
    Stamp      s;
    Err        err;
    DenseData *d = dense_opened(c, SPLIT_TRAIN);
    cr_assert(!dense_stamp(&s, d, &err), "%s", err.text);
    stamp_end(&s, hex);
    s.newest -= 1000;
    seen_keep(other, &s, hex);
    dense_close(d);
}

Test(dense, what_is_known_of_large_sets_is_not_read_again, .timeout = 60)
{
    enum { LARGE = 40 << 20 }; /* two of them are worth it */
    static const char other[] = "0123456789abcdef0123456789abcdef";
    char              cache[160], hex[2][HASH_HEX];
    DenseConfig       c = dense_in(&scratch, "coco");
    snprintf(cache, sizeof cache, "%s/cache", scratch.folder);
    setenv("MASKGRID_CACHE", cache, 1);
    write_coco(good);
    cr_assert(!truncate(scratch_path(&scratch, "train/a.jpg"), LARGE));
    cr_assert(!truncate(scratch_path(&scratch, "train/b.jpg"), LARGE));
    dense_identified(hex[0], &c, SPLIT_TRAIN);
    keep_another_identity(&c, other);
    dense_identified(hex[1], &c, SPLIT_TRAIN);
    cr_expect_str_eq(hex[1], other);
    write_coco(good); /* the same bytes, but who knows */
    cr_assert(!truncate(scratch_path(&scratch, "train/a.jpg"), LARGE));
    cr_assert(!truncate(scratch_path(&scratch, "train/b.jpg"), LARGE));
    dense_identified(hex[1], &c, SPLIT_TRAIN);
    cr_expect_str_eq(hex[1], hex[0]);
}

/* --- which way up ------------------------------------------------------------ */

/* Behind the first two bytes of a JPEG: one entry of EXIF data, high byte first. */
static size_t with_orientation(char *out, const char *jpeg, size_t n, int orientation)
{
    char segment[] = "\xff\xe1\0\x22" "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0"
                     "\x01\0\0\0\0\0\0\0\0";
    enum { SEGMENT = 36, AT = 29 };
    segment[AT] = (char)orientation;
    memcpy(out, jpeg, 2), memcpy(out + 2, segment, SEGMENT);
    memcpy(out + 2 + SEGMENT, jpeg + 2, n - 2);
    return n + SEGMENT;
}

/* Of the letter F, two rows of three as it is stored: EXIF's own words for what its first
 * row and column are. */
Test(dense, pictures_are_turned_upright)
{
    static const char *const upright[] = { "abcdef", "cbafed", "fedcba", "defabc",
                                           "adbecf", "daebfc", "fcebda", "cfbead" };
    Image m = { 0 }, scratch_image = { 0 };
    for (int o = 1; o <= 8; o++) {
        image_size(&m, 2, 3, 1);
        memcpy(m.pixels, "abcdef", 6);
        exif_turn(&m, o, &scratch_image);
        cr_expect(!memcmp(m.pixels, upright[o - 1], 6), "%d: %.6s", o, (char *)m.pixels);
        cr_expect(m.height == (o < 5 ? 2 : 3) && m.width == (o < 5 ? 3 : 2));
    }
    image_free(&m), image_free(&scratch_image);
}

Test(dense, coco_applies_the_orientation_of_photographs)
{
    static const char json[] = "{\"categories\": [{\"id\": 1}], \"images\": [{\"id\": 1, "
        "\"height\": 24, \"width\": 16, \"file_name\": \"b.jpg\"}], \"annotations\": [{\"id\": 1, "
        "\"image_id\": 1, \"category_id\": 1, \"area\": 1, \"bbox\": [0, 0, 8, 8], "
        "\"segmentation\": " SQUARE "}]}";
    uint8_t rgb[16 * 24 * 3] = { 0 };
    char   *bytes, turned[8192];
    size_t  n;
    Err     err;
    write_coco(json);
    for (int i = 0; i < 16 * 12; i++) memset(rgb + 3 * (i / 12 * 24 + i % 12), 255, 3);
    const char *path = scratch_path(&scratch, "train/b.jpg");
    cr_assert(!jpeg_write(path, rgb, 24, 16, 95, &err), "%s", err.text);
    cr_assert(!file_read(path, 8000, &bytes, &n, &err), "%s", err.text);
    for (int o = 0; o < 256; o++) {
        size_t all = with_orientation(turned, bytes, n, o);
        cr_expect(exif_orientation(turned, all) == (o >= 1 && o <= 8 ? o : 1), "%d", o);
    }
    for (size_t cut = 0; cut < 60; cut++) cr_expect(exif_orientation(turned, cut) == 1);
    scratch_file(&scratch, "train/b.jpg", turned, with_orientation(turned, bytes, n, 6));
    free(bytes);

    DenseConfig c = dense_in(&scratch, "coco");
    DenseData  *d = dense_opened(&c, SPLIT_TRAIN);
    Annotated   s;
    annotated_open(&s);
    cr_assert(!dense_get(d, 0, &s, &err), "%s", err.text);
    cr_assert(s.image.height == 24 && s.image.width == 16);
    cr_expect(s.image.pixels[0] > 200 && s.image.pixels[3 * 15] > 200, "its left is above");
    cr_expect(s.image.pixels[3 * 16 * 20] < 50, "its right is below");
    annotated_close(&s);
    dense_close(d);
}
