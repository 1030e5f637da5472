/* score, as a user types it. */
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/metrics/coco.h"
#include "experiments/cli/cli.h"
#include "experiments/record/record.h"
#include "tests/cli/typed.h"
#include "tests/data/png_labels.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;
static void    prepare(void) { typed_open(&scratch); }
static void    clean_up(void) { scratch_close(&scratch); }
TestSuite(score_command, .init = prepare, .fini = clean_up);

enum { SAID = 1 << 16 };

static const char *const ious[] = { "bbox", "segm" };

ParameterizedTestParameters(score_command, coco_as_the_reference)
{
    static int index[] = { 0, 1 };
    return cr_make_param_array(int, index, 2);
}

ParameterizedTest(int *i, score_command, coco_as_the_reference)
{
    static char said[SAID];
    const char *iou = ious[*i];
    cr_assert(RUN(said, "score", "coco", "--truth", "tests/golden/coco.instances.json",
                  "--detections", "tests/golden/coco.detections.json", "--iou", iou,
                  "--format", "json") == EXIT_DONE);
    json_t *is = json_loads(said, 0, NULL);
    json_t *expected = json_load_file("tests/golden/coco.expected.json", 0, NULL);
    cr_assert(is && expected);
    for (int k = 0; k < COCO_NUMBERS; k++) {
        double x = json_real_value(json_object_get(is, coco_name[k]));
        double y = json_real_value(json_object_get(json_object_get(expected, iou), coco_name[k]));
        cr_expect(y > 0 && fabs(x - y) <= 1e-12, "%s %s: %.17g, expected %.17g", iou,
                  coco_name[k], x, y); /* measured 1.7e-16 */
    }
    json_decref(is), json_decref(expected);
}

/* Every format says the same of all and of the last category. */
Test(score_command, coco_in_every_format)
{
    static const struct { const char *format, *all, *last; } of[] = {
        { "table", "\nall             0.2763  0.3868  0.2668  0.1922",
          "\ntoothbrush      0.0404  0.1010  0.0000  0.0673    -" },
        { "md", "\n| all            | 0.2763 | 0.3868 |", "\n| toothbrush     | 0.0404 |" },
        { "latex", "\nall & 0.2763 & 0.3868 &", "\ntoothbrush & 0.0404 &" },
        { "csv", "\nall,0.2763387900111", "\ntoothbrush,0.04039603960396" },
        { "json", " \"AP\": 0.2763387900111", "\"name\": \"toothbrush\"" },
    };
    static char said[SAID];
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(RUN(said, "score", "coco", "--truth", "tests/golden/coco.instances.json",
                         "--detections", "tests/golden/coco.detections.json", "--iou", "bbox",
                         "--per-class", "--format", of[i].format), EXIT_DONE);
        cr_expect(strstr(said, of[i].all), "%s: %s", of[i].format, of[i].all);
        cr_expect(strstr(said, of[i].last), "%s: %s", of[i].format, of[i].last);
    }
}

Test(score_command, coco_is_recorded)
{
    static char said[SAID];
    char        out[400];
    Arena       a;
    H5         *f;
    Metric     *metrics;
    int         n;
    Err         err;
    snprintf(out, sizeof out, "%s", scratch_path(&scratch, "score.h5"));
    cr_assert(RUN(said, "score", "coco", "--truth", "tests/golden/coco.instances.json",
                  "--detections", "tests/golden/coco.detections.json", "--iou", "segm",
                  "--out", out) == EXIT_DONE, "%s", said);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!record_read(&f, out, NULL, &err), "%s", err.text);
    cr_assert(!record_metrics(f, &a, &metrics, &n, &err), "%s", err.text);
    cr_assert(n == COCO_NUMBERS);
    int primary = 0;
    while (primary < n && !metrics[primary].primary) primary++;
    cr_assert(primary < n);
    cr_expect_str_eq(metrics[primary].name, "mask_AP");
    cr_expect(fabs(metrics[primary].x - 30.62179215) <= 1e-6, "%g", metrics[primary].x);
    H5Set   set = { .name = "classes/numbers", .kind = NUMBER_DOUBLE, .rank = 2 };
    void   *x;
    cr_assert(!h5_get(f, &set, &a, &x, &err), "%s", err.text);
    cr_expect(set.dim[0] == 80 && set.dim[1] == COCO_NUMBERS);
    h5_close(f);
    arena_close(&a);
}

