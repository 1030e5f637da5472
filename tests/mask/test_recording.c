/* Recorded masks: the same patches again, and files that lie. */
#include "core/base/h5.h"
#include "core/mask/replay.h"
#include "strategies/registry.h"
#include "tests/ok.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 3, COLS = 5, L = 15, K = 4, E = 2, N = 3, BYTES = 2, T = 2 };

static Scratch scratch;
static Err     err;
static void    prepare(void) { scratch_open(&scratch); }
static void    clean_up(void) { scratch_close(&scratch); }
TestSuite(recording, .init = prepare, .fini = clean_up);

/* What a file says; tests change one thing of it. */
typedef struct {
    int64_t rows, cols, K, epoch[E], image[N];
    size_t  images, bytes; /* of `hidden` */
    bool    wide;          /* int32 epochs count as int64, floats as bits do not */
    uint8_t hidden[E * N * 4];
    bool    throws;        /* T of each mask that are not hidden */
    uint8_t thrown[E * N * 4];
} File;

/* Visible in mask m are the patches m .. m + K - 1. */
static int visible(int m, int i) { return i >= m && i < m + K; }

static File whole(void)
{
    File f = { ROWS, COLS, K, { 5, 6 }, { 0, 7, 9 }, N, BYTES, false, { 0 }, false, { 0 } };
    for (int m = 0; m < E * N; m++) {
        int ids[L], n = 0;
        for (int wanted = 1; wanted >= 0; wanted--)
            for (int i = 0; i < L; i++)
                if (visible(m, i) == wanted) ids[n++] = i;
        recording_pack(f.hidden + m * BYTES, ids + K, L - K, L);
    }
    return f;
}

/* Thrown are the patches behind the visible ones, m + K and the next. */
static File throwing(void)
{
    File f = whole();
    f.throws = true;
    for (int m = 0; m < E * N; m++) {
        int thrown[T], hidden[L], n = 0;
        for (int i = 0; i < T; i++) thrown[i] = m + K + i;
        for (int i = 0; i < L; i++)
            if (!visible(m, i) && !(i >= m + K && i < m + K + T)) hidden[n++] = i;
        recording_pack(f.hidden + m * BYTES, hidden, n, L);
        recording_pack(f.thrown + m * BYTES, thrown, T, L);
    }
    return f;
}

static const char *write_file_as(const File *f, const char *name)
{
    H5         *h;
    static char path[400];
    float       floats[E * N * BYTES] = { 0 };
    strcpy(path, scratch_path(&scratch, name));
    OK(h5_create(&h, path, &err));
    OK(h5_put_whole(h, "/", "rows", f->rows, &err));
    OK(h5_put_whole(h, "/", "cols", f->cols, &err));
    OK(h5_put_whole(h, "/", "visible", f->K, &err));
    OK(h5_put(h, &(H5Set){ .name = "masks/epoch", .kind = NUMBER_INT64, .rank = 1,
                           .dim = { E } }, f->epoch, &err));
    OK(h5_put(h, &(H5Set){ .name = "masks/image", .kind = NUMBER_INT64, .rank = 1,
                           .dim = { N } }, f->image, &err));
    OK(h5_put(h, &(H5Set){ .name = "masks/hidden",
                           .kind = f->wide ? NUMBER_FLOAT : NUMBER_UINT8, .rank = 3,
                           .dim = { E, f->images, f->bytes } },
              f->wide ? (const void *)floats : f->hidden, &err));
    if (f->throws)
        OK(h5_put(h, &(H5Set){ .name = "masks/thrown", .kind = NUMBER_UINT8, .rank = 3,
                               .dim = { E, f->images, f->bytes } }, f->thrown, &err));
    OK(h5_commit(h, &err));
    return path;
}

static const char *write_file(const File *f) { return write_file_as(f, "masks.h5"); }

Test(recording, gives_back_what_was_packed)
{
    Recording *r;
    File       f = whole();
    OK(recording_read(&r, write_file(&f), &err));
    cr_expect(r->rows == ROWS && r->cols == COLS && r->K == K && r->epochs == E);
    cr_expect(recording_has(r, 7) && !recording_has(r, 8) && !recording_has(r, 10));
    for (int e = 0; e < 7; e++) /* epochs 5 and 6, then over and over */
        for (int n = 0; n < N; n++) {
            uint8_t hidden[L];
            recording_get(r, hidden, (uint64_t)(5 + e), (uint64_t)f.image[n]);
            for (int i = 0; i < L; i++)
                cr_expect_eq(hidden[i], !visible(e % E * N + n, i), "%d %d %d", e, n, i);
        }
    recording_close(r);
}

