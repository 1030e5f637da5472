#include "core/metrics/accuracy.h"
#include "experiments/record/predictions.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch, other;
static Arena   arena;
static void    open_scratch(void)
{
    scratch_open(&scratch), scratch_open(&other);
    arena_open(&arena, "test", NULL, NULL);
}
static void close_scratch(void)
{
    arena_close(&arena);
    scratch_close(&other), scratch_close(&scratch);
}
TestSuite(predictions, .init = open_scratch, .fini = close_scratch);

static Status read(Predictions *p, const char *truth, const char *scores, Err *err)
{
    const char *a = scratch_file(&scratch, "t.csv", truth, strlen(truth));
    const char *b = scratch_file(&other, "p.csv", scores, strlen(scores));
    return predictions_read(p, &arena, a, b, err);
}

/* What is read: labels and the first score of each row. */
static const struct {
    const char *truth, *scores;
    int         n, classes, labels[3];
    float       first[3];
    bool        scored;
} good[] = {
    { "1\n0\n", "0.1,0.9\n0.8,0.2\n", 2, 2, { 1, 0 }, { 0.1F, 0.8F }, true },
    { "label\n1\n0\n", "a,b\n0.1,0.9\n0.8,0.2", 2, 2, { 1, 0 }, { 0.1F, 0.8F }, true },
    { "image,label\nx,1\ny,0\n", "image,0,1\ny,0.8,0.2\nx,0.1,0.9\n", 2, 2, { 1, 0 },
      { 0.1F, 0.8F }, true },
    { "x,1\r\ny,0\r\n", "\"y\",0.8,0.2\r\n\"x\" ,0.1 , 0.9\r\n\r\n", 2, 2, { 1, 0 },
      { 0.1F, 0.8F }, true },
    { "picture,label\nx,1\ny,0\n", "label,id\n1,x\n1,y\n", 2, 2, { 1, 0 }, { 0, 0 }, false },
    { "7,1\n", "1\n", 0, 0, { 0 }, { 0 }, false },
    { "2\n1\n0\n", "class\n2\n0\n4\n", 3, 5, { 2, 1, 0 }, { 0, 1, 0 }, false },
    { ",label\n0,1\n1,0\n", ",0,1\n1,0.8,0.2\n0,0.1,0.9\n", 2, 2, { 1, 0 }, { 0.1F, 0.8F }, true },
    { "label\n1\n0\n", "0,1,2\n0.1,0.9,0\n0.8,0.2,0\n", 2, 3, { 1, 0 }, { 0.1F, 0.8F }, true },
    { "1\n0\n", "0,1\n2,1\n", 2, 2, { 1, 0 }, { 0, 2 }, true },
    { "image,label\n\"a,\"\"b\"\"\",1\nc,0\n", "c,0\n\"a,\"\"b\"\"\",1\n", 2, 2, { 1, 0 }, { 0, 1 },
      false },
};
enum { N_GOOD = sizeof good / sizeof *good };

ParameterizedTestParameters(predictions, reads)
{
    static int index[N_GOOD];
    for (int i = 0; i < N_GOOD; i++) index[i] = i;
    return cr_make_param_array(int, index, N_GOOD);
}

ParameterizedTest(int *i, predictions, reads)
{
    Err         err = { .text = "" };
    Predictions p;
    Status      bad = read(&p, good[*i].truth, good[*i].scores, &err);
    if (!good[*i].n) { /* two numbers a row are no one class */
        cr_expect(bad == STATUS_FORMAT && strstr(err.text, "expected one class"), "%s", err.text);
        return;
    }
    cr_assert(!bad, "case %d: %s", *i, err.text);
    cr_assert(p.n == good[*i].n && p.classes == good[*i].classes && p.scored == good[*i].scored,
              "case %d: %d images, %d classes", *i, p.n, p.classes);
    for (int k = 0; k < p.n; k++) {
        cr_expect(p.labels[k] == good[*i].labels[k], "case %d: label %d", *i, k);
        cr_expect(p.scores[k * p.classes] == good[*i].first[k], "case %d: score of %d", *i, k);
    }
}

