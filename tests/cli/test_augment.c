/* augment, as a user types it. */
#include "core/data/picture.h"
#include "experiments/cli/cli.h"
#include "tests/cli/typed.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static const char recipe[] = "data: {set: scenes, train: 24, test: 8}\n"
                             "data.scenes: {size: 32, channels: 3}\n"
                             "model: {patch: 8, width: 16, heads: 2}\npretrain.batch: 8\n";

static Scratch scratch;
static char    said[4096];
static void    prepare(void) { typed_open(&scratch); }
static void    clean_up(void) { scratch_close(&scratch); }
TestSuite(augment_command, .init = prepare, .fini = clean_up);

/* The figure that is drawn with this setting; the exit code, and what it said. */
static int draw(Image *m, const char *name, const char *setting)
{
    char path[256], out[256];
    Err  err;
    snprintf(path, sizeof path, "%s",
             scratch_file(&scratch, "r.yaml", recipe, sizeof recipe - 1));
    snprintf(out, sizeof out, "%s/%s", scratch.folder, name);
    int code = RUN(said, "augment", path, "--images", "2", "--out", out, "-s", setting);
    if (!code) cr_assert(!picture_read(m, 3, out, &err), "%s", err.text);
    return code;
}

Test(augment_command, draws_what_the_recipe_says)
{
    Image plain = { 0 }, same = { 0 }, other = { 0 };
    cr_assert(draw(&plain, "a.png", "finetune.randaugment=9") == EXIT_DONE);
    cr_assert(draw(&same, "b.png", "finetune.epochs=7") == EXIT_DONE);
    cr_assert(draw(&other, "c.png", "finetune.crop-min=1") == EXIT_DONE);
    size_t n = (size_t)plain.height * (size_t)plain.width * 3;
    cr_expect(plain.height > 500 && plain.width > 1000, "%d x %d", plain.height, plain.width);
    cr_expect(!memcmp(plain.pixels, same.pixels, n));
    cr_expect(memcmp(plain.pixels, other.pixels, n));
    image_free(&plain), image_free(&same), image_free(&other);
}

/* How many pictures are on the figure. */
static int pictures(const char *first, const char *second)
{
    static char text[1 << 20];
    char        path[256], out[256];
    int         n = 0;
    snprintf(path, sizeof path, "%s",
             scratch_file(&scratch, "r.yaml", recipe, sizeof recipe - 1));
    snprintf(out, sizeof out, "%s/a.svg", scratch.folder);
    cr_assert_eq(RUN(said, "augment", path, "--images", "2", "--out", out, "-s", first, "-s",
                     second), EXIT_DONE, "%s", said);
    FILE *f = fopen(out, "r");
    cr_assert(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    for (const char *at = text; (at = strstr(at, "<image ")); at++) n++;
    return n;
}

/* Two pictures in ten columns, and two of each of fifteen changes. */
enum { PLAIN = 2 * 3, RAND = 2 * 3, ERASED = 2 * 2, MIXED = 2 * 2, CHANGES = 2 * 15 };

Test(augment_command, what_does_nothing_is_not_drawn)
{
    const int all = PLAIN + RAND + ERASED + MIXED + CHANGES;
    cr_expect(pictures("finetune.mixup=0.8", "finetune.cutmix=1") == all);
    cr_expect(pictures("finetune.mixup=0", "finetune.cutmix=1") == all);
    cr_expect(pictures("finetune.mixup=0", "finetune.cutmix=0") == all - MIXED);
    cr_expect(pictures("finetune.erase=0", "finetune.cutmix=1") == all - ERASED);
    cr_expect(pictures("finetune.randaugment=0", "finetune.erase=0.25") == all - RAND - CHANGES);
}

/* More pictures to a step than there are, and evaluations that are nothing to it. */
Test(augment_command, asks_nothing_of_what_it_does_not_use)
{
    cr_expect(pictures("pretrain.batch=4096", "evaluate=[linear, partial, finetune]") > 0);
    cr_expect(pictures("finetune.batch=1024", "linear.batch=16384") > 0);
}

Test(augment_command, says_what_is_wrong_with_the_recipe)
{
    Image none = { 0 };
    cr_expect(draw(&none, "a.png", "finetune.crop-mni=1") == EXIT_USAGE);
    cr_expect(strstr(said, "did you mean finetune.crop-min?"), "%s", said);
}

/* Two pictures in four looks of detection, in five of segmentation; what changes the looks
 * of one stage changes its figure. */
Test(augment_command, draws_annotated_pictures)
{
    static char              text[3][1 << 22];
    static const char *const of[] = { "detect", "segment", "detect" };
    static const char *const set[] = { "seed=0", "seed=0", "detect.scale-min=0.9" };
    static const int         images[] = { 8, 10, 8 };
    for (int i = 0; i < 3; i++) {
        char path[256], out[256];
        int  n = 0;
        snprintf(path, sizeof path, "%s",
                 scratch_file(&scratch, "r.yaml", recipe, sizeof recipe - 1));
        snprintf(out, sizeof out, "%s/a.svg", scratch.folder);
        cr_assert_eq(RUN(said, "augment", path, "--images", "2", "--of", of[i], "--out", out,
                         "-s", set[i]), EXIT_DONE, "%s", said);
        FILE *f = fopen(out, "r");
        cr_assert(f);
        text[i][fread(text[i], 1, sizeof text[i] - 1, f)] = '\0';
        fclose(f);
        for (const char *at = text[i]; (at = strstr(at, "<image ")); at++) n++;
        cr_expect(n == images[i], "%s: %d images", of[i], n);
    }
    cr_expect(strcmp(text[0], text[2]));
}
