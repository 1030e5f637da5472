#define _POSIX_C_SOURCE 200809L /* popen */
#include "core/base/file.h"
#include "core/base/h5.h"
#include "tests/ok.h"
#include "tests/room.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 20000, SMALL = 301, LIMIT = 1 << 24 };

TestSuite(h5, .init = open_room, .fini = close_room);

/* Does not pack, so that most of the file is this array. */
static float noise(int i)
{
    uint32_t bits = (uint32_t)i * 2654435761U;
    return (float)(bits ^ bits >> 15) / 7;
}

static const double  doubles[SMALL] = { 0.5, NAN, -1e300 };
static const uint8_t bools[4] = { 1, 0, 0, 1 };

/* One of everything. */
static const char *everything(void)
{
    static float       floats[N];
    static int32_t     ints[2 * 3 * 4];
    static int64_t     wide[2] = { INT64_MIN, INT64_MAX };
    static const char *words[] = { "random", "", "späte" };
    const char        *path = scratch_path(&scratch, "all.h5");
    bool               before = file_exists(path);
    H5                *f;
    for (int i = 0; i < N; i++) floats[i] = noise(i);
    for (int i = 0; i < 24; i++) ints[i] = -i;
    OK(h5_create(&f, path, &err));
    OK(h5_put_text(f, "/", "title", "größer", &err));
    OK(h5_put_text(f, "/", "title", "once more", &err));
    OK(h5_put_text(f, "a/b", "empty", "", &err));
    OK(h5_put_number(f, "/", "ratio", 0.75, &err));
    OK(h5_put_whole(f, "a", "seed", -7, &err));
    OK(h5_put(f, &(H5Set){ .name = "a/step", .kind = NUMBER_DOUBLE, .rank = 1,
                           .dim = { SMALL }, .units = "1" }, doubles, &err));
    OK(h5_put(f, &(H5Set){ .name = "a/loss", .kind = NUMBER_DOUBLE, .rank = 1,
                           .dim = { SMALL }, .units = "1", .long_name = "a loss",
                           .better = "lower", .scale = { "a/step" }, .lo = 0, .hi = 2 },
              doubles, &err));
    OK(h5_put(f, &(H5Set){ .name = "floats", .kind = NUMBER_FLOAT, .rank = 2,
                           .dim = { N / 100, 100 } }, floats, &err));
    OK(h5_put(f, &(H5Set){ .name = "ints", .kind = NUMBER_INT32, .rank = 3,
                           .dim = { 2, 3, 4 } }, ints, &err));
    OK(h5_put(f,
              &(H5Set){ .name = "wide", .kind = NUMBER_INT64, .rank = 1, .dim = { 2 } },
              wide, &err));
    OK(h5_put(f,
              &(H5Set){ .name = "none", .kind = NUMBER_UINT8, .rank = 1, .dim = { 0 } },
              bools, &err));
    OK(h5_put(f,
              &(H5Set){ .name = "bools", .kind = NUMBER_BOOL, .rank = 1, .dim = { 4 } },
              bools, &err));
    OK(h5_put(f, &(H5Set){ .name = "one", .kind = NUMBER_DOUBLE }, doubles, &err));
    OK(h5_put_long_text(f, "config", "a: 1\nb: ü\n", &err));
    OK(h5_put_texts(f, "names", words, 3, &err));
    cr_expect(file_exists(path) == before, "nothing is seen before the commit");
    OK(h5_commit(f, &err));
    return path;
}

