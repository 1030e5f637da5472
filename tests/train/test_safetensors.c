#include "core/train/safetensors.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(safetensors, .init = open_scratch, .fini = close_scratch);

/* A file of this header and `length` bytes 0, 1, 2, ... behind it; `claimed` is the
 * header's length where it is to be a lie. */
static const char *make_file(const char *header, size_t length, uint64_t claimed)
{
    unsigned char bytes[2048];
    uint64_t      n = strlen(header), said = claimed ? claimed : n;
    cr_assert(sizeof said + n + length <= sizeof bytes);
    memcpy(bytes, &said, sizeof said);
    memcpy(bytes + sizeof said, header, n);
    for (size_t i = 0; i < length; i++) bytes[sizeof said + n + i] = (unsigned char)i;
    return scratch_file(&scratch, "f", bytes, sizeof said + n + length);
}

/* --- several files as one --------------------------------------------------- */

static const char *shard(const char *name, const char *tensor, real first)
{
    Err            err;
    SafetensorsOut o;
    const real     x[2] = { first, first + 1 };
    safetensors_start(&o);
    safetensors_add(&o, tensor, NULL, x, 1, (int[]){ 2 });
    REQUIRE(safetensors_write(&o, scratch_path(&scratch, name), &err));
    return scratch.path;
}

static Status open_index(Safetensors *f, const char *map, Err *err)
{
    char text[512];
    int  n = snprintf(text, sizeof text, "{\"metadata\":{\"total_size\":16},%s}", map);
    return safetensors_open_index(f, scratch_file(&scratch, "m.safetensors.index.json", text,
                                                  (size_t)n), err);
}

Test(safetensors, an_index_opens_all_its_files)
{
    Err         err = { .text = "" };
    Safetensors f;
    real        x[2];
    char        before[HASH_HEX], after[HASH_HEX];
    shard("m-1.safetensors", "a", 1), shard("m-2.safetensors", "b", 5);
    cr_assert(!open_index(&f, "\"weight_map\":{\"b\":\"m-2.safetensors\",\"a\":"
                          "\"m-1.safetensors\"}", &err), "%s", err.text);
    cr_expect(f.n == 2);
    for (int i = 0; i < 2; i++) {
        const SafeTensor *t = safetensors_find(&f, i ? "b" : "a");
        cr_assert(t);
        REQUIRE(safetensors_read(&f, t, x, &err));
        cr_expect(x[0] == (i ? 5 : 1) && x[1] == (i ? 6 : 2));
    }
    safetensors_close(&f);
    const char *index = scratch_path(&scratch, "m.safetensors.index.json");
    cr_expect(safetensors_is_index(index) && !safetensors_is_index("m.safetensors"));
    REQUIRE(safetensors_hash_index(before, index, &err));
    shard("m-2.safetensors", "b", 6);
    REQUIRE(safetensors_hash_index(after, scratch_path(&scratch, "m.safetensors.index.json"),
                                   &err));
    cr_expect_str_neq(before, after);
}

Test(safetensors, a_wrong_index_is_refused)
{
    static const struct { const char *map, *named; } cases[] = {
        { "\"a\":1", "no weight_map" },
        { "\"weight_map\":{}", "names no tensor" },
        { "\"weight_map\":{\"a\":\"../m-1.safetensors\"}", "the name of its file is none" },
        { "\"weight_map\":{\"a\":\"/etc/passwd\"}", "the name of its file is none" },
        { "\"weight_map\":{\"a\":7}", "the name of its file is none" },
        { "\"weight_map\":{\"a\":\"none.safetensors\"}", "none.safetensors: No such file" },
        { "\"weight_map\":{\"b\":\"m-1.safetensors\"}", "no tensor \"b\", though" },
        { "\"weight_map\":{\"a\":\"m-1.safetensors\",\"a\":\"m-1.safetensors\"}", "uplicate" },
        { "\"weight_map\":{\"a\":\"m-1.safetensors\",\"c\":\"m-3.safetensors\"}", "in two files" },
    };
    shard("m-1.safetensors", "a", 1);
    for (int i = 0; i < 9; i++) {
        Err         err = { .text = "" };
        Safetensors f;
        if (i == 8) {
            SafetensorsOut o;
            const real     x[2] = { 1, 2 };
            safetensors_start(&o);
            safetensors_add(&o, "a", NULL, x, 1, (int[]){ 2 });
            safetensors_add(&o, "c", NULL, x, 1, (int[]){ 2 });
            REQUIRE(safetensors_write(&o, scratch_path(&scratch, "m-3.safetensors"), &err));
        }
        cr_expect(open_index(&f, cases[i].map, &err), "case %d", i);
        cr_expect(strstr(err.text, cases[i].named), "case %d: %s", i, err.text);
    }
}

