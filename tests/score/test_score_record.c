/* What score records passes the check of records, or nothing is written. */
#define _POSIX_C_SOURCE 200809L /* mkfifo */
#include "core/base/file.h"
#include "experiments/cli/cli.h"
#include "tests/cli/typed.h"
#include "tests/data/png_labels.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static Scratch scratch;
static char    out[400], maps[400];

static void prepare(void)
{
    Err err;
    typed_open(&scratch);
    snprintf(out, sizeof out, "%s/score.h5", scratch.folder);
    snprintf(maps, sizeof maps, "%s/maps", scratch.folder);
    cr_assert(!file_make_folders(maps, &err), "%s", err.text);
}

static void clean_up(void) { scratch_close(&scratch); }
TestSuite(score_record, .init = prepare, .fini = clean_up);

static char said[1 << 16];

static int segment(void)
{
    return RUN(said, "score", "segmentation", "--truth", maps, "--predicted", maps, "--classes",
               "3", "--out", out);
}

static void expect_checked(void)
{
    cr_expect_eq(RUN(said, "inspect", "--check", out), EXIT_DONE, "%s", said);
}

/* It is of boxes or of masks, never of both. */
static void record_coco_of(const char *iou)
{
    cr_assert_eq(RUN(said, "score", "coco", "--truth", "tests/golden/coco.instances.json",
                     "--detections", "tests/golden/coco.detections.json", "--iou", iou, "--out",
                     out), EXIT_DONE, "%s", said);
    expect_checked();
}

Test(score_record, of_boxes_is_whole) { record_coco_of("bbox"); }
Test(score_record, of_masks_is_whole) { record_coco_of("segm"); }

Test(score_record, of_label_maps_is_whole)
{
    static const uint16_t label[] = { 0, 1, 2, 255 };
    label_map_write(&scratch, "maps/a.png", label, 2, 2, 8, false, 0);
    cr_assert_eq(segment(), EXIT_DONE, "%s", said);
    expect_checked();
}

/* Most likely --ignore is wrong: NaN of everything would say nothing of it. */
Test(score_record, of_no_pixel_is_refused)
{
    static const uint16_t label[] = { 255, 255, 255, 255 };
    label_map_write(&scratch, "maps/a.png", label, 2, 2, 8, false, 0);
    cr_expect_eq(segment(), EXIT_DATA, "%s", said);
    cr_expect(strstr(said, "maps: no pixel of the truth counts, all are 255, as --ignore says"),
              "%s", said);
    cr_expect(!file_exists(out));
}

Test(score_record, of_a_pipe_is_refused, .timeout = 10)
{
    cr_assert(!mkfifo(scratch_path(&scratch, "maps/a.png"), 0600));
    cr_expect_eq(segment(), EXIT_DATA, "%s", said);
    cr_expect(strstr(said, "maps/a.png: a pipe, expected a file"), "%s", said);
}
