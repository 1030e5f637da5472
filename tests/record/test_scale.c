/* What captions say of the data. */
#include "experiments/record/results.h"
#include "tests/recipe/recipes.h"

#include <criterion/criterion.h>

#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(scale, .init = open_scratch, .fini = close_scratch);

#define DATA "scenes, 64 training and 16 test images of 28 x 28 pixels; "

static const struct { const char *settings[4], *starts; } cases[] = {
    { { "evaluate=knn" }, DATA "micro encoder" },
    { { "evaluate=knn,detect,segment" }, DATA "micro encoder" },
    { { "evaluate=knn,detect", "detect.train=48" },
      DATA "detect on scenes, 48 training and 16 test images at 28 x 28 pixels; micro encoder" },
    { { "evaluate=detect,segment", "detect.on=train" },
      DATA "detect on scenes, 64 training images at 28 x 28 pixels, scored on the same; micro" },
    { { "evaluate=detect", "detect.on=train", "pretrain.epochs=0" },
      "detect on scenes, 64 training images at 28 x 28 pixels, scored on the same; micro" },
    { { "evaluate=segment", "segment.test=8", "pretrain.epochs=0" },
      "segment on scenes, 64 training and 8 test images at 28 x 28 pixels; micro encoder" },
    { { "evaluate=knn,detect", "grid.detect.train=32,48" }, DATA "micro encoder" },
};
enum { N_CASES = sizeof cases / sizeof *cases };

Test(scale, says_what_detect_and_segment_see_where_that_is_something_else)
{
    for (int i = 0; i < N_CASES; i++) {
        Recipe *recipe = recipe_good(&scratch, EVALUATED, cases[i].settings);
        Results r;
        Text    out = { 0 };
        results_open(&r, recipe, scratch.folder);
        results_scale(&r, &out);
        cr_expect(text_starts(text_get(&out), cases[i].starts), "%d: %s", i, text_get(&out));
        text_free(&out);
        results_close(&r);
        recipe_close(recipe);
    }
}
