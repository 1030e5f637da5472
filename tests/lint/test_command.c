/* maskgrid lint, as a user types it. */
#define _XOPEN_SOURCE 700 /* realpath, setenv, symlink */
#include "core/base/h5.h"
#include "core/data/picture.h"
#include "experiments/cli/cli.h"
#include "strategies/registry.h"
#include "tests/cli/typed.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Scratch scratch;
static void    prepare(void)
{
    typed_open(&scratch);
    unsetenv("MASKGRID_PLUGIN_PATH");
    setenv("XDG_DATA_HOME", scratch.folder, 1); /* not the user's plug-ins */
}
static void clean_up(void) { scratch_close(&scratch); }
TestSuite(lint_command, .init = prepare, .fini = clean_up, .timeout = 120);

static char said[1 << 16];
#define LINT(...) \
    typed_run(said, sizeof said, (const char *const[]){ "lint", __VA_ARGS__, NULL })

static const char *plugin(const char *name)
{
    static char at[4096];
    const char *program = getenv("MASKGRID");
    cr_assert(program && strrchr(program, '/'), "MASKGRID names the program");
    snprintf(at, sizeof at, "%.*s/plugins/bad/%s.so", (int)(strrchr(program, '/') - program),
             program, name);
    return at;
}

Test(lint_command, a_page)
{
    cr_assert_eq(LINT("random", "--draws", "400"), EXIT_DONE);
    static const char *const parts[] = { "He et al.", "pure     kept", "known    kept",
                                         "neighbours", "allocations     0", "spectrum" };
    for (int i = 0; i < 6; i++) cr_expect(strstr(said, parts[i]), "%s: %s", parts[i], said);
    for (const char *p = said; *p; p = strchr(p, '\n') + 1)
        cr_expect(strcspn(p, "\n") <= 80, "%.*s", (int)strcspn(p, "\n"), p);
}

Test(lint_command, of_an_expression_too)
{
    cr_expect_eq(LINT("0.7 random + 0.3 spiral", "random until 0.3 then block", "--draws",
                     "100", "--grid", "4x6"), EXIT_DONE);
    cr_expect(strstr(said, "0.7 random + 0.3 spiral") && !strstr(said, "BROKEN"), "%s",
              said);
}

static const char *file_of_masks(char path[512])
{
    snprintf(path, 512, "%s", scratch_path(&scratch, "masks.h5"));
    return path;
}
#define RECORD(path, ...) \
    cr_assert_eq(RUN(said, "masks", __VA_ARGS__, "--out", file_of_masks(path)), EXIT_DONE)

/* On what it holds: one grid, one count, few images and epochs. */
Test(lint_command, of_recorded_masks)
{
    char path[512], mixture[600];
    RECORD(path, "block", "--grid=6x9", "--ratio=0.6", "--count=5", "--epoch=3", "--epochs=2");
    cr_assert_eq(LINT(path), EXIT_DONE, "%s", said);
    cr_expect(strstr(said, "measures, 10 masks of 6 x 9 patches, 21 visible"), "%s", said);
    cr_expect(strstr(said, "new in epochs   2 of 2") && strstr(said, "pure     kept"), "%s",
              said);
    cr_expect(strstr(said, "fixed    -") && strstr(said, "s, 5 images in 2 epochs\n"), "%s", said);
    snprintf(mixture, sizeof mixture, "0.5 %s + 0.5 random:jitter=1", path);
    cr_expect_eq(LINT(mixture, "--grid=6x9"), EXIT_DONE, "%s", said);
    cr_expect_eq(LINT(path, "--grid=14x14"), EXIT_USAGE);
    cr_expect(strstr(said, "of 6 x 9 patches, not of 14 x 14"), "%s", said);
}

Test(lint_command, of_one_recorded_mask)
{
    char path[512];
    RECORD(path, "random:throw=0.2", "--grid=3x3", "--count=1");
    cr_assert_eq(LINT(path), EXIT_DONE, "%s", said);
    cr_expect(strstr(said, ", 1 image in 1 epoch\n"), "%s", said);
    cr_expect_eq(LINT(path, "--ratio=0.5"), EXIT_USAGE);
    cr_expect(strstr(said, "2 of 9 patches visible, not the 4"), "%s", said);
}

Test(lint_command, of_no_recording)
{
    const char *path = scratch_file(&scratch, "text.h5", "no HDF5 at all", 14);
    cr_expect_eq(LINT(path), EXIT_CHECK_FAILED);
    cr_expect(strstr(said, "opens    BROKEN") && strstr(said, "text.h5"), "%s", said);
}

Test(lint_command, of_what_throws)
{
    cr_expect_eq(LINT("random:throw=0.3", "--draws", "50"), EXIT_DONE, "%s", said);
    cr_expect_eq(LINT("random:throw=0.8"), EXIT_USAGE);
}

/* Its process serves to the end, and is not what a strategy leaves behind. */
Test(lint_command, of_a_script)
{
    if (system("python3 -c pass 2>/dev/null"))
        cr_skip_test("there is no python3");
    cr_expect_eq(LINT("strategies/plugin/edges.py", "--draws", "20", "--patience", "60"), EXIT_DONE,
                 "%s", said);
}

Test(lint_command, json)
{
    cr_assert_eq(LINT("grid", "--json", "--draws", "100"), EXIT_DONE);
    cr_expect(said[0] == '[' && strstr(said, "\"neighbours\": 0") &&
              strstr(said, "\"known_parts\": 49") && strstr(said, "\"state\": \"kept\""),
              "%s", said);
}

