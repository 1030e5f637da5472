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

Test(augment_command, says_what_is_wrong_with_the_recipe)
{
    Image none = { 0 };
    cr_expect(draw(&none, "a.png", "finetune.crop-mni=1") == EXIT_USAGE);
    cr_expect(strstr(said, "did you mean finetune.crop-min?"), "%s", said);
}
