#include "tests/data/annotations.h"

#include <criterion/criterion.h>

#include <string.h>

DenseConfig dense_in(const Scratch *s, const char *name)
{
    DenseConfig c = dense_defaults();
    c.name = name, c.folder = s->folder;
    return c;
}

DenseData *dense_opened(const DenseConfig *c, Split split)
{
    DenseData *d = NULL;
    Err        err;
    cr_assert(!dense_open(&d, c, split, &err), "%s", err.text);
    return d;
}

void dense_identified(char hex[HASH_HEX], const DenseConfig *c, Split split)
{
    DenseData *d = dense_opened(c, split);
    Err        err;
    cr_assert(!dense_identity(hex, d, &err), "%s", err.text);
    dense_close(d);
}

void expect_dense_fails(const DenseConfig *c, Split split, Status want, const char *why)
{
    DenseData *d = NULL;
    Err        err = { 0 };
    Status     got = dense_open(&d, c, split, &err);
    cr_expect(got == want && strstr(err.text, why), "%d, %s; expected %s", (int)got, err.text,
              why);
    if (!got) dense_close(d);
}