/* --- what is refused ---------------------------------------------------- */

#define F32(name, shape, from, to)                             \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape           \
    ",\"data_offsets\":[" from "," to "]}"

static const struct {
    const char *what, *header, *named;
    size_t      length;
    uint64_t    claimed;
} hostile[] = {
    { "empty header", "", "does not begin with {", 0, 0 },
    { "longer than the file", "{}", "truncated", 0, 1000 },
    { "longer than any", "{}", "truncated", 0, UINT64_MAX },
    { "not JSON", "{\"a\":", "header", 0, 0 },
    { "a list", "[1]", "does not begin with {", 0, 0 },
    { "rest after JSON", "{}x", "header", 0, 0 },
    { "truncated numbers", "{" F32("a", "[4]", "0", "16") "}", "\"a\": bytes 0 to 16",
      15, 0 },
    { "numbers to spare", "{" F32("a", "[2]", "0", "8") "}", "1 bytes behind the last",
      9, 0 },
    { "overlap", "{" F32("a", "[2]", "0", "8") "," F32("b", "[2]", "4", "12") "}",
      "\"b\" overlaps tensor \"a\"", 12, 0 },
    { "hole", "{" F32("a", "[1]", "0", "4") "," F32("b", "[1]", "8", "12") "}",
      "\"b\": a hole of 4 bytes", 12, 0 },
    { "hole at the start", "{" F32("b", "[1]", "4", "8") "}", "a hole of 4 bytes", 8, 0 },
    { "same place", "{" F32("a", "[1]", "0", "4") "," F32("b", "[1]", "0", "4") "}",
      "overlaps", 4, 0 },
    { "past the end", "{" F32("a", "[9]", "0", "36") "}", "\"a\": bytes 0 to 36", 8, 0 },
    { "backwards", "{" F32("a", "[1]", "4", "0") "}", "\"a\": bytes 4 to 0", 4, 0 },
    { "negative", "{" F32("a", "[1]", "-4", "0") "}", "\"a\": data_offsets", 4, 0 },
    { "a fraction", "{" F32("a", "[1]", "0.0", "4") "}", "\"a\": data_offsets", 4, 0 },
    { "no number", "{" F32("a", "[1]", "NaN", "4") "}", "header", 4, 0 },
    { "infinity", "{" F32("a", "[1]", "0", "1e999") "}", "header", 4, 0 },
    { "backwards in the file", "{" F32("b", "[1]", "4", "8") "," F32("a", "[2]", "0", "8") "}",
      "\"b\" overlaps tensor \"a\"", 8, 0 },
    { "three offsets", "{" F32("a", "[1]", "0,2", "4") "}", "\"a\": data_offsets", 4, 0 },
    { "wrong size", "{" F32("a", "[3]", "0", "8") "}", "its shape needs 12", 8, 0 },
    { "negative size", "{" F32("a", "[-1]", "0", "4") "}", "\"a\": shape", 4, 0 },
    { "overflow", "{" F32("a", "[4294967296,4294967296]", "0", "0") "}", "overflows",
      0, 0 },
    { "overflow in bytes", "{" F32("a", "[4611686018427387904]", "0", "0") "}",
      "overflows", 0, 0 },
    { "rank 9", "{" F32("a", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", "\"a\": shape", 4, 0 },
    { "beyond 64 bits", "{" F32("a", "[99999999999999999999]", "0", "4") "}", "header",
      4, 0 },
    { "twice", "{" F32("a", "[1]", "0", "4") "," F32("a", "[1]", "4", "8") "}", "header",
      8, 0 },
    { "no such dtype", "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}",
      "\"a\": no dtype", 4, 0 },
    { "no dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "\"a\": no dtype",
      4, 0 },
    { "not a map", "{\"a\":5}", "\"a\": no dtype", 0, 0 },
    { "metadata of numbers", "{\"__metadata__\":{\"k\":1}}", "\"k\" is not a text",
      0, 0 },
    { "metadata a list", "{\"__metadata__\":[]}", "not a map", 0, 0 },
    { "a NUL in a name", "{\"a\\u0000b\":1}", "header", 0, 0 },
    { "no UTF-8", "{\"\xff\":1}", "header", 0, 0 },
};
enum { N_HOSTILE = sizeof hostile / sizeof *hostile };

ParameterizedTestParameters(safetensors, refuses)
{
    static int index[N_HOSTILE];
    for (int i = 0; i < N_HOSTILE; i++) index[i] = i;
    return cr_make_param_array(int, index, N_HOSTILE);
}

ParameterizedTest(int *i, safetensors, refuses)
{
    Err         err;
    Safetensors f;
    const char *what = hostile[*i].what, *named = hostile[*i].named;
    const char *path = make_file(hostile[*i].header, hostile[*i].length,
                                 hostile[*i].claimed);
    Status      bad = safetensors_open(&f, path, &err);
    cr_assert(bad == STATUS_FORMAT, "%s: status %d", what, bad);
    cr_expect(strstr(err.text, path) && strstr(err.text, named),
              "%s: \"%s\" does not say \"%s\"", what, err.text, named);
}

Test(safetensors, refuses_what_is_no_file)
{
    Err         err;
    Safetensors f;
    const char *none = scratch_path(&scratch, "none");
    cr_expect(safetensors_open(&f, none, &err) == STATUS_MISSING);
    cr_expect(safetensors_open(&f, scratch.folder, &err) == STATUS_FORMAT);
    const char *cut = scratch_file(&scratch, "short", "1234567", 7);
    cr_expect(safetensors_open(&f, cut, &err) == STATUS_FORMAT);
}

/* Any byte of a header changed, any length cut: refused or read, never worse. */
Test(safetensors, survives_damage)
{
    static const char header[] = "{" F32("a", "[2]", "0", "8") ",\"__metadata__\":"
                                 "{\"k\":\"v\"}," F32("b", "[1]", "8", "12") "}";
    Err         err;
    Safetensors f;
    char        damaged[sizeof header];
    for (size_t at = 0; at + 1 < sizeof header; at++)
        for (int with = 0; with < 5; with++) {
            memcpy(damaged, header, sizeof header);
            damaged[at] = "0]\"9\\"[with];
            if (safetensors_open(&f, make_file(damaged, 12, 0), &err)) continue;
            cr_expect(f.n <= 2 && (!f.n || f.tensors[f.n - 1].end == 12), "%s", damaged);
            safetensors_close(&f);
        }
    for (size_t length = 0; length < 12; length++)
        cr_expect(safetensors_open(&f, make_file(header, length, 0), &err));
}

/* --- what is read ------------------------------------------------------- */

/* 1.5 and -2 in every float; 200 and 1 in bytes; -3 in signed integers. */
static const struct {
    const char *dtype;
    size_t      bytes;
    uint64_t    bits;
    double      value;
} numbers[] = {
    { "F64", 8, 0x3ff8000000000000, 1.5 }, { "F32", 4, 0x3fc00000, 1.5 },
    { "F16", 2, 0x3e00, 1.5 },             { "F16", 2, 0xc000, -2 },
    { "F16", 2, 0x0001, 5.9604644775390625e-08 },
    { "F16", 2, 0x7bff, 65504 },           { "F16", 2, 0xfc00, -INFINITY },
    { "BF16", 2, 0x3fc0, 1.5 },            { "BF16", 2, 0xc000, -2 },
    { "U8", 1, 200, 200 },                 { "BOOL", 1, 1, 1 },
    { "I8", 1, 0xfd, -3 },                 { "I16", 2, 0xfffd, -3 },
    { "U16", 2, 0xfffd, 65533 },           { "I32", 4, 0xfffffffd, -3 },
    { "U32", 4, 7, 7 },                    { "I64", 8, UINT64_MAX - 2, -3 },
    { "U64", 8, 9, 9 },
};

Test(safetensors, reads_every_number)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char        header[200], bytes[256];
        Err         err;
        Safetensors f;
        real        x;
        uint64_t    n = (uint64_t)snprintf(header, sizeof header,
                                           "{\"x\":{\"dtype\":\"%s\",\"shape\":[],"
                                           "\"data_offsets\":[0,%zu]}}",
                                           numbers[i].dtype, numbers[i].bytes);
        memcpy(bytes, &n, 8);
        memcpy(bytes + 8, header, n);
        memcpy(bytes + 8 + n, &numbers[i].bits, numbers[i].bytes);
        const char *path = scratch_file(&scratch, "f", bytes, 8 + n + numbers[i].bytes);
        REQUIRE(safetensors_open(&f, path, &err));
        REQUIRE(safetensors_read(&f, safetensors_find(&f, "x"), &x, &err));
        cr_expect((double)x == numbers[i].value, "%s: read %.17g, expected %.17g",
                  numbers[i].dtype, (double)x, numbers[i].value);
        safetensors_close(&f);
    }
}

