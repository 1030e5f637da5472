/* Arrays as NumPy writes them. */
#include "core/data/npy.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

/* The array of this header and these numbers. */
static Status parse(Npy *out, Arena *a, const char *header, const void *numbers, size_t n,
                    Err *err)
{
    char   bytes[512];
    size_t length = strlen(header);
    cr_assert(10 + length + n <= sizeof bytes);
    memcpy(bytes, "\x93NUMPY\1\0", 8);
    bytes[8] = (char)length, bytes[9] = 0;
    memcpy(bytes + 10, header, length);
    memcpy(bytes + 10 + length, numbers, n);
    arena_open(a, "test", NULL, NULL);
    return npy_parse(out, a, bytes, 10 + length + n, "a.npy", err);
}

#define HEADER(descr, fortran, shape) \
    "{'descr': '" descr "', 'fortran_order': " fortran ", 'shape': " shape ", }\n"

/* [[1, 2, 3], [4, 5, 6]] in every order, and [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]. */
Test(npy, reads_every_order)
{
    static const unsigned char rows[] = { 1, 2, 3, 4, 5, 6 }, columns[] = { 1, 4, 2, 5, 3, 6 };
    static const unsigned char big[] = { 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 1, 6 };
    static const unsigned char cube[] = { 1, 5, 3, 7, 2, 6, 4, 8 };
    static const struct {
        const char *header;
        const void *bytes;
        size_t      n;
        double      last;
    } cases[] = {
        { HEADER("|u1", "False", "(2, 3)"), rows, 6, 6 },
        { HEADER("|u1", "True", "(2, 3)"), columns, 6, 6 },
        { HEADER(">i2", "False", "(2, 3)"), big, 12, 262 },
        { HEADER("|u1", "True", "(2, 2, 2)"), cube, 8, 8 },
        { HEADER("|u1", "True", "(6,)"), rows, 6, 6 },
    };
    for (int i = 0; i < 5; i++) {
        Npy   x;
        Arena a;
        Err   err;
        cr_assert(!parse(&x, &a, cases[i].header, cases[i].bytes, cases[i].n, &err), "%s",
                  err.text);
        for (size_t k = 0; k + 1 < x.count; k++)
            cr_expect(x.x[k] == (double)k + 1, "case %d: [%zu] is %g", i, k, x.x[k]);
        cr_expect(x.x[x.count - 1] == cases[i].last, "case %d: %g", i, x.x[x.count - 1]);
        arena_close(&a);
    }
}

Test(npy, reads_floats_with_the_greatest_byte_first)
{
    static const unsigned char x[] = { 0x3f, 0xc0, 0, 0, 0xbf, 0x80, 0, 0 };
    Npy   got;
    Arena a;
    Err   err;
    cr_assert(!parse(&got, &a, HEADER(">f4", "True", "(2,)"), x, 8, &err), "%s", err.text);
    cr_expect(got.x[0] == 1.5 && got.x[1] == -1, "%g %g", got.x[0], got.x[1]);
    arena_close(&a);
}

Test(npy, refuses)
{
    static const struct { const char *header, *named; } cases[] = {
        { HEADER("=f4", "False", "(1,)"), "of a type that is not read here" },
        { HEADER("<c8", "False", "(1,)"), "of a type that is not read here" },
        { HEADER(">", "False", "(1,)"), "of a type that is not read here" },
        { HEADER("<f4", "Maybe", "(1,)"), "neither in C nor in Fortran order" },
        { HEADER("<f4", "True", "(2,)"), "4 bytes of numbers, but its shape needs 8" },
        { HEADER("<f4", "True", "(99999999999999, 99999999999999)"), "its shape is not" },
    };
    for (int i = 0; i < 6; i++) {
        Npy   x;
        Arena a;
        Err   err = { .text = "" };
        cr_expect(parse(&x, &a, cases[i].header, "\0\0\0\0", 4, &err) == STATUS_FORMAT);
        cr_expect(strstr(err.text, cases[i].named), "case %d: %s", i, err.text);
        arena_close(&a);
    }
}
