/* What the doctor finds in data sets that are made here. */
#include "core/base/file.h"
#include "experiments/cli/cli.h"
#include "experiments/doctor/doctor.h"
#include "tests/data/pictures.h"
#include "tests/data/png_labels.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;
static char    root[80];

static void copy(const char *from, const char *to)
{
    char  *bytes;
    size_t n;
    Err    err;
    cr_assert(!file_read(scratch_path(&scratch, from), 1 << 20, &bytes, &n, &err));
    scratch_file(&scratch, to, bytes, n);
    free(bytes);
}

/* Cats and dogs, two and one to train on, one each in val. */
static void open_scratch(void)
{
    scratch_open(&scratch);
    strcpy(root, scratch.folder);
    scratch_folder(&scratch, "train/cat"), scratch_folder(&scratch, "train/dog");
    scratch_folder(&scratch, "val/cat"), scratch_folder(&scratch, "val/dog");
    picture_write(&scratch, "train/cat/1.jpg", 10), picture_write(&scratch, "train/cat/2.jpg", 20);
    picture_write(&scratch, "train/dog/1.jpg", 30), picture_write(&scratch, "val/cat/1.jpg", 40);
    picture_write(&scratch, "val/dog/1.jpg", 50);
}

static void close_scratch(void) { scratch_close(&scratch); }
TestSuite(doctor, .init = open_scratch, .fini = close_scratch);

static Text look(const char *subject, const char *set, int complaints)
{
    Section s;
    Err     err;
    Text    out = { 0 };
    cr_assert(!doctor_data(&s, subject, set, &err), "%s", err.text);
    section_print(&s, 0, &out);
    cr_expect(s.n == complaints, "%d complaints:\n%s", s.n, text_get(&out));
    section_close(&s);
    return out;
}

static void expect_found(int complaints, const char *what)
{
    Text out = look(root, NULL, complaints);
    cr_expect(strstr(text_get(&out), what), "no '%s' in\n%s", what, text_get(&out));
    text_free(&out);
}

Test(doctor, finds_nothing_wrong_with_what_is_right)
{
    expect_found(0, "nothing is wrong");
    expect_found(0, "train                             3          0          0\n");
    expect_found(0, "cat                               2          1\n");
}

Test(doctor, names_what_cannot_be_read)
{
    char  *bytes;
    size_t n;
    Err    err;
    scratch_file(&scratch, "val/dog/2.jpg", "GIF89a", 6);
    expect_found(1, "val/dog/2.jpg: a GIF, expected a JPEG or a PNG\n  1 thing is wrong");
    cr_assert(!file_read(scratch_path(&scratch, "train/cat/2.jpg"), 1 << 20, &bytes, &n, &err));
    memset(bytes + 41, 0x55, 8); /* whole at both ends: seen only when decoded */
    scratch_file(&scratch, "train/cat/3.jpg", bytes, n);
    free(bytes);
    expect_found(2, "train/cat/3.jpg: PNG: ");
    expect_found(2, "train                             3          1          0\n");
}

Test(doctor, finds_pictures_that_are_there_twice)
{
    copy("train/cat/1.jpg", "train/cat/7.jpg"); /* a copy is told, but not wrong */
    expect_found(0, "train                             4          0          1\n");
    copy("train/cat/1.jpg", "val/cat/7.jpg");
    expect_found(1, "val/cat/7.jpg is ");
    expect_found(1, "train/cat/1.jpg, the same file\n");
    char  *bytes;
    size_t n;
    Err    err;
    cr_assert(!file_read(scratch_path(&scratch, "val/cat/7.jpg"), 1 << 20, &bytes, &n, &err));
    bytes = realloc(bytes, n + 1), bytes[n] = 'x';
    scratch_file(&scratch, "val/cat/7.jpg", bytes, n + 1);
    free(bytes);
    expect_found(1, "train/cat/1.jpg, the same pixels\n");
}

Test(doctor, finds_a_picture_of_two_classes)
{
    copy("train/cat/1.jpg", "train/dog/7.jpg");
    expect_found(1, "train/dog/7.jpg (dog) is ");
    expect_found(1, "train/cat/1.jpg (cat), the same file\n");
}

Test(doctor, compares_the_classes_of_both_splits)
{
    remove(scratch_path(&scratch, "val/dog/1.jpg"));
    expect_found(1, "val: no picture of class dog");
    scratch_folder(&scratch, "val/wolf"), scratch_folder(&scratch, "val/yak");
    expect_found(1, "val: classes that are not in train/: wolf, yak");
}

