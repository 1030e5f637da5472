/* COCO's files: what is read, and with which words the rest is refused. */
#include "core/data/coco.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define HEAD "{\"categories\": [{\"id\": 0, \"name\": \"cat\"}, {\"id\": 9}], \"images\": [" \
    "{\"id\": 7, \"height\": 8, \"width\": 10, \"file_name\": \"b.jpg\"}, " \
    "{\"id\": 0, \"height\": 6, \"width\": 5, \"file_name\": \"a.jpg\"}], \"annotations\": ["
#define SQUARE "[[1, 1, 1, 4, 5, 4, 5, 1]]"
#define ONE(id, image, segmentation) \
    "{\"id\": " id ", \"image_id\": " image ", \"category_id\": 9, \"area\": 12, " \
    "\"bbox\": [1, 1, 4, 3], \"iscrowd\": 0, \"segmentation\": " segmentation "}"

static Status truth(CocoTruth *t, const char *json, bool masks, Err *err)
{
    Reader r;
    reader_over(&r, json, strlen(json), "t.json");
    return coco_parse(t, &r, masks, err);
}

Test(coco_file, reads_polygons_runs_and_texts)
{
    static const char json[] = HEAD ONE("0", "7", SQUARE) ", " ONE("3", "7",
        "{\"size\": [8, 10], \"counts\": [9, 3, 5, 3, 5, 3, 5, 3, 44]}") ", " ONE("1", "7.0",
        "{\"size\": [8, 10], \"counts\": \"93500000W1\"}") ", " ONE("2", "0",
        "[[0, 0, 0, 2, 2, 2, 2, 0], [3, 3, 3, 5, 5, 5, 5, 3]]") "]}";
    CocoTruth t;
    Err       err;
    cr_assert(!truth(&t, json, true, &err), "%s", err.text);
    cr_assert(t.images == 2 && t.categories == 2 && t.list.n == 4);
    cr_expect(t.image[0].id == 0 && t.image[1].id == 7 && !strcmp(t.image[1].file, "b.jpg"));
    cr_expect_str_eq(t.category[0].name, "cat");
    cr_expect_str_eq(t.category[1].name, "9");
    for (int i = 0; i < 4; i++) {
        const Object *o = &t.list.object[i];
        double        box[4];
        cr_expect(o->image == (i < 3) && o->category == 1 && !o->crowd && o->area == 12);
        rle_box(box, &o->mask);
        if (i < 3) cr_expect(rle_area(&o->mask) == 12 && box[0] == 1 && box[1] == 1, "%d", i);
        else cr_expect(rle_area(&o->mask) == 8 && box[2] == 5 && box[3] == 5, "%d", i);
    }
    coco_close(&t);
    cr_assert(!truth(&t, json, false, &err), "%s", err.text);
    cr_expect(t.list.n == 4 && !t.list.object[0].mask.n && t.list.object[2].box[2] == 4);
    coco_close(&t);
}

/* Annotations before images, no sizes, empty outlines: enough for boxes. */
Test(coco_file, boxes_need_no_sizes_and_no_outlines)
{
    static const char json[] = "{\"annotations\": [" ONE("0", "0", "[]") ", {\"id\": 5, "
        "\"image_id\": 0, \"category_id\": 0, \"bbox\": [0, 0, 0, 2.5], \"area\": 0, \"iscrowd\": "
        "true}], \"info\": {\"annotations\": [1]}, \"images\": [{\"id\": 0}], \"categories\": "
        "[{\"id\": 9}, {\"id\": 0}]}";
    CocoTruth t;
    Err       err;
    cr_assert(!truth(&t, json, false, &err), "%s", err.text);
    cr_expect(t.list.n == 2 && t.list.object[1].crowd && t.list.object[1].box[3] == 2.5);
    cr_expect(t.list.object[0].category == 1 && t.list.object[1].category == 0);
    coco_close(&t);
    cr_expect(truth(&t, json, true, &err) == STATUS_FORMAT);
}