Test(recording, gives_back_what_was_thrown)
{
    Recording *r;
    File       f = throwing();
    uint8_t    patches[L];
    OK(recording_read(&r, write_file(&f), &err));
    cr_expect_eq(r->T, T);
    for (int m = 0; m < E * N; m++) {
        recording_get(r, patches, (uint64_t)(5 + m / N), (uint64_t)f.image[m % N]);
        for (int i = 0; i < L; i++)
            cr_expect_eq(patches[i], visible(m, i)                    ? RECORDED_VISIBLE
                                     : i >= m + K && i < m + K + T ? RECORDED_THROWN
                                                                      : RECORDED_HIDDEN);
    }
    recording_close(r);
}

Test(recording, says_which_epochs_come_again)
{
    static const struct { uint64_t first, n; const char *says; } asked[] = {
        { 5, 1, "" }, { 5, 2, "" },
        { 7, 1, "r has 2 epochs, from 5 on: epoch 7 has the masks of epoch 5 again" },
        { 4, 1, "r has 2 epochs, from 5 on: epoch 4 has the masks of epoch 6 again" },
        { 5, 3, "r has 2 epochs, from 5 on: of epochs 5 to 7 the others have these masks "
                "again" },
        { 0, 6, "r has 2 epochs, from 5 on: of epochs 0 to 5 the others have these masks "
                "again" },
    };
    Recording *r;
    File       f = whole();
    OK(recording_read(&r, write_file(&f), &err));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        Text says = { 0 };
        recording_notice(&says, r, "r", asked[i].first, asked[i].n);
        cr_expect_str_eq(text_get(&says), asked[i].says);
        text_free(&says);
    }
    recording_close(r);
}

Test(recording, aborts_on_an_image_it_has_not, .signal = SIGABRT)
{
    Recording *r;
    uint8_t    hidden[L];
    File       f = whole();
    if (!recording_read(&r, write_file(&f), &err)) recording_get(r, hidden, 0, 8);
}

/* --- files that lie ---------------------------------------------------------- */

static void rows(File *f) { f->rows = 1 << 20; }
static void no_rows(File *f) { f->rows = -3; }
static void other_grid(File *f) { f->cols = 6; }
static void all_visible(File *f) { f->K = L; }
static void other_count(File *f) { f->K = K + 1; }
static void one_more(File *f) { f->hidden[4 * BYTES] |= 1 << 3; }
static void behind(File *f) { f->hidden[BYTES - 1] |= 1; }
static void gap(File *f) { f->epoch[1] = 8; }
static void negative(File *f) { f->image[0] = -1; }
static void twice(File *f) { f->image[2] = 7; }
static void few_images(File *f) { f->images = N - 1; }
static void few_bytes(File *f) { f->bytes = 1; }
static void floats(File *f) { f->wide = true; }

static void throws_all(File *f)
{
    *f = throwing();
    memset(f->thrown, 0xff, sizeof f->thrown);
}
static void throws_none(File *f)
{
    *f = throwing();
    memset(f->thrown, 0, sizeof f->thrown);
}
static void throws_more(File *f)
{
    *f = throwing();
    f->thrown[4 * BYTES] |= 1 << 7;
}
static void throws_hidden(File *f)
{
    *f = throwing();
    memcpy(f->thrown, f->thrown + BYTES, BYTES);
}
static void throws_besides(File *f)
{
    File other = throwing();
    f->throws = true;
    memcpy(f->thrown, other.thrown, sizeof other.thrown);
}