Test(doctor, tells_a_set_by_its_files)
{
    static const char head[] = "\0\0\x8\3\0\0\0\1\0\0\0\34\0\0\0\34";
    static char       pictures[16 + 784];
    Section           s;
    Err               err;
    memcpy(pictures, head, 16);
    scratch_folder(&scratch, "kmnist");
    for (int i = 0; i < 2; i++) {
        char name[64];
        pictures[20] = (char)i;
        snprintf(name, sizeof name, "kmnist/%s-images-idx3-ubyte", i ? "t10k" : "train");
        scratch_file(&scratch, name, pictures, sizeof pictures);
        snprintf(name, sizeof name, "kmnist/%s-labels-idx1-ubyte", i ? "t10k" : "train");
        scratch_file(&scratch, name, "\0\0\x8\1\0\0\0\1\2", 9);
    }
    Text out = look(scratch_path(&scratch, "kmnist"), NULL, 18); /* classes without pictures */
    cr_expect(strstr(text_get(&out), "set                      kmnist"), "%s", text_get(&out));
    text_free(&out);
    char other[200];
    snprintf(other, sizeof other, "%s/other", root);
    rename(scratch_path(&scratch, "kmnist"), other);
    cr_expect_eq(doctor_data(&s, other, NULL, &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "could be fashion-mnist, mnist, kmnist; say which"), "%s",
              err.text);
    out = look(other, "mnist", 18);
    text_free(&out);
    cr_expect_eq(doctor_data(&s, scratch_path(&scratch, "train"), NULL, &err), STATUS_MISSING);
    cr_expect_eq(doctor_data(&s, "no-such-set", NULL, &err), STATUS_MISSING);
}

/* Three pictures, of which the second is one of train, too. */
Test(doctor, looks_at_unlabelled_pictures)
{
    enum { STL = 3 * 96 * 96 };
    static char pictures[3 * STL];
    for (int i = 0; i < 3; i++) memset(pictures + i * STL, 10 * i + 5, STL);
    scratch_folder(&scratch, "stl10");
    scratch_file(&scratch, "stl10/train_X.bin", pictures + STL, STL);
    scratch_file(&scratch, "stl10/train_y.bin", "\1", 1);
    scratch_file(&scratch, "stl10/test_X.bin", pictures + 2 * STL, STL);
    scratch_file(&scratch, "stl10/test_y.bin", "\1", 1);
    Text out = look(scratch_path(&scratch, "stl10"), "stl10", 18); /* empty classes */
    cr_expect(!strstr(text_get(&out), "unlabeled"), "%s", text_get(&out));
    text_free(&out);
    scratch_file(&scratch, "stl10/unlabeled_X.bin", pictures, 2 * STL);
    out = look(scratch_path(&scratch, "stl10"), "stl10", 19);
    cr_expect(strstr(text_get(&out), "unlabeled                         2          0          0\n"),
              "%s", text_get(&out));
    cr_expect(strstr(text_get(&out), "unlabeled picture 1 is train picture 0, the same pixels"),
              "%s", text_get(&out));
    text_free(&out);
    scratch_file(&scratch, "stl10/unlabeled_X.bin", pictures, STL + 1);
    out = look(scratch_path(&scratch, "stl10"), "stl10", 19);
    cr_expect(strstr(text_get(&out), "27649 bytes, expected a multiple"), "%s", text_get(&out));
    text_free(&out);
}

static int command(char *subject, char *format)
{
    return cli_main(5, (char *[]){ "maskgrid", "doctor", subject, "--format", format, NULL });
}

Test(doctor, command_ends_with_4_if_something_is_wrong)
{
    static char out[1 << 16];
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_expect_eq(command(root, "table"), EXIT_DONE);
    scratch_file(&scratch, "val/dog/na\xffme.jpg", "", 0); /* no UTF-8 */
    cr_expect_eq(command(root, "json"), EXIT_CHECK_FAILED);
    cr_expect_eq(command("no-such-set", "json"), EXIT_DATA);
    fflush(stdout);
    out[fread(out, 1, sizeof out - 1, cr_get_redirected_stdout())] = '\0';
    json_t *root_of = json_loads(strchr(out, '{'), 0, NULL);
    cr_assert(root_of, "%s", out);
    cr_expect(json_is_false(json_object_get(root_of, "ok")));
    const json_t *section = json_array_get(json_object_get(root_of, "sections"), 0);
    const json_t *first = json_array_get(json_object_get(section, "complaints"), 0);
    cr_expect_str_eq(json_string_value(json_object_get(first, "kind")), "unreadable");
    cr_expect(strstr(json_string_value(json_object_get(first, "text")), "an empty file"));
    json_decref(root_of);
}