/* Ids of 0 count like any other. */
Test(score_command, annotation_0_and_category_0_count)
{
    static const char truth[] = "{\"images\": [{\"id\": 0}], \"categories\": [{\"id\": 0}], "
        "\"annotations\": [{\"id\": 0, \"image_id\": 0, \"category_id\": 0, \"area\": 100, "
        "\"bbox\": [0, 0, 10, 10], \"iscrowd\": 0}]}";
    static const char found[] = "[{\"image_id\": 0, \"category_id\": 0, \"score\": 1, "
        "\"bbox\": [0, 0, 10, 10]}]";
    static char said[SAID];
    char        t[400], d[400];
    snprintf(t, sizeof t, "%s", scratch_file(&scratch, "t.json", truth, sizeof truth - 1));
    snprintf(d, sizeof d, "%s", scratch_file(&scratch, "d.json", found, sizeof found - 1));
    cr_assert(RUN(said, "score", "coco", "--truth", t, "--detections", d, "--iou",
                  "bbox") == EXIT_DONE);
    cr_expect(text_starts(said, "AP         1.0000"), "%s", said);
}

/* Names of one text, with control characters, of none, or long: each row is one line of a
 * table that can be told from the others. */
Test(score_command, coco_names_of_categories_are_fit_to_be_shown)
{
    static const char truth[] = "{\"images\": [{\"id\": 0}], \"annotations\": [], \"categories\": ["
        "{\"id\": 0, \"name\": \"door\"}, {\"id\": 3, \"name\": \"door\"}, "
        "{\"id\": 4, \"name\": \"a\\u001b[31mb\\nc\"}, {\"id\": 5, \"name\": \"\"}, "
        "{\"id\": 6, \"name\": \"all\"}, {\"id\": 7, \"name\": \"a name that is longer than any "
        "column of a table wants to be, and goes on\"}]}";
    static const struct { const char *format, *has; } of[] = {
        { "table", "\nall " }, { "table", "\ndoor (id 0) " }, { "table", "\ndoor (id 3) " },
        { "table", "\na?[31mb?c " }, { "table", "\n(id 5) " }, { "table", "\nall (id 6) " },
        { "table", "\na name that is longer than any " }, { "table", "\ncolumn of a table" },
        { "md", "\n| door (id 3) " }, { "md", "\n| a?[31mb?c " }, { "latex", "\na?[31mb?c & " },
        { "csv", ",AR_large,id\nall," }, { "csv", ",-1,-1,-1,\ndoor,-1," },
        { "csv", ",-1,-1,0\ndoor,-1," }, { "csv", ",3\n\"a?[31mb\nc\"," },
        { "json", "\"name\": \"a\\u001B[31mb\\nc\"" },
    };
    static char said[SAID];
    char        t[400], d[400];
    snprintf(t, sizeof t, "%s", scratch_file(&scratch, "t.json", truth, sizeof truth - 1));
    snprintf(d, sizeof d, "%s", scratch_file(&scratch, "d.json", "[]", 2));
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        cr_assert_eq(RUN(said, "score", "coco", "--truth", t, "--detections", d, "--iou", "bbox",
                         "--per-class", "--format", of[i].format), EXIT_DONE, "%s", said);
        cr_expect(strstr(said, of[i].has), "%s: no '%s' in\n%s", of[i].format, of[i].has, said);
        cr_expect(!strchr(said, '\033'), "%s", of[i].format);
    }
}

/* --- segmentation -------------------------------------------------------- */

static char truth_folder[400], out_folder[400];

/* Two pictures of 2 x 3 pixels; truths of gray and of a palette. */
static void write_maps(const uint16_t truth[6], const uint16_t predicted[6])
{
    Err err;
    snprintf(truth_folder, sizeof truth_folder, "%s/truth", scratch.folder);
    snprintf(out_folder, sizeof out_folder, "%s/out", scratch.folder);
    cr_assert(!file_make_folders(truth_folder, &err) && !file_make_folders(out_folder, &err));
    for (int i = 0; i < 2; i++) {
        label_map_write(&scratch, i ? "truth/b.png" : "truth/a.png", truth, 2, 3, 8, i, 0);
        label_map_write(&scratch, i ? "out/b.png" : "out/a.png", predicted, 2, 3, 8, !i, i);
    }
}

static int segment(char said[SAID], const char *format)
{
    return typed_run(said, SAID, (const char *const[]){
        "score", "segmentation", "--truth", truth_folder, "--predicted", out_folder,
        "--classes", "3", "--reduce-zero", "--format", format, NULL });
}