static const struct {
    const char *json, *says;
} bad[] = {
    { "{\"images\": [], \"categories\": []}", "t.json: there is no list of annotations" },
    { "{\"images\": [], \"categories\": [], \"annotations\": []}", "no categories" },
    { "[]", "expected an object" },
    { "{\"images\": [7]}", "images[0]: row: expected an object, found 7" },
    { "{\"images\": [{\"id\": \"7\"}]}", "images[0]: id: expected a whole number, found \"7\"" },
    { "{\"images\": [{\"id\": 7.5}]}", "found 7.5" },
    { "{\"images\": [{\"id\": 99999999999999999999}]}", "expected a whole number" },
    { "{\"images\": [{\"file_name\": \"x\"}]}", "id: there is none, expected a whole number" },
    { "{\"images\": [{\"id\": 1, \"height\": 0, \"width\": 5}]}", "a picture of 0 x 5" },
    { "{\"images\": [{\"id\": 1, \"height\": 5}]}", "width: there is none" },
    { "{\"images\": [{\"id\": 1, \"height\": 65536, \"width\": 65536}]}", "a picture of 65536" },
    { "{\"images\": [{\"id\": 1, \"file_name\": 3}]}", "file_name: expected a text, found 3" },
    { "{\"images\": [{\"id\": 1}, {\"id\": 1}], \"categories\": [{\"id\": 1}], "
      "\"annotations\": []}", "t.json: images: id 1 is there twice" },
    { "{\"images\": [], \"categories\": [{\"id\": 2}, {\"id\": 2}], \"annotations\": []}",
      "categories: id 2 is there twice" },
    { HEAD ONE("4", "7", SQUARE) ", " ONE("4", "0", SQUARE) "]}", "id 4 is there twice" },
    { HEAD ONE("4", "8", SQUARE) "]}",
      "t.json: annotations[0], id 4: image_id: 8 is not in the list of images" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 1, \"area\": 0, \"segmentation\": "
      SQUARE "}]}", "category_id: 1 is not in the list of categories" },
    { HEAD ONE("\"4\"", "7", SQUARE) "]}", "annotations[0]: id: expected a whole number" },
    { HEAD ONE("4", "\"7\"", SQUARE) "]}", "image_id: expected a whole number, found \"7\"" },
    { HEAD ONE("4", "7", "[[1, 1, 2, 2]]") "]}", "a polygon of 4 numbers, expected x and y" },
    { HEAD ONE("4", "7", "[[1, 1, 2, 2, 3, 3, 4]]") "]}", "a polygon of 7 numbers" },
    { HEAD ONE("4", "7", "[[]]") "]}", "a polygon of 0 numbers" },
    { HEAD ONE("4", "7", "[1, 1, 2, 2, 3, 3]") "]}", "expected a list of polygons" },
    { HEAD ONE("4", "7", "[[1, 1, 2, 2, 3, null]]") "]}", "expected a finite number, found null" },
    { HEAD ONE("4", "7", "[[1, 1, 2, 2, 3, 1e9]]") "]}", "a coordinate near the picture" },
    { HEAD ONE("4", "7", "[[1, 1, 2, 2, 3, 1e999]]") "]}", "expected a finite number" },
    { HEAD ONE("4", "7", "\"x\"") "]}", "expected polygons or runs, found \"x\"" },
    { HEAD ONE("4", "7", "{\"counts\": [80]}") "]}", "segmentation.size: there is none" },
    { HEAD ONE("4", "7", "{\"size\": [8, 10]}") "]}", "segmentation.counts: there is none" },
    { HEAD ONE("4", "7", "{\"size\": [8, 10], \"counts\": [79]}") "]}", "fill 8 x 10 pixels" },
    { HEAD ONE("4", "7", "{\"size\": [8, 10], \"counts\": [90, -10]}") "]}", "found -10" },
    { HEAD ONE("4", "7", "{\"size\": [8, 10], \"counts\": \"xyz\"}") "]}", "fill 8 x 10 pixels" },
    { HEAD ONE("4", "7", "{\"size\": [8, 1e9], \"counts\": [1]}") "]}",
      "a mask of 8 x 1000000000" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 9, \"bbox\": [1, 2, 3]}]}",
      "bbox: expected x, y, width and height, found a list of 3" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 9, \"bbox\": [1, 2, NaN, 4]}]}",
      "annotations[0]: bbox: no JSON" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 9, \"bbox\": [1, 2, 1e400, 4]}]}",
      "bbox: expected a finite number" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 9, \"bbox\": [1, 2, -3, 4]}]}",
      "a box of -3 x 4" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 9, \"bbox\": [1, 2, 3, 4], "
      "\"segmentation\": " SQUARE "}]}", "area: there is none" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 9, \"area\": -1, \"segmentation\": "
      SQUARE "}]}", "area: -1 pixels" },
    { HEAD "{\"id\": 1, \"image_id\": 7, \"category_id\": 9, \"area\": 1, \"iscrowd\": 2, "
      "\"segmentation\": " SQUARE "}]}", "iscrowd: expected 0 or 1, found 2" },
};
enum { N_BAD = sizeof bad / sizeof *bad };

