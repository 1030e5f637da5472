/* strategies, masks and gallery, as a user types them. */
#include "core/base/file.h"
#include "core/base/h5.h"
#include "core/base/text.h"
#include "core/data/picture.h"
#include "experiments/cli/cli.h"
#include "experiments/figures/png.h"
#include "tests/cli/typed.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;
static void    prepare(void) { typed_open(&scratch); }
static void    clean_up(void) { scratch_close(&scratch); }
TestSuite(masks_command, .init = prepare, .fini = clean_up);

Test(masks_command, list_names_all)
{
    char out[16384];
    cr_assert_eq(RUN(out, "strategies"), EXIT_DONE);
    static const char *const names[] = { "block", "grid", "hilbert", "peano",
                                         "random", "sma", "spiral", "zigzag" };
    for (int i = 0; i < 8; i++) cr_expect(strstr(out, names[i]), "%s", names[i]);
    static const char *const kinds[] = { "controls", "shuffled", "untrained", "ignored" };
    for (int i = 0; i < 4; i++) cr_expect(strstr(out, kinds[i]), "%s", kinds[i]);
}

Test(masks_command, list_fits_a_terminal)
{
    char out[16384];
    cr_assert_eq(RUN(out, "strategies"), EXIT_DONE);
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect(text_width(line) <= 80, "%s", line);
}

Test(masks_command, one_in_full)
{
    char out[16384];
    cr_assert_eq(RUN(out, "strategies", "sma"), EXIT_DONE);
    cr_expect(strstr(out, "first-layer attention") && strstr(out, "attention\n"), "%s", out);
    cr_expect(strstr(out, "credit") && strstr(out, "untrained encoder"), "%s", out);
}

static int masks_of(char out[4096], const char *strategy, const char *count)
{
    return typed_run(out, 4096, (const char *const[]){ "masks", strategy, "--grid", "6x6",
                                                       "--count", count, NULL });
}

/* Alone too it is shown another image, the one that it is shown among four. */
Test(masks_command, shuffled_has_one_partner)
{
    char sma[4096], one[4096], four[4096];
    cr_assert_eq(masks_of(sma, "sma", "1"), EXIT_DONE);
    cr_assert_eq(masks_of(one, "sma:control=shuffled", "1"), EXIT_DONE);
    cr_assert_eq(masks_of(four, "sma:control=shuffled", "4"), EXIT_DONE);
    cr_expect(strcmp(strchr(one, '\n'), strchr(sma, '\n')), "%s", one);
    const char *a = strchr(one, '\n'), *b = strchr(four, '\n');
    for (; a && b; a = strchr(a + 1, '\n'), b = strchr(b + 1, '\n'))
        cr_expect(!strncmp(a, b, strcspn(a + 1, "\n") + 1), "%s%s", one, four);
}

Test(masks_command, shuffled_has_no_partner_in_one_picture)
{
    char        out[4096];
    uint8_t     rgb[8 * 8 * 3] = { 0 };
    const char *path = scratch_path(&scratch, "one.png");
    Err         err;
    cr_assert(!png_write(path, rgb, 8, 8, &err), "%s", err.text);
    cr_expect_eq(RUN(out, "masks", "sma:control=shuffled", "--over", path), EXIT_USAGE);
    cr_expect(strstr(out, "only one image"), "%s", out);
}

Test(masks_command, draws_and_says_what)
{
    char out[16384];
    cr_assert_eq(RUN(out, "masks", "grid:offset=fixed,sym=0", "--grid", "4x6"),
                 EXIT_DONE);
    cr_expect(
        strstr(out, "grid:offset=fixed: 4 x 6 patches, 6 visible, 18 hidden; the same"),
        "%s", out);
}

static void expect_size(const char *file, int width, int height)
{
    Image m = { 0 };
    Err   err;
    cr_assert(!picture_read(&m, 0, scratch_path(&scratch, file), &err), "%s", err.text);
    cr_expect(m.width == width && m.height == height, "%s: %d x %d", file, m.width,
              m.height);
    image_free(&m);
}

Test(masks_command, as_a_picture_and_over_one)
{
    char out[4096], path[400], over[400];
    strcpy(path, scratch_path(&scratch, "a.png"));
    cr_assert_eq(
        RUN(out, "masks", "hilbert", "--grid", "3x5", "--count", "4", "--out", path),
        EXIT_DONE, "%s", out);
    expect_size("a.png", 2 * 58 + 8, 2 * 38 + 8);
    strcpy(over, scratch_path(&scratch, "b.png"));
    cr_assert_eq(RUN(out, "masks", "sma", "--over", path, "--count", "1", "--out", over),
                 EXIT_DONE, "%s", out);
    expect_size("b.png", 14 * 32 + 16, 14 * 32 + 16);
}