/* --- annotated pictures --------------------------------------------------------- */

static Text look_at_annotated(int complaints)
{
    Section s;
    Text    out = { 0 };
    cr_assert(doctor_is_dense(root, NULL));
    doctor_dense(&s, root, NULL);
    section_print(&s, 0, &out);
    cr_expect(s.n == complaints, "%d complaints:\n%s", s.n, text_get(&out));
    section_close(&s);
    return out;
}

static void expect_told(int complaints, const char *what)
{
    Text out = look_at_annotated(complaints);
    cr_expect(strstr(text_get(&out), what), "no '%s' in\n%s", what, text_get(&out));
    text_free(&out);
}

Test(doctor, counts_instances_and_names_pictures_that_are_missing)
{
#define OF(one, two) "{\"categories\": [{\"id\": 1, \"name\": \"" one "\"}, {\"id\": 2, " \
        "\"name\": \"" two "\"}], \"images\": [{\"id\": 1, \"height\": 21, \"width\": 21, " \
        "\"file_name\": \"cat/1.jpg\"}], \"annotations\": [{\"id\": 1, \"image_id\": 1, " \
        "\"category_id\": 1, \"area\": 1, \"bbox\": [1, 1, 2, 2], \"iscrowd\": 0, " \
        "\"segmentation\": [[1, 1, 3, 1, 3, 3]]}]}"
    static const char json[] = OF("cat", "yak"), swapped[] = OF("yak", "cat"),
                      alike[] = OF("cat", "cat");
    cr_expect(!doctor_is_dense(root, NULL) && doctor_is_dense(root, "coco"));
    scratch_folder(&scratch, "annotations");
    scratch_file(&scratch, "annotations/instances_train.json", json, sizeof json - 1);
    expect_told(2, "no instance of class yak");
    expect_told(2, "test: data set coco: no annotations/instances_val2017.json");
    scratch_file(&scratch, "annotations/instances_val.json", json, sizeof json - 1);
    expect_told(2, "val/cat/1.jpg: a picture of 24 x 24");
    scratch_file(&scratch, "annotations/instances_val.json", swapped, sizeof swapped - 1);
    expect_told(3, "instances_val.json: category 1 by id is 'yak', expected 'cat'");
    scratch_file(&scratch, "annotations/instances_train.json", alike, sizeof alike - 1);
    expect_told(3, "no instance of class cat (id 2)");
    expect_told(3, "  cat (id 1)                        1          0\n");
    remove(scratch_path(&scratch, "train/cat/1.jpg"));
    expect_told(4, "train/cat/1.jpg is listed, but not there");
}

Test(doctor, counts_label_maps_without_a_picture)
{
    static const uint16_t label[20 * 20]; /* as picture_write draws them */
    scratch_folder(&scratch, "images/train"), scratch_folder(&scratch, "annotations/train");
    scratch_folder(&scratch, "images/val"), scratch_folder(&scratch, "annotations/val");
    picture_write(&scratch, "images/train/a.jpg", 4);
    picture_write(&scratch, "images/val/a.jpg", 5);
    label_map_write(&scratch, "annotations/val/a.png", label, 20, 20, 8, 0, 0);
    label_map_write(&scratch, "annotations/train/a.png", label, 20, 20, 8, 0, 0);
    label_map_write(&scratch, "annotations/train/b.png", label, 20, 20, 8, 0, 0);
    label_map_write(&scratch, "annotations/train/c.png", label, 20, 20, 8, 0, 0);
    expect_told(3, "train: 2 label maps have no picture, the first annotations/train/b.png");
    expect_told(3, "test: every pixel has label 0");
    uint16_t two[20 * 20] = { 1 };
    label_map_write(&scratch, "annotations/val/a.png", two, 20, 20, 8, 0, 0);
    expect_told(2, "train: every pixel has label 0");
}