Test(h5, comes_back_as_it_was_written)
{
    H5                *f;
    const char        *text;
    const char *const *list;
    double             number;
    int64_t            whole;
    void              *x;
    size_t             n;
    OK(h5_open(&f, everything(), &err));
    OK(h5_get_text(f, "/", "title", &arena, &text, &err));
    cr_expect_str_eq(text, "once more");
    OK(h5_get_text(f, "a/b", "empty", &arena, &text, &err));
    cr_expect_str_eq(text, "");
    OK(h5_get_number(f, "/", "ratio", &number, &err));
    OK(h5_get_whole(f, "a", "seed", &whole, &err));
    cr_expect(number == 0.75 && whole == -7);

    H5Set loss = { .name = "a/loss", .kind = NUMBER_DOUBLE, .rank = 1 };
    OK(h5_get(f, &loss, &arena, &x, &err));
    cr_expect(loss.dim[0] == SMALL && !memcmp(x, doubles, sizeof doubles));
    cr_expect_str_eq(loss.units, "1");
    cr_expect_str_eq(loss.long_name, "a loss");
    cr_expect_str_eq(loss.better, "lower");

    H5Set floats = { .name = "floats", .kind = NUMBER_DOUBLE, .rank = 2 };
    OK(h5_get(f, &floats, &arena, &x, &err));
    cr_expect(floats.dim[0] == N / 100 && floats.dim[1] == 100 && !floats.units);
    for (int i = 0; i < N; i++) cr_assert(((double *)x)[i] == (double)noise(i));

    int64_t ints[24];
    OK(h5_get_into(f, &(H5Set){ .name = "ints", .kind = NUMBER_INT64, .rank = 3,
                                .dim = { 2, 3, 4 } }, ints, &err));
    for (int i = 0; i < 24; i++) cr_expect(ints[i] == -i);
    OK(h5_get_into(f, &(H5Set){ .name = "wide", .kind = NUMBER_INT64, .rank = 1,
                                .dim = { 2 } }, ints, &err));
    cr_expect(ints[0] == INT64_MIN && ints[1] == INT64_MAX);

    H5Set truth = { .name = "bools", .kind = NUMBER_BOOL, .rank = 1 };
    OK(h5_get(f, &truth, &arena, &x, &err));
    cr_expect(truth.dim[0] == 4 && !memcmp(x, bools, 4));
    H5Set none = { .name = "none", .kind = NUMBER_UINT8, .rank = 1 };
    OK(h5_get(f, &none, &arena, &x, &err));
    cr_expect(none.dim[0] == 0);
    H5Set one = { .name = "one", .kind = NUMBER_DOUBLE };
    OK(h5_get(f, &one, &arena, &x, &err));
    cr_expect(*(double *)x == 0.5);

    OK(h5_get_long_text(f, "config", &arena, &text, &err));
    cr_expect_str_eq(text, "a: 1\nb: ü\n");
    OK(h5_get_texts(f, "names", &arena, &list, &n, &err));
    cr_expect(n == 3);
    cr_expect_str_eq(list[0], "random");
    cr_expect_str_eq(list[1], "");
    cr_expect_str_eq(list[2], "späte");
    OK(h5_list(f, "a", &arena, &list, &err));
    cr_expect_str_eq(list[0], "b");
    cr_expect_str_eq(list[2], "step");
    cr_expect(!list[3]);
    h5_close(f);
}

/* What was asked for is not what is there: each message names file and object. */
Test(h5, another_type_rank_or_size_is_refused)
{
    static const H5Set wrong[] = {
        { .name = "floats", .kind = NUMBER_FLOAT, .rank = 1 },
        { .name = "floats", .kind = NUMBER_INT32, .rank = 2 },
        { .name = "a/loss", .kind = NUMBER_FLOAT, .rank = 1 },
        { .name = "wide", .kind = NUMBER_INT32, .rank = 1 },
        { .name = "ints", .kind = NUMBER_DOUBLE, .rank = 3 },
        { .name = "bools", .kind = NUMBER_UINT8, .rank = 1 },
        { .name = "none", .kind = NUMBER_BOOL, .rank = 1 },
        { .name = "config", .kind = NUMBER_UINT8, .rank = 0 },
        { .name = "a", .kind = NUMBER_DOUBLE, .rank = 1 },
        { .name = "a/absent", .kind = NUMBER_DOUBLE, .rank = 1 },
        { .name = "absent/loss", .kind = NUMBER_DOUBLE, .rank = 1 },
        { .name = "a/loss/more", .kind = NUMBER_DOUBLE, .rank = 1 },
    };
    H5 *f;
    OK(h5_open(&f, everything(), &err));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        H5Set set = wrong[i];
        void *x;
        cr_expect(h5_get(f, &set, &arena, &x, &err) == STATUS_FORMAT, "%s", set.name);
        cr_expect(strstr(err.text, "all.h5") && strstr(err.text, set.name), "%s",
                  err.text);
    }
    double             x[SMALL];
    const char        *text;
    const char *const *list;
    size_t             n;
    int64_t            whole;
    cr_expect(h5_get_into(f, &(H5Set){ .name = "a/loss", .kind = NUMBER_DOUBLE, .rank = 1,
                                       .dim = { SMALL - 1 } }, x, &err) == STATUS_FORMAT);
    cr_expect(h5_get_text(f, "/", "ratio", &arena, &text, &err) == STATUS_FORMAT);
    cr_expect(h5_get_text(f, "/", "absent", &arena, &text, &err) == STATUS_FORMAT);
    cr_expect(h5_get_text(f, "absent", "title", &arena, &text, &err) == STATUS_FORMAT);
    cr_expect(h5_get_whole(f, "/", "title", &whole, &err) == STATUS_FORMAT);
    cr_expect(h5_get_long_text(f, "names", &arena, &text, &err) == STATUS_FORMAT);
    cr_expect(h5_get_texts(f, "floats", &arena, &list, &n, &err) == STATUS_FORMAT);
    cr_expect(h5_list(f, "floats", &arena, &list, &err) == STATUS_FORMAT);
    h5_close(f);
}