Test(coco_file, says_what_is_wrong)
{
    for (int i = 0; i < N_BAD; i++) {
        CocoTruth t;
        Err       err;
        cr_expect(truth(&t, bad[i].json, true, &err) == STATUS_FORMAT, "%d: %s", i, bad[i].json);
        cr_expect(strstr(err.text, bad[i].says), "%d: %s", i, err.text);
        cr_expect(text_starts(err.text, "t.json"), "%d: %s", i, err.text);
    }
}

/* Only masks are of a size. */
Test(coco_file, a_mask_of_another_size_than_its_picture_is_refused)
{
    static const char json[] = HEAD ONE("4", "0", "{\"size\": [8, 10], \"counts\": [80]}") "]}";
    CocoTruth t;
    Err       err;
    cr_expect(truth(&t, json, true, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "a mask of 8 x 10 in image 0 of 6 x 5"), "%s", err.text);
    cr_assert(!truth(&t, json, false, &err), "%s", err.text);
    coco_close(&t);
}

Test(coco_file, results_are_of_the_pictures_of_the_truth)
{
    static const struct { const char *json, *says; size_t n, left_out; } of[] = {
        { "[]", NULL, 0, 0 },
        { "[{\"image_id\": 7, \"category_id\": 0, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}, "
          "{\"image_id\": 7, \"category_id\": 5, \"bbox\": [0, 0, 1, 1], \"score\": 1}, "
          "{\"image_id\": 0, \"category_id\": 9, \"bbox\": [0, 0, 1, 1], \"score\": 0}]",
          NULL, 2, 1 },
        { "[{\"image_id\": 7, \"category_id\": 0, \"score\": 0.5}]", "bbox: there is none", 0, 0 },
        { "[{\"image_id\": 7, \"category_id\": 0, \"bbox\": [0, 0, 1, 1]}]",
          "r.json:1, byte 2: [0]: score: there is none", 0, 0 },
        { "[{\"image_id\": 1, \"category_id\": 0, \"bbox\": [0, 0, 1, 1], \"score\": 1}]",
          "image_id: the truth has no image 1", 0, 0 },
        { "[{\"image_id\": 7, \"category_id\": 0, \"bbox\": [0, 0, 1, 1], \"score\": NaN}]",
          "score: no JSON", 0, 0 },
        { "{\"annotations\": []}", "expected a list", 0, 0 },
        { "[[7, 0, 0, 1, 1]]", "row: expected an object, found a list of 5", 0, 0 },
    };
    CocoTruth t;
    Err       err;
    cr_assert(!truth(&t, HEAD "]}", false, &err), "%s", err.text);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        CocoResults found;
        Reader      r;
        reader_over(&r, of[i].json, strlen(of[i].json), "r.json");
        Status bad_status = coco_results_parse(&found, &t, &r, false, &err);
        cr_expect(!bad_status == !of[i].says, "%zu", i);
        if (bad_status) cr_expect(strstr(err.text, of[i].says), "%zu: %s", i, err.text);
        else cr_expect(found.list.n == of[i].n && found.left_out == of[i].left_out, "%zu", i);
        if (!bad_status) coco_results_close(&found);
    }
    coco_close(&t);
}