static const struct { void (*spoil)(File *f); const char *named; } lies[] = {
    { rows, "a grid of 1048576 x 5" },
    { no_rows, "a grid of -3 x 5" },
    { other_grid, "[2, 3, 2], expected [2, 3, 3]" },
    { all_visible, "15 of 15 patches visible" },
    { other_count, "mask [0, 0] has 11 of 15 patches, expected 10" },
    { one_more, "mask [1, 1] has 12 of 15 patches, expected 11" },
    { behind, "mask [0, 0] has bits behind its 15 patches" },
    { gap, "masks/epoch: 8 at [1], behind 5" },
    { negative, "masks/image: -1 at [0]" },
    { twice, "masks/image: 7 at [2], behind 7" },
    { few_images, "[2, 2, 2], expected [2, 3, 2]" },
    { few_bytes, "[2, 3, 1], expected [2, 3, 2]" },
    { floats, "masks/hidden: not unsigned 8-bit integers" },
    { throws_all, "masks/thrown: mask [0, 0] throws -1 of 15 patches, expected 1 to 10" },
    { throws_none, "masks/thrown: mask [0, 0] throws 0 of 15 patches, expected 1 to 10" },
    { throws_more, "masks/thrown: mask [1, 1] has 3 of 15 patches, expected 2" },
    { throws_hidden, "masks/thrown: mask [0, 0] has a patch that is hidden too" },
    { throws_besides, "masks/hidden: mask [0, 0] has 11 of 15 patches, expected 9" },
};

Test(recording, names_what_is_wrong)
{
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        Recording *r;
        File       f = whole();
        lies[i].spoil(&f);
        cr_assert_eq(recording_read(&r, write_file(&f), &err), STATUS_FORMAT, "%s",
                     lies[i].named);
        cr_expect(strstr(err.text, lies[i].named), "%s: %s", lies[i].named, err.text);
        cr_expect(strstr(err.text, "masks.h5"), "%s", err.text);
    }
}

Test(recording, names_what_is_no_recording)
{
    Recording  *r;
    H5         *h;
    const char *path = scratch_file(&scratch, "text.h5", "no HDF5 at all", 14);
    cr_expect_eq(recording_read(&r, path, &err), STATUS_FORMAT);
    path = scratch_path(&scratch, "other.h5");
    OK(h5_create(&h, path, &err));
    OK(h5_commit(h, &err));
    cr_expect_eq(recording_read(&r, path, &err), STATUS_FORMAT);
    cr_expect(strstr(err.text, "has no attribute rows"), "%s", err.text);
    cr_expect_eq(recording_read(&r, scratch_path(&scratch, "none.h5"), &err), STATUS_MISSING);
}

/* --- as a strategy ----------------------------------------------------------- */

static Mask *open_it(const char *spec)
{
    Mask *m;
    OK(strategy_open(&m, spec, ROWS, COLS, &err));
    return m;
}

Test(recording, is_a_strategy)
{
    File  f = whole();
    Mask *m = open_it(write_file(&f));
    int   ids[L];
    cr_expect(!strncmp(mask_spec(m), "masks.h5@", 9), "%s", mask_spec(m));
    mask_draw(m, ids, &(MaskView){ 0 }, 42, 6, 9, K); /* the last mask, of any seed */
    for (int t = 0; t < K; t++) cr_expect_eq(ids[t], 5 + t);

    char spec[100];
    snprintf(spec, sizeof spec, "0.5 %s + 0.5 random", mask_spec(m));
    Mask *blend = open_it(spec); /* found by its name and hash */
    cr_expect_str_eq(mask_spec(blend), spec);
    mask_close(blend);
    mask_close(m);
}

/* The whole training is two epochs long: the second half, and so one epoch, is its. */
Test(recording, of_a_schedule_is_asked_for_its_own_epochs)
{
    static const struct { const char *expression; bool says; } cases[] = {
        { "random until 0.5 then %s", false }, { "random until 0.25 then %s", true },
        { "%s until 0.5 then random", true }, { "0.5 %s + 0.5 random", true },
    };
    File f = whole();
    char spec[100], name[50];
    Mask *m = open_it(write_file(&f));
    strcpy(name, mask_spec(m));
    mask_close(m);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Text says = { 0 };
        snprintf(spec, sizeof spec, cases[i].expression, name);
        m = open_it(spec);
        replay_notice(&says, m, 4, 3); /* 4 is not recorded, 5 and 6 are */
        cr_expect_eq(says.length > 0, cases[i].says, "%s: %s", spec, text_get(&says));
        text_free(&says);
        mask_close(m);
    }
}