static const struct { const char *truth, *scores, *named; } hostile[] = {
    { "", "0,1\n", "t.csv: has no rows" },
    { "1\n", "", "p.csv: has no rows" },
    { "1\n0\n", "0.1,0.9\n", "p.csv has 1 rows, but" },
    { "1\nx\n", "0.1,0.9\n0,1\n", "t.csv:2: \"x\" is not a number" },
    { "1\n0\n", "0.1,0.9\n0.8,nan\n", "p.csv:2: \"nan\" is not a number" },
    { "1\n0\n", "0.1,0.9\n0.8,1e999\n", "p.csv:2: \"1e999\" is not a number" },
    { "1\n0\n", "0.1,0.9\n0.8\n", "p.csv:2: fewer fields" },
    { "1\n0\n", "0.1,0.9\n0.8,1,2\n", "p.csv:2: more fields" },
    { "1\n0.5\n", "0,1\n0,1\n", "t.csv:2: 0.5 is no class" },
    { "1\n-1\n", "0,1\n0,1\n", "t.csv:2: -1 is no class" },
    { "1\n1e12\n", "1\n1\n", "t.csv:2: 1e+12 is no class" },
    { "1\n\n2\n", "0,1\n0,1\n", "t.csv:3: class 2, but" },
    { "x,1\nx,0\n", "x,1\ny,0\n", "t.csv:2: \"x\" is there twice" },
    { "x,1\ny,0\n", "x,1\nz,0\n", "t.csv:2: \"y\" is not in" },
    { "x,1\n", "x,1\nz,0\n", "p.csv:2: \"z\" is not in" },
    { "1\n\"0\n", "0,1\n0,1\n", "t.csv:2: a quotation that does not end" },
    { "\"1\"2\n", "0,1\n", "t.csv:1: text behind a quotation" },
    { "image\nx\n", "0,1\n", "t.csv:1: no column of numbers" },
};
enum { N_HOSTILE = sizeof hostile / sizeof *hostile };

ParameterizedTestParameters(predictions, refuses)
{
    static int index[N_HOSTILE];
    for (int i = 0; i < N_HOSTILE; i++) index[i] = i;
    return cr_make_param_array(int, index, N_HOSTILE);
}

ParameterizedTest(int *i, predictions, refuses)
{
    Err         err = { .text = "" };
    Predictions p;
    Status      bad = read(&p, hostile[*i].truth, hostile[*i].scores, &err);
    cr_expect(bad == STATUS_FORMAT, "case %d: status %d", *i, bad);
    cr_expect(strstr(err.text, hostile[*i].named), "case %d: \"%s\" does not say \"%s\"", *i,
              err.text, hostile[*i].named);
}

/* golden/predictions.npz, packed by numpy: 12 images, 7 classes; numpy counts 9 and 12. */
Test(predictions, reads_arrays_of_numpy)
{
    Err         err = { .text = "" };
    Predictions p;
    const char *file = "tests/golden/predictions.npz";
    cr_assert(!predictions_read(&p, &arena, file, file, &err), "%s", err.text);
    cr_assert(p.n == 12 && p.classes == 7 && p.scored);
    Accuracy a = accuracy_of(p.scores, p.labels, p.n, p.classes, NULL, NULL);
    cr_expect(a.top1 == 9 / 12.0 && a.top5 == 1, "%g %g", 12 * a.top1, 12 * a.top5);
    cr_expect(predictions_read(&p, &arena, "tests/golden/predictions.npz:x", file, &err) ==
              STATUS_FORMAT);
    cr_expect(strstr(err.text, "no array x"), "%s", err.text);
}

/* As floats the first are equal, the next 0, the last infinite: the first class of them
 * would be taken. */
Test(predictions, doubles_keep_their_order)
{
    static const char *const rows[] = { "0.3,0.3000000000001,0.2\n", "1e-60,1e-50,1e-70\n",
                                        "1e300,2e300,-1e300\n", "0.3,0.3,0.2999999999999\n" };
    for (int i = 0; i < 4; i++) {
        Err         err = { .text = "" };
        Predictions p;
        int         predicted, rank;
        cr_assert(!read(&p, i < 3 ? "0\n" : "2\n", rows[i], &err), "%s", err.text);
        accuracy_of(p.scores, p.labels, 1, 3, &predicted, &rank);
        cr_expect(predicted == (i < 3) && rank == (i < 3 ? 1 : 2), "%s: class %d, rank %d", rows[i],
                  predicted, rank);
    }
}

/* Any byte changed, any length cut: refused or read. */
Test(predictions, survives_damage)
{
    char        bytes[4096];
    FILE       *f = fopen("tests/golden/predictions.npz", "rb");
    Predictions p;
    Err         err;
    cr_assert(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t at = 0; at < n; at++) {
        bytes[at] ^= 0x55;
        const char *path = scratch_file(&scratch, "d.npz", bytes, n);
        Status      bad = predictions_read(&p, &arena, path, path, &err);
        cr_assert(!bad || bad == STATUS_FORMAT, "byte %zu: status %d", at, bad);
        bytes[at] ^= 0x55;
        path = scratch_file(&scratch, "c.npz", bytes, at);
        cr_assert(predictions_read(&p, &arena, path, path, &err), "cut at %zu", at);
        arena_reset(&arena);
    }
}