static uint32_t pixel(const Image *m, int x, int y)
{
    const uint8_t *p = m->pixels + 3 * (y * m->width + x);
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* Visible patches are the image's, hidden ones greyed, and nothing is stretched. */
Test(masks_command, over_an_image_hidden_patches_are_gray)
{
    enum { WIDE = 64, HIGH = 32 };
    static uint8_t rgb[HIGH * WIDE * 3]; /* red; the ends, which are cut off, blue */
    char           out[4096], over[400], path[400];
    Image          m = { 0 };
    Err            err;
    for (int i = 0; i < HIGH * WIDE; i++) rgb[3 * i + (i % WIDE < 16 || i % WIDE >= 48) * 2] = 255;
    strcpy(over, scratch_path(&scratch, "red.png"));
    strcpy(path, scratch_path(&scratch, "out.png"));
    cr_assert(!png_write(over, rgb, WIDE, HIGH, &err), "%s", err.text);
    cr_assert_eq(RUN(out, "masks", "rows", "--grid=2x2", "--ratio=0.5", "--count=1",
                     "--cell=20", "--over", over, "--out", path), EXIT_DONE, "%s", out);
    cr_assert(!picture_read(&m, 3, path, &err), "%s", err.text);
    int      shown = pixel(&m, 18, 18) == 0xff0000 ? 18 : 38;
    uint32_t hidden = pixel(&m, 18, 56 - shown);
    cr_expect_eq(pixel(&m, 18, shown), 0xff0000);
    cr_expect_eq(pixel(&m, 38, shown), 0xff0000);
    cr_expect(hidden >> 16 > 0xe0 && (hidden & 0xff) > 0xb0, "%06x", (unsigned)hidden);
    image_free(&m);
}

/* No word of what could not be written. */
Test(masks_command, says_nothing_on_stdout_when_it_fails)
{
    char out[4096], path[400];
    strcpy(path, scratch_path(&scratch, "none/a.png"));
    cr_expect_eq(RUN(out, "masks", "random", "--out", path), EXIT_FAILED);
    cr_expect(strstr(out, "none/a.png"), "%s", out);
    cr_expect_eq(fgetc(cr_get_redirected_stdout()), EOF);
}

Test(masks_command, records_and_replays)
{
    char out[4096], first[4096], path[400];
    strcpy(path, scratch_path(&scratch, "m.h5"));
    cr_assert_eq(RUN(out, "masks", "block", "--count=6", "--epoch=3", "--epochs=2", "--seed=5",
                     "--out", path), EXIT_DONE, "%s", out);
    cr_assert_eq(RUN(first, "masks", "block", "--count=6", "--epoch=4", "--seed=5"), EXIT_DONE);
    cr_assert_eq(RUN(out, "masks", path, "--count=6", "--epoch=4"), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "m.h5@"), "%s", out);
    cr_expect_str_eq(strchr(out, '\n'), strchr(first, '\n'));
}

Test(masks_command, records_what_is_thrown)
{
    char out[8192], first[8192], path[400];
    strcpy(path, scratch_path(&scratch, "t.h5"));
    cr_assert_eq(RUN(out, "masks", "random:throw=0.3", "--grid=5x6", "--ratio=0.8",
                     "--count=3", "--out", path), EXIT_DONE, "%s", out);
    cr_assert_eq(RUN(first, "masks", "random:throw=0.3", "--grid=5x6", "--ratio=0.8",
                     "--count=3"), EXIT_DONE);
    cr_expect(strstr(first, "6 visible, 15 hidden, 9 thrown"), "%s", first);
    cr_assert_eq(RUN(out, "masks", path, "--count=3"), EXIT_DONE, "%s", out);
    cr_expect_str_eq(strstr(out, ": 5 x 6"), strstr(first, ": 5 x 6"));
}

/* A legend tells what is thrown. */
Test(masks_command, thrown_patches_in_a_picture)
{
    char  out[4096], path[400];
    Image with = { 0 }, without = { 0 };
    Err   err;
    strcpy(path, scratch_path(&scratch, "with.png"));
    cr_assert_eq(RUN(out, "masks", "random:throw=0.3", "--out", path), EXIT_DONE, "%s", out);
    cr_assert(!picture_read(&with, 0, path, &err), "%s", err.text);
    strcpy(path, scratch_path(&scratch, "without.png"));
    cr_assert_eq(RUN(out, "masks", "random", "--out", path), EXIT_DONE, "%s", out);
    cr_assert(!picture_read(&without, 0, path, &err), "%s", err.text);
    cr_expect(with.height > without.height, "%d, %d", with.height, without.height);
    image_free(&with);
    image_free(&without);
}