Test(safetensors, other_numbers_are_listed_but_not_read)
{
    Err         err;
    Safetensors f;
    real        x;
    REQUIRE(safetensors_open(&f, make_file("{\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],"
                                           "\"data_offsets\":[0,1]}}", 1, 0), &err));
    cr_expect(safetensors_read(&f, safetensors_find(&f, "x"), &x, &err) == STATUS_FORMAT);
    safetensors_close(&f);
}

Test(safetensors, shapes_are_asked_for)
{
    Err               err;
    Safetensors       f;
    const SafeTensor *x;
    const char       *path = make_file("{" F32("a", "[3,2]", "0", "24") "}", 24, 0);
    REQUIRE(safetensors_open(&f, path, &err));
    cr_expect(!safetensors_expect(&f, "a", 2, (int[]){ 3, 2 }, &x, &err));
    cr_expect(!safetensors_expect(&f, "a", 2, (int[]){ -1, 2 }, &x, &err));
    cr_expect(safetensors_expect(&f, "a", 2, (int[]){ -1, 3 }, &x, &err));
    cr_expect(strstr(err.text, "\"a\": shape [3, 2], expected [any, 3]"), "%s", err.text);
    cr_expect(safetensors_expect(&f, "a", 1, (int[]){ 6 }, &x, &err));
    cr_expect(safetensors_expect(&f, "b", 1, (int[]){ 6 }, &x, &err));
    cr_expect(strstr(err.text, "no tensor \"b\""), "%s", err.text);
    safetensors_close(&f);
}

