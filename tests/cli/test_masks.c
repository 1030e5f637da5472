/* strategies, masks and gallery, as a user types them. */
#include "core/base/text.h"
#include "core/data/picture.h"
#include "experiments/cli/cli.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

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
TestSuite(masks_command, .init = prepare, .fini = clean_up);

enum { WORDS = 12 };

static int command(const char *const words[WORDS])
{
    char *argv[WORDS + 1] = { "maskgrid" };
    int   argc = 1;
    for (; words[argc - 1]; argc++) argv[argc] = (char *)words[argc - 1];
    return cli_main(argc, argv);
}

/* Run it; `out` gets what it prints to stdout or, if it fails, to stderr. */
static int run(char *out, size_t room, const char *const words[WORDS])
{
    int   code = command(words);
    FILE *from = code ? cr_get_redirected_stderr() : cr_get_redirected_stdout();
    fflush(stdout), fflush(stderr);
    out[fread(out, 1, room - 1, from)] = '\0';
    return code;
}

#define RUN(out, ...) run(out, sizeof out, (const char *const[WORDS]){ __VA_ARGS__ })

Test(masks_command, list_names_all)
{
    char out[16384];
    cr_assert_eq(RUN(out, "strategies"), EXIT_DONE);
    static const char *const names[] = { "block", "grid", "hilbert", "peano",
                                         "random", "sma", "spiral", "zigzag" };
    for (int i = 0; i < 8; i++) cr_expect(strstr(out, names[i]), "%s", names[i]);
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
    expect_size("b.png", 156, 156);
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

static void expect_wrong(int code, const char *named, const char *const words[WORDS])
{
    char out[4096];
    int  got = run(out, sizeof out, words);
    cr_expect_eq(got, code, "exit %d: %s", got, out);
    cr_expect(strstr(out, named), "%s", out);
}

#define WRONG(code, named, ...)                                                          \
    expect_wrong(code, named, (const char *const[WORDS]){ __VA_ARGS__ })

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
Test(masks_command, no_room_for_attention)
{
    WRONG(EXIT_USAGE, "attention", "masks", "sma", "--grid", "100x100");
}
Test(masks_command, too_large_a_picture)
{
    WRONG(EXIT_USAGE, "--cell", "gallery", "random", "--grid", "128x128", "--cell", "64",
          "--out", "never.png");
}