Test(h5, a_cut_file_is_not_a_file)
{
    H5    *f;
    char  *bytes;
    size_t n;
    OK(file_read(everything(), LIMIT, &bytes, &n, &err));
    for (size_t part = 0; part < 40; part++) {
        scratch_file(&scratch, "cut.h5", bytes, n * part / 40);
        cr_expect(h5_open(&f, scratch.path, &err) == STATUS_FORMAT, "%zu of 40 parts",
                  part);
        cr_expect(!f && strstr(err.text, "cut.h5"), "%s", err.text);
    }
    free(bytes);
    cr_expect(h5_open(&f, scratch_path(&scratch, "absent.h5"), &err) == STATUS_MISSING);
    cr_expect(h5_open(&f, scratch.folder, &err) == STATUS_FORMAT);
}

/* Put another number where this one stands in the file; returns how often. */
static int forge(char *bytes, size_t n, uint64_t from, uint64_t to)
{
    int found = 0;
    for (size_t i = 0; i + 8 <= n; i++)
        if (!memcmp(bytes + i, &from, 8)) memcpy(bytes + i, &to, 8), found++;
    return found;
}

/* A small file must not make us take much memory, whatever it claims. */
Test(h5, absurd_sizes_are_refused)
{
    static const uint64_t claims[] = { 1 << 20, 1 << 27, 1ULL << 40, 1ULL << 61,
                                       ~0ULL - 1 };
    H5                   *f;
    char                 *bytes;
    size_t                n;
    void                 *x;
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        OK(file_read(everything(), LIMIT, &bytes, &n, &err));
        cr_assert(forge(bytes, n, SMALL, claims[i]) > 0);
        scratch_file(&scratch, "forged.h5", bytes, n);
        free(bytes);
        H5Set set = { .name = "a/loss", .kind = NUMBER_DOUBLE, .rank = 1 };
        if (h5_open(&f, scratch.path, &err)) continue;
        cr_expect(h5_get(f, &set, &arena, &x, &err) == STATUS_FORMAT, "claim %zu", i);
        cr_expect(arena.held <= 4 << 20, "%zu bytes held", arena.held);
        h5_close(f);
    }
}

/* Packed arrays carry a checksum. */
Test(h5, a_flipped_bit_in_packed_data_is_found)
{
    H5    *f;
    char  *bytes;
    size_t n;
    void  *x;
    OK(file_read(everything(), LIMIT, &bytes, &n, &err));
    for (int i = -5; i <= 5; i++) {
        size_t at = n / 2 + (size_t)(i * 2003);
        bytes[at] ^= 16;
        scratch_file(&scratch, "flipped.h5", bytes, n);
        bytes[at] ^= 16;
        OK(h5_open(&f, scratch.path, &err));
        H5Set set = { .name = "floats", .kind = NUMBER_FLOAT, .rank = 2 };
        cr_expect(h5_get(f, &set, &arena, &x, &err) == STATUS_FORMAT, "byte %zu", at);
        h5_close(f);
    }
    free(bytes);
}

Test(h5, a_flipped_bit_anywhere_breaks_the_seal)
{
    char  *bytes;
    size_t n;
    OK(h5_verify(everything(), &err));
    OK(file_read(scratch.path, LIMIT, &bytes, &n, &err));
    for (size_t i = 0; i < n; i += i < 1200 ? 1 : 997) {
        bytes[i] ^= (char)(1 << i % 8);
        scratch_file(&scratch, "flipped.h5", bytes, n);
        bytes[i] ^= (char)(1 << i % 8);
        cr_expect(h5_verify(scratch.path, &err) == STATUS_FORMAT, "byte %zu", i);
    }
    for (size_t part = 0; part < 40; part++) {
        scratch_file(&scratch, "cut.h5", bytes, n * part / 40);
        cr_expect(h5_verify(scratch.path, &err) == STATUS_FORMAT, "%zu of 40 parts", part);
    }
    scratch_file(&scratch, "longer.h5", bytes, n + 1);
    cr_expect(h5_verify(scratch.path, &err) == STATUS_FORMAT);
    free(bytes);
    cr_expect(h5_verify(scratch_path(&scratch, "absent.h5"), &err) == STATUS_MISSING);
}