/* Each epoch of a recording is at its own share of training. */
Test(masks_command, records_a_schedule)
{
    static const char *const parts[] = { "random", "spiral:select=prefix", "spiral:select=prefix",
                                         "spiral:select=prefix" };
    char out[4096], one[4096], path[400], epoch[32];
    strcpy(path, scratch_path(&scratch, "s.h5"));
    cr_assert_eq(RUN(out, "masks", "random until 0.25 then spiral:select=prefix", "--epochs=4",
                     "--out", path), EXIT_DONE, "%s", out);
    for (int e = 0; e < 4; e++) {
        snprintf(epoch, sizeof epoch, "--epoch=%d", e);
        cr_assert_eq(RUN(one, "masks", parts[e], epoch), EXIT_DONE);
        cr_assert_eq(RUN(out, "masks", path, epoch), EXIT_DONE);
        cr_expect_str_eq(strchr(out, '\n'), strchr(one, '\n'), "epoch %d", e);
    }
}

Test(masks_command, strategies_shows_what_a_recording_is)
{
    char out[16384], path[400];
    strcpy(path, scratch_path(&scratch, "s.h5"));
    cr_assert_eq(RUN(out, "masks", "random:throw=0.2", "--grid=4x5", "--count=3", "--seed=7",
                     "--epoch=2", "--epochs=2", "--out", path), EXIT_DONE, "%s", out);
    cr_assert_eq(RUN(out, "strategies", path), EXIT_DONE, "%s", out);
    static const char *const lines[] = {
        "grid    4 x 5 patches\nmask    5 visible, 11 hidden, 4 thrown\n",
        "images  3: 0 to 2\nepochs  2: 2 to 3\ndrawn   by random:throw=0.2, seed 7\n",
        "hash    ", "Masks of its first epoch\n",
    };
    for (int i = 0; i < 4; i++) cr_expect(strstr(out, lines[i]), "%s: %s", lines[i], out);
    cr_assert_eq(RUN(out, "strategies", path, "--format=json"), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "\"drawn_by\": \"random:throw=0.2\""), "%s", out);
}

Test(masks_command, says_that_an_epoch_comes_again)
{
    char out[4096], path[400];
    strcpy(path, scratch_path(&scratch, "s.h5"));
    cr_assert_eq(RUN(out, "masks", "random", "--epochs=2", "--out", path), EXIT_DONE, "%s", out);
    cr_assert_eq(RUN(out, "masks", path, "--epoch=1"), EXIT_DONE, "%s", out);
    cr_expect_eq(fgetc(cr_get_redirected_stderr()), EOF);
    cr_assert_eq(RUN(out, "masks", path, "--epoch=7"), EXIT_DONE, "%s", out);
    out[fread(out, 1, sizeof out - 1, cr_get_redirected_stderr())] = '\0';
    cr_expect(strstr(out, "has 2 epochs, from 0 on: epoch 7 has the masks of epoch 1 again"),
              "%s", out);
}

/* 12 digits of the hash are in the text, all of them beside it. */
Test(masks_command, a_record_names_the_file_of_a_plugin)
{
    char        out[4096], from[4096], path[400];
    const char *program = getenv("MASKGRID"), *strategy, *plugins;
    Arena       a;
    Err         err;
    H5         *f;
    cr_assert(program && strrchr(program, '/'), "MASKGRID names the program");
    snprintf(from, sizeof from, "%.*s/plugins/edges.so",
             (int)(strrchr(program, '/') - program), program);
    strcpy(path, scratch_path(&scratch, "m.h5"));
    cr_assert_eq(RUN(out, "masks", from, "--count=2", "--out", path), EXIT_DONE, "%s", out);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!h5_open(&f, path, &err), "%s", err.text);
    cr_assert(!h5_get_text(f, "/", "strategy", &a, &strategy, &err), "%s", err.text);
    cr_assert(!h5_get_text(f, "/", "plugins", &a, &plugins, &err), "%s", err.text);
    cr_expect(!strncmp(plugins, strategy, strlen(strategy)), "%s: %s", strategy, plugins);
    cr_expect_eq(strlen(plugins), strlen("edges@") + 32, "%s", plugins);
    h5_close(f);
    arena_close(&a);
}

