#include "tests/data/cursor.h"

#include "core/base/file.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

void cursor_open(Cursor *c, const char *path)
{
    size_t n;
    Err    err;
    cr_assert(!file_read(path, 1 << 20, &c->bytes, &n, &err), "%s", err.text);
    c->at = c->bytes;
    c->end = c->bytes + n;
}

void cursor_close(Cursor *c) { free(c->bytes); }

const char *take_bytes(Cursor *c, size_t n)
{
    const char *here = c->at;
    cr_assert(n <= (size_t)(c->end - here), "the golden file has an end");
    c->at += n;
    return here;
}

#define TAKE(name, type, stored)                       \
    type name(Cursor *c)                               \
    {                                                  \
        stored x;                                      \
        memcpy(&x, take_bytes(c, sizeof x), sizeof x); \
        return x;                                      \
    }
TAKE(take_int, int, int32_t)
TAKE(take_float, float, float)
TAKE(take_double, double, double)
#undef TAKE

void take_image(Cursor *c, Image *m)
{
    int    height = take_int(c), width = take_int(c), channels = take_int(c);
    size_t n = (size_t)height * (size_t)width * (size_t)channels;
    image_size(m, height, width, channels);
    memcpy(m->pixels, take_bytes(c, n), n);
}