/* Wherever it stands: between what is read first and what is read next, too. */
Test(h5, texts_are_found_in_what_is_whole)
{
    enum { LONG = 3 << 16, SHORT = 100 };
    static char all[LONG + 1];
    char        text[SHORT + 1] = "";
    bool        has;
    H5         *f;
    for (int i = 0; i < SHORT; i++) text[i] = (char)('!' + i % 90);
    for (size_t at = 0; at < LONG - SHORT; at += at % 65536 < 60000 ? 9973 : 83) {
        memset(all, '.', LONG);
        memcpy(all + at, text, SHORT);
        OK(h5_create(&f, scratch_path(&scratch, "long.h5"), &err));
        OK(h5_put_long_text(f, "dots", all, &err));
        OK(h5_commit(f, &err));
        const char *const texts[] = { text, "dots", "no such text" };
        OK(h5_verify_has(scratch.path, texts, 2, &has, &err));
        cr_expect(has, "at %zu", at);
        OK(h5_verify_has(scratch.path, texts, 3, &has, &err));
        cr_expect(!has);
    }
}

static void expect_no_seal(void)
{
    H5 *f;
    OK(h5_open(&f, scratch.path, &err));
    h5_close(f);
    cr_expect(h5_verify(scratch.path, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, ": without a seal: another program"), "%s", err.text);
}

/* As others write them: HDF5 begins where the seal ends.  They can be opened, but who knows
 * what has become of their numbers? */
Test(h5, a_file_without_a_seal_is_not_as_it_was)
{
    char  *bytes;
    size_t n;
    OK(file_read(everything(), LIMIT, &bytes, &n, &err));
    scratch_file(&scratch, "other.h5", bytes + 512, n - 512);
    expect_no_seal();
    scratch_file(&scratch, "other.h5", bytes + 512, n - 600);
    cr_expect(h5_verify(scratch.path, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "not a whole HDF5 file"), "%s", err.text);
    memset(bytes, 0, 512);
    scratch_file(&scratch, "other.h5", bytes, n);
    expect_no_seal();
    free(bytes);
}

Test(h5, equal_contents_are_equal_bytes)
{
    char  *a, *b;
    size_t n, m;
    OK(file_read(everything(), LIMIT, &a, &n, &err));
    sleep(1); /* HDF5's clock ticks in seconds */
    OK(file_read(everything(), LIMIT, &b, &m, &err));
    cr_expect(n == m && !memcmp(a, b, n));
    free(a);
    free(b);
}

Test(h5, what_is_not_committed_leaves_nothing)
{
    H5  *f;
    char aside[512];
    OK(h5_create(&f, scratch_path(&scratch, "dropped.h5"), &err));
    file_aside(scratch.path, aside, sizeof aside);
    cr_expect(file_exists(aside));
    h5_close(f);
    cr_expect(!file_exists(scratch.path) && !file_exists(aside));
    h5_close(NULL);
    cr_expect(h5_create(&f, scratch_path(&scratch, "no/folder.h5"), &err) == STATUS_IO);
    cr_expect(!f);
}

Test(h5, a_name_is_taken_once)
{
    H5   *f;
    H5Set one = { .name = "x", .kind = NUMBER_DOUBLE };
    OK(h5_create(&f, scratch_path(&scratch, "twice.h5"), &err));
    OK(h5_put(f, &one, doubles, &err));
    cr_expect(h5_put(f, &one, doubles, &err) == STATUS_IO);
    cr_expect(strstr(err.text, "twice.h5: x") && strstr(err.text, "exists"), "%s",
              err.text);
    h5_close(f);
}

/* HDF5's own program agrees with us. */
Test(h5, h5dump_reads_it)
{
    char command[600], line[400];
    bool scale = false, units = false, value = false, truth = false;
    snprintf(command, sizeof command, "h5dump %s", everything());
    FILE *p = popen(command, "r");
    cr_assert(p != NULL);
    while (fgets(line, sizeof line, p)) {
        scale |= strstr(line, "DIMENSION_LIST") != NULL;
        units |= strstr(line, "\"units\"") != NULL;
        value |= strstr(line, "once more") != NULL;
        truth |= strstr(line, "TRUE, FALSE, FALSE, TRUE") != NULL;
    }
    int rc = pclose(p);
    cr_expect(rc == 0 && scale && units && value && truth, "rc %d: %d %d %d %d", rc,
              scale, units, value, truth);
}