Test(recording, throws_as_it_was_recorded)
{
    File  f = throwing();
    int   ids[L];
    char  spec[500];
    Mask *m = open_it(write_file(&f));
    cr_expect_eq(mask_thrown(m, K), T);
    mask_draw(m, ids, &(MaskView){ 0 }, 42, 5, 7, K);
    for (int t = 0; t < K; t++) cr_expect_eq(ids[t], 1 + t);
    for (int t = 0; t < T; t++) cr_expect_eq(ids[L - T + t], 1 + K + t);
    cr_expect(ids[K] == 0 && ids[K + 1] == 1 + K + T);

    static const char *const params[] = { "throw=0.2", "hints=0.5", "sym=1" };
    for (int i = 0; i < 3; i++) {
        Mask *none;
        snprintf(spec, sizeof spec, "%s:%s", mask_spec(m), params[i]);
        cr_expect_eq(strategy_open(&none, spec, ROWS, COLS, &err), STATUS_CONFIG, "%s", spec);
        cr_expect(strstr(err.text, "throw"), "%s", err.text);
    }
    mask_close(m);
}

Test(recording, is_told_from_an_expression)
{
    static const struct { const char *spec; bool is; } cases[] = {
        { "%s", true }, { "%s:jitter=1", true }, { "random until 0.5 then %s", false },
        { "%s until 0.5 then random", false }, { "(%s)", false }, { "random", false },
    };
    File f = whole();
    for (int blank = 0; blank < 2; blank++) {
        const char *path = write_file_as(&f, blank ? "my masks.h5" : "masks.h5");
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            const Recording *r;
            char             spec[500];
            snprintf(spec, sizeof spec, cases[i].spec, path);
            OK(strategy_recording(&r, spec, &err));
            cr_expect_eq(r != NULL, cases[i].is, "%s", spec);
        }
    }
}

/* Of "my masks (2).h5" the text is one word, and finds the file again, in this process
 * and in another that is told the folder. */
Test(recording, may_be_called_anything)
{
    File        f = whole();
    char        spec[600], line[1200];
    const char *path = write_file_as(&f, "my masks (2).h5");
    Mask       *m = open_it(path);
    cr_expect(!strncmp(mask_spec(m), "my_masks__2_.h5@", 16), "%s", mask_spec(m));
    snprintf(line, sizeof line, "MASKGRID_PLUGIN_PATH='%s' '%s' masks '%s' --grid 3x5 "
             "--ratio 0.73 --count 1 >/dev/null", scratch.folder, getenv("MASKGRID"),
             mask_spec(m));
    cr_expect_eq(system(line), 0, "%s", line);

    snprintf(spec, sizeof spec, "'%s' until 0.5 then random", path);
    Mask *blend = open_it(spec);
    snprintf(spec, sizeof spec, "%s until 0.5 then random", mask_spec(m));
    cr_expect_str_eq(mask_spec(blend), spec);
    mask_close(blend);
    mask_close(m);
}

Test(recording, identity_is_that_of_the_content)
{
    char  first[100];
    File  f = whole();
    Mask *m = open_it(write_file(&f));
    strcpy(first, mask_spec(m));
    mask_close(m);
    cr_expect_eq(strlen(first), strlen("masks.h5@") + 12, "%s", first);

    const char *wrong = "masks.h5@000000000000";
    cr_expect_eq(strategy_open(&m, wrong, ROWS, COLS, &err), STATUS_MISSING);
}

Test(recording, refuses_what_it_cannot_draw)
{
    File  f = whole();
    char  spec[500];
    Mask *m;
    cr_expect_eq(strategy_open(&m, write_file(&f), COLS, ROWS, &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "of 3 x 5 patches, not of 5 x 3"), "%s", err.text);

    m = open_it(write_file(&f));
    cr_expect(!mask_check(m, K, 0, 1, &err));
    cr_expect_eq(mask_check(m, K + 1, 0, 1, &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "4 of 15 patches visible"), "%s", err.text);
    cr_expect_eq(mask_check(m, K, 0, 2, &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "no mask of image 1; 3 images are recorded, 0 to 9"), "%s",
              err.text);
    snprintf(spec, sizeof spec, "%s until 0.5 then random", mask_spec(m));
    mask_close(m);
    m = open_it(spec); /* and so as a part */
    cr_expect_eq(mask_check(m, K, 0, 2, &err), STATUS_CONFIG);
    mask_close(m);
    snprintf(spec, sizeof spec, "%s | random", scratch_path(&scratch, "masks.h5"));
    m = open_it(spec);
    cr_expect_eq(mask_check(m, K, 0, 1, &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "union"), "%s", err.text);
    mask_close(m);
}