Test(lint_command, file_and_atlas)
{
    char   file[512], atlas[512];
    H5    *f;
    Err    err;
    Arena  a;
    void  *x;
    Image  picture = { 0 };
    H5Set  share = { .name = "14x14/visible_share", .kind = NUMBER_DOUBLE, .rank = 3 };
    snprintf(file, sizeof file, "%s", scratch_path(&scratch, "lint.h5"));
    snprintf(atlas, sizeof atlas, "%s", scratch_path(&scratch, "atlas.png"));
    cr_assert_eq(LINT("random", "block", "--draws", "200", "--out", file, "--atlas", atlas,
                     "--grid", "14x14", "--grid", "1x9"), EXIT_DONE);
    cr_assert(!h5_open(&f, file, &err), "%s", err.text);
    arena_open(&a, "test", NULL, NULL);
    cr_assert(!h5_get(f, &share, &a, &x, &err), "%s", err.text);
    cr_expect(share.dim[0] == 2 && share.dim[1] == 14 && share.dim[2] == 14);
    cr_expect(((double *)x)[98] > 0.1 && ((double *)x)[196 + 98 + 7] < 0.1);
    cr_expect(h5_has(f, "1x9/spectrum") && h5_has(f, "14x14/neighbours"));
    arena_close(&a);
    h5_close(f);
    cr_assert(!picture_read(&picture, 0, atlas, &err), "%s", err.text);
    cr_expect(picture.width > 800 && picture.height > 300);
    image_free(&picture);
}

/* Of plug-ins too, if they are found by name. */
Test(lint_command, a_line_of_each, .timeout = 600)
{
    char found[4096];
    cr_assert(!symlink(realpath(plugin("../edges"), found),
                       scratch_path(&scratch, "edges.so")));
    setenv("MASKGRID_PLUGIN_PATH", scratch.folder, 1);
    cr_assert_eq(LINT("--all", "random", "--draws", "20"), EXIT_DONE);
    const char *random = strstr(said, "\nrandom ");
    cr_expect(random && !strstr(random + 1, "\nrandom "), "random is there once: %s", said);
    static const char *const controls[] = { "shuffled", "untrained", "inverted", "ignored" };
    for (int i = 0; i < 4; i++)
        cr_expect(strstr(said, controls[i]), "control=%s", controls[i]);
    for (const StrategyEntry *e = strategies; e->name; e++)
        cr_expect(strstr(said, e->name), "%s", e->name);
    cr_expect(strstr(said, "\nedges@") && strstr(said, "keep all laws"), "%s", said);
}

static int height_of_atlas(const char *spec)
{
    Image       picture = { 0 };
    Err         err;
    const char *at = scratch_path(&scratch, "atlas.png");
    cr_assert_eq(LINT(spec, "--draws", "20", "--atlas", at), EXIT_DONE);
    cr_assert(!picture_read(&picture, 0, at, &err), "%s", err.text);
    int height = picture.height;
    image_free(&picture);
    return height;
}

Test(lint_command, an_atlas_has_room_for_long_texts)
{
    int usual = height_of_atlas("random");
    cr_expect(height_of_atlas("spiral:select=window,sym=1,phase=1,jitter=0.25,hints=0.125,"
                              "start=0.125,anneal=0.5,control=inverted") > usual);
    cr_expect_eq(height_of_atlas("block"), usual);
}

Test(lint_command, what_is_typed_wrongly)
{
    cr_expect_eq(LINT("spirl"), EXIT_USAGE);
    cr_expect(strstr(said, "spiral"), "%s", said);
}
Test(lint_command, nothing_typed) { cr_expect_eq(LINT("--json"), EXIT_USAGE); }
Test(lint_command, no_such_file) { cr_expect_eq(LINT("./nowhere.so"), EXIT_DATA); }

/* Plug-ins that are wrong, as others built them. */
static const struct { const char *file, *law, *says;
} bad[] = {
    { "address", "pure", "another process" },
    { "born", "pure", "another process" },
    { "bounds", "bounds", "0 bytes behind the end of the scores" },
    { "clock", "pure", "another mask" },
    { "crash", "returns", "SIGSEGV" },
    { "endless", "returns", "endless loop" },
    { "missing_symbol", "opens", "mask_missing_symbol" },
    { "nan", "scores", "nan at patch" },
    { "order", "opens", "order" },
    { "params", "opens", "noise" },
    { "process", "pure", "another process" },
    { "quits", "returns", "exit()" },
    { "state", "pure", "another mask" },
    { "wrong_abi", "opens", "contract" },
};
enum { BAD = sizeof bad / sizeof *bad };

ParameterizedTestParameters(lint_command, bad_plugins)
{
    static int index[BAD];
    for (int i = 0; i < BAD; i++) index[i] = i;
    return cr_make_param_array(int, index, BAD);
}
ParameterizedTest(int *i, lint_command, bad_plugins)
{
    char broken[80];
    cr_expect_eq(LINT(plugin(bad[*i].file), "--draws", "100", "--patience",
                     strcmp(bad[*i].file, "endless") ? "30" : "2"), EXIT_CHECK_FAILED);
    snprintf(broken, sizeof broken, "%-8s BROKEN", bad[*i].law);
    cr_expect(strstr(said, broken) && strstr(said, bad[*i].says), "%s: %s", bad[*i].file,
              said);
}