Test(masks_command, a_recording_is_also_of_what_is_seen)
{
    char out[32768], first[32768], path[400];
    strcpy(path, scratch_path(&scratch, "s.h5"));
    cr_assert_eq(RUN(out, "masks", "sma", "--grid=6x6", "--count=70", "--out", path),
                 EXIT_DONE, "%s", out);
    cr_assert_eq(RUN(first, "masks", "sma", "--grid=6x6", "--count=70"), EXIT_DONE);
    cr_assert_eq(RUN(out, "masks", path, "--grid=6x6", "--count=70"), EXIT_DONE, "%s", out);
    cr_expect_str_eq(strchr(out, '\n'), strchr(first, '\n'));
}

/* One of each kind: guided, not drawn, an order, an expression. */
Test(masks_command, gallery_as_shapes)
{
    char   out[4096], path[400], *svg;
    size_t n;
    Err    err;
    strcpy(path, scratch_path(&scratch, "g.svg"));
    cr_assert_eq(RUN(out, "gallery", "sma", "hpm", "peano", "0.5 random + 0.5 block",
                     "--grid=4x6", "--out", path), EXIT_DONE, "%s", out);
    cr_assert(!file_read(path, 1 << 24, &svg, &n, &err), "%s", err.text);
    cr_expect(!strncmp(svg, "<svg ", 5) && !strcmp(svg + n - 7, "</svg>\n"));
    int images = 0;
    for (const char *at = svg; (at = strstr(at, "data:image/png;base64,iVBOR")); at++) images++;
    cr_expect_eq(images, 4, "%d", images); /* three masks of sma and what it looks at */
    free(svg);
}

Test(masks_command, gallery)
{
    char out[4096], path[400];
    strcpy(path, scratch_path(&scratch, "g.png"));
    cr_assert_eq(RUN(out, "gallery", "random", "spiral:select=window", "--grid", "4x4",
                     "--out", path), EXIT_DONE, "%s", out);
    Image m = { 0 };
    Err   err;
    cr_expect(!picture_read(&m, 0, path, &err), "%s", err.text);
    image_free(&m);
}

static void expect_wrong(int code, const char *named, const char *const *words)
{
    char out[4096];
    int  got = typed_run(out, sizeof out, words);
    cr_expect_eq(got, code, "exit %d: %s", got, out);
    cr_expect(strstr(out, named), "%s", out);
}

#define WRONG(code, named, ...)                                                          \
    expect_wrong(code, named, (const char *const[]){ __VA_ARGS__, NULL })

Test(masks_command, unknown_strategy)
{
    WRONG(EXIT_USAGE, "did you mean spiral?", "masks", "spirall");
}
Test(masks_command, unknown_parameter)
{
    WRONG(EXIT_USAGE, "did you mean sym?", "masks", "spiral:symm=1");
}
Test(masks_command, bad_grid)
{
    WRONG(EXIT_USAGE, "14by14", "masks", "spiral", "--grid", "14by14");
}
Test(masks_command, bad_ratio)
{
    WRONG(EXIT_USAGE, "ratio", "masks", "spiral", "--ratio", "1.2");
}
Test(masks_command, no_picture)
{
    WRONG(EXIT_DATA, "none.png", "masks", "sma", "--over", "none.png");
}
Test(masks_command, too_many_to_draw)
{
    WRONG(EXIT_USAGE, "at most 400", "masks", "random", "--count", "401");
}
Test(masks_command, too_many_to_record)
{
    WRONG(EXIT_USAGE, "256 MiB", "masks", "random", "--count=90000000", "--out", "never.h5");
}
Test(masks_command, a_ratio_that_varies_is_not_recorded)
{
    WRONG(EXIT_USAGE, "epoch 0 has 98 visible patches and epoch 1 has 78", "masks",
          "random ratio 0.5..0.9", "--epochs", "4", "--out", "never.h5");
}
Test(masks_command, too_many_are_thrown)
{
    WRONG(EXIT_USAGE, "throws 176 of 196 patches", "masks", "random:throw=0.9");
}
Test(masks_command, epochs_without_a_recording)
{
    WRONG(EXIT_USAGE, "--out FILE.h5", "masks", "random", "--epochs", "2");
}
Test(masks_command, no_checkpoint)
{
    WRONG(EXIT_DATA, "none.safetensors", "gallery", "sma", "--checkpoint", "none.safetensors");
}
Test(masks_command, no_data)
{
    WRONG(EXIT_USAGE, "fashion-mnist", "gallery", "sma", "--data", "fashion-mnits");
}
Test(masks_command, no_room_for_attention)
{
    WRONG(EXIT_USAGE, "attention", "masks", "sma", "--grid", "100x100");
}
Test(masks_command, too_large_a_picture)
{
    WRONG(EXIT_USAGE, "--cell", "gallery", "random", "--grid", "128x128", "--cell", "64",
          "--out", "never.png");
}
