/* score, as a user types it. */
#include "core/base/file.h"
#include "core/metrics/coco.h"
#include "experiments/cli/cli.h"
#include "experiments/record/record.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/redirect.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static Scratch scratch;
static void    prepare(void)
{
    scratch_open(&scratch);
    cr_redirect_stdout();
    cr_redirect_stderr();
}
static void clean_up(void) { scratch_close(&scratch); }
TestSuite(score_command, .init = prepare, .fini = clean_up);

enum { SAID = 1 << 16 };

static int score(char *said, int argc, char **argv, FILE *from)
{
    char *all[24] = { "maskgrid", "score" };
    memcpy(all + 2, argv, (size_t)argc * sizeof *argv);
    int code = cli_main(argc + 2, all);
    fflush(stdout), fflush(stderr);
    said[fread(said, 1, SAID - 1, from)] = '\0';
    return code;
}

#define SCORE(said, from, ...) \
    score(said, (int)(sizeof (char *[]){ __VA_ARGS__ } / sizeof(char *)), \
          (char *[]){ __VA_ARGS__ }, from)

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
    cr_assert(SCORE(said, cr_get_redirected_stdout(), "coco", "--truth",
                    "tests/golden/coco.instances.json", "--detections",
                    "tests/golden/coco.detections.json", "--iou", (char *)iou, "--format",
                    "json") == EXIT_DONE);
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