/* One of each that goes wrong: in the picture of 21 x 21 is the half of a square of 8. */
Test(doctor, finds_boxes_masks_and_areas_that_do_not_go_together)
{
    static const struct { const char *box, *polygon, *area, *why; } of[] = {
        { "[4, 4, 8, 8]", "[4, 4, 12, 4, 12, 12]", "64", NULL }, /* of the box: many do that */
        { "[5, 3, 8, 9]", "[4, 4, 12, 4, 12, 12]", "36", NULL },
        { "[-9, -9, 13, 13]", "[-9, -9, 4, -9, 4, 4, -9, 4]", "16", NULL },
        { "[500, 5, 9, 9]", "[4, 4, 12, 4, 12, 12]", "36",
          "cat [500, 5, 9, 9]: nothing of the box is in the picture" },
        { "[4, 4, 8, 0]", "[4, 4, 12, 4, 12, 12]", "36", "nothing of the box is in" },
        { "[4, 4, 8, 8]", "[500, 4, 508, 4, 508, 12]", "36",
          "cat [4, 4, 8, 8]: the mask has no pixel in the picture" },
        { "[4, 4, 8, 12]", "[4, 4, 12, 4, 12, 12]", "36",
          "cat [4, 4, 8, 12]: the box is not that of the mask, [4, 4, 8, 8]" },
        { "[4, 4, 8, 8]", "[4, 4, 12, 4, 12, 12]", "500", "its area is 500, and the mask has " },
        { "[4, 4, 8, 8]", "[4, 4, 12, 4, 12, 4, 12, 12, 4, 12]", "8", "its area is 8, and " },
    };
    scratch_folder(&scratch, "annotations");
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        Text json = { 0 }, what = { 0 };
        text_add(&json, "{\"categories\": [{\"id\": 1, \"name\": \"cat\"}], \"images\": [{\"id\":"
                        " 1, \"height\": 21, \"width\": 21, \"file_name\": \"cat/1.jpg\"}], "
                        "\"annotations\": [{\"id\": 1, \"image_id\": 1, \"category_id\": 1, "
                        "\"area\": %s, \"bbox\": %s, \"iscrowd\": 0, \"segmentation\": [%s]}]}",
                 of[i].area, of[i].box, of[i].polygon);
        scratch_file(&scratch, "annotations/instances_train.json", json.s, json.length);
        if (of[i].why) text_add(&what, "annotation\n    train: cat/1.jpg: cat ");
        expect_told(1 + (of[i].why != NULL), text_get(&what)); /* no val is wrong as well */
        if (of[i].why) expect_told(2, of[i].why);
        text_free(&json), text_free(&what);
    }
}

/* As VOC lists them; of train 1 and 2 are alike, which is told, but not wrong. */
Test(doctor, finds_annotated_pictures_that_are_there_twice)
{
    static const uint16_t label[20 * 20] = { 1 };
    scratch_folder(&scratch, "JPEGImages"), scratch_folder(&scratch, "SegmentationClass");
    scratch_folder(&scratch, "ImageSets/Segmentation");
    for (int i = 1; i <= 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "JPEGImages/%d.jpg", i);
        picture_write(&scratch, name, i == 2 ? 1 : i);
        snprintf(name, sizeof name, "SegmentationClass/%d.png", i);
        label_map_write(&scratch, name, label, 20, 20, 8, 0, 0);
    }
    scratch_file(&scratch, "ImageSets/Segmentation/train.txt", "1\n2\n", 4);
    scratch_file(&scratch, "ImageSets/Segmentation/val.txt", "3\n4\n", 4);
    expect_told(0, "train                             2          0          1          0\n");
    scratch_file(&scratch, "ImageSets/Segmentation/val.txt", "3\n4\n3\n", 6);
    expect_told(1, "listed twice\n    test: JPEGImages/3.jpg\n");
    scratch_file(&scratch, "ImageSets/Segmentation/val.txt", "3\n2\n", 4);
    expect_told(1, "in both splits\n    test: JPEGImages/2.jpg is JPEGImages/1.jpg of train, the "
                   "same pixels\n");
}

/* More than there is room to count. */
Test(doctor, looks_at_a_set_of_many_categories)
{
    enum { CATEGORIES = 4200 };
    Text json = { 0 };
    text_add(&json, "{\"categories\": [");
    for (int i = 0; i < CATEGORIES; i++)
        text_add(&json, "%s{\"id\": %d, \"name\": \"%d\"}", i ? ", " : "", i, i);
    text_add(&json, "], \"images\": [{\"id\": 1, \"height\": 21, \"width\": 21, \"file_name\": "
                    "\"cat/1.jpg\"}], \"annotations\": [");
    for (int i = 4096; i < CATEGORIES; i++)
        text_add(&json, "%s{\"id\": %d, \"image_id\": 1, \"category_id\": %d, \"area\": 1, "
                        "\"bbox\": [1, 1, 2, 2], \"iscrowd\": 0, \"segmentation\": "
                        "[[1, 1, 3, 1, 3, 3]]}", i > 4096 ? ", " : "", i, i);
    text_add(&json, "]}");
    scratch_folder(&scratch, "annotations");
    scratch_file(&scratch, "annotations/instances_train.json", json.s, json.length);
    expect_told(4097, "no instance of class 4095");
    text_free(&json);
}