Test(score_command, segmentation_of_folders)
{
    static const uint16_t truth[] = { 0, 1, 1, 2, 2, 255 }, predicted[] = { 2, 0, 1, 1, 1, 0 };
    static char           said[SAID];
    write_maps(truth, predicted);
    cr_assert(segment(said, "json") == EXIT_DONE);
    json_t *is = json_loads(said, 0, NULL), *each = json_object_get(is, "per_class");
    cr_assert(is && json_array_size(each) == 3, "%s", said);
    /* class 0: 1 right of 2 true, 1 predicted; class 1: 2 right of 2, 3 predicted */
    double miou = json_real_value(json_object_get(is, "mIoU"));
    double macc = json_real_value(json_object_get(is, "mAcc"));
    double aacc = json_real_value(json_object_get(is, "aAcc"));
    cr_expect(fabs(miou - 100 * (1.0 / 2 + 2.0 / 3) / 2) <= 1e-12, "%g", miou);
    cr_expect(fabs(macc - 75) <= 1e-12 && fabs(aacc - 75) <= 1e-12, "%g %g", macc, aacc);
    cr_expect(json_is_null(json_object_get(json_array_get(each, 2), "IoU")));
    json_decref(is);
}

Test(score_command, segmentation_says_which_file_is_wrong)
{
    static const uint16_t truth[] = { 0, 1, 1, 2, 2, 255 }, bad[] = { 2, 0, 1, 1, 3, 0 };
    static char           all[3][SAID];
    write_maps(truth, bad);
    cr_expect(segment(all[0], "csv") == EXIT_DATA);
    cr_expect(strstr(all[0], "out/a.png: row 1, column 1 has label 3, expected 0..2"), "%s",
              all[0]);
    write_maps(bad, truth);
    label_map_write(&scratch, "out/b.png", truth, 3, 2, 8, 0, 0);
    label_map_write(&scratch, "out/a.png", (uint16_t[6]){ 0 }, 2, 3, 8, 0, 0);
    cr_expect(segment(all[1], "csv") == EXIT_DATA);
    cr_expect(strstr(all[1], "out/b.png: 3 x 2, its truth is 2 x 3"), "%s", all[1]);
    remove(scratch_path(&scratch, "out/b.png"));
    cr_expect(segment(all[2], "csv") == EXIT_DATA);
    cr_expect(strstr(all[2], "out/b.png is missing"), "%s", all[2]);
}

Test(score_command, segmentation_does_not_look_into_folders_below)
{
    static const uint16_t label[] = { 1, 1, 1, 2, 2, 1 };
    static char           said[SAID];
    write_maps(label, label);
    scratch_folder(&scratch, "truth/of");
    label_map_write(&scratch, "truth/of/c.png", label, 2, 3, 8, 0, 0);
    cr_expect(segment(said, "csv") == EXIT_DONE, "%s", said);
    remove(scratch_path(&scratch, "truth/a.png"));
    remove(scratch_path(&scratch, "truth/b.png"));
    cr_expect(segment(said, "csv") == EXIT_DATA);
    cr_expect(strstr(said, "/truth: no label maps right in it; folders in it are not looked into"),
              "%s", said);
}

/* --- usage --------------------------------------------------------------- */

/* Neither truth nor predictions, however they are named, become a record. */
Test(score_command, a_record_takes_the_place_of_no_input)
{
    static char said[SAID];
    char       *bytes, truth[512];
    size_t      n;
    Err         err;
    snprintf(truth, sizeof truth, "%s", scratch_file(&scratch, "t.csv", "1\n0\n", 4));
    cr_expect(RUN(said, "score", "classification", "--truth", truth, "--predictions", truth,
                  "--out", truth) == EXIT_USAGE);
    cr_expect(strstr(said, "t.csv is what is scored"), "%s", said);
    cr_assert(!file_read(truth, 100, &bytes, &n, &err), "%s", err.text);
    cr_expect_str_eq(bytes, "1\n0\n");
    free(bytes);
}

Test(score_command, says_which_option_is_wrong)
{
    static char said[4][SAID];
    cr_expect(RUN(said[0], "score", "cocoa") == EXIT_USAGE);
    cr_expect(strstr(said[0], "did you mean coco"), "%s", said[0]);
    cr_expect(RUN(said[1], "score", "coco", "--truth", "x", "--detections", "y") == EXIT_USAGE);
    cr_expect(strstr(said[1], "score coco needs --iou bbox|segm"), "%s", said[1]);
    cr_expect(RUN(said[2], "score", "coco", "--truth", "x", "--detections", "y", "--iou",
                  "bbox", "--reduce-zero") == EXIT_USAGE);
    cr_expect(strstr(said[2], "score coco has no --reduce-zero"), "%s", said[2]);
    cr_expect(RUN(said[3], "score", "segmentation", "--truth", "x", "--predicted", "y") ==
              EXIT_USAGE);
    cr_expect(strstr(said[3], "score segmentation needs --classes N"), "%s", said[3]);
    static const char *const wrong[] = { "0", "-1", "4097" };
    for (int i = 0; i < 3; i++) {
        cr_expect(RUN(said[3], "score", "segmentation", "--truth", "x", "--predicted", "y",
                      "--classes", wrong[i]) == EXIT_USAGE);
        cr_expect(strstr(said[3], "is not between 1 and 4096"), "%s", said[3]);
    }
}