/* --- what is written ---------------------------------------------------- */

Test(safetensors, reads_what_it_wrote)
{
    enum { LONG = 100000 };
    Err            err;
    Safetensors    f;
    SafetensorsOut o;
    real          *x = malloc(LONG * sizeof *x), *y = malloc(LONG * sizeof *y), one = 3;
    for (int i = 0; i < LONG; i++) x[i] = (real)(1.0 / (i + 1));
    safetensors_start(&o);
    safetensors_add(&o, "z", NULL, &one, 0, NULL);
    safetensors_add(&o, "a.\"quoted\"", NULL, x, 2, (int[]){ LONG / 4, 4 });
    safetensors_add(&o, "none", NULL, x, 2, (int[]){ 0, 7 });
    safetensors_note(&o, "key", "line\nline");
    REQUIRE(safetensors_write(&o, scratch_path(&scratch, "f"), &err));

    REQUIRE(safetensors_open(&f, scratch_path(&scratch, "f"), &err));
    cr_assert(f.n == 3 && f.data % 8 == 0);
    cr_expect(!strcmp(safetensors_meta(&f, "key"), "line\nline"));
    const SafeTensor *a = safetensors_find(&f, "a.\"quoted\"");
    cr_assert(a && a->rank == 2 && a->dim[0] == LONG / 4 && a->dim[1] == 4);
    REQUIRE(safetensors_read(&f, a, y, &err));
    cr_expect(!memcmp(x, y, LONG * sizeof *x), "other bits came back");
    REQUIRE(safetensors_read(&f, safetensors_find(&f, "z"), y, &err));
    cr_expect(y[0] == 3);
    safetensors_close(&f);
    free(y), free(x);
}

Test(safetensors, says_when_it_cannot_write)
{
    Err            err;
    SafetensorsOut o;
    safetensors_start(&o);
    cr_expect(safetensors_write(&o, "/nowhere/f", &err) == STATUS_IO);
    cr_expect(strstr(err.text, "/nowhere/f"), "%s", err.text);
}
