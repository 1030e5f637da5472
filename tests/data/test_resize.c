#include "core/base/file.h"
#include "core/data/resize.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

/* A cursor over the golden file; its format is told in tests/golden/resize.py. */
typedef struct { const char *at; } Cursor;

static int take_int(Cursor *c)
{
    int32_t x;
    memcpy(&x, c->at, sizeof x);
    c->at += sizeof x;
    return x;
}

static float take_float(Cursor *c)
{
    float x;
    memcpy(&x, c->at, sizeof x);
    c->at += sizeof x;
    return x;
}

static void take_pixels(Cursor *c, Image *m, int height, int width, int channels)
{
    size_t n = (size_t)height * (size_t)width * (size_t)channels;
    image_size(m, height, width, channels);
    memcpy(m->pixels, c->at, n);
    c->at += n;
}

static void compare_case(Cursor *c, const Image *pictures, int number, Image *scratch)
{
    const Image *m = &pictures[take_int(c)];
    int   top = take_int(c), left = take_int(c), h = take_int(c), w = take_int(c);
    View  view = view_window(m, top, left, h, w);
    Box   box = { .left = take_float(c) };
    box.top = take_float(c), box.right = take_float(c), box.bottom = take_float(c);
    Filter filter = take_int(c) ? FILTER_BICUBIC : FILTER_BILINEAR;
    int    height = take_int(c), width = take_int(c);

    Image  want = { 0 };
    take_pixels(c, &want, height, width, m->channels);
    size_t   n = (size_t)height * (size_t)width * (size_t)m->channels, off = 0;
    uint8_t *got = malloc(n);
    resize(got, height, width, &view, &box, filter, scratch);
    for (size_t i = 0; i < n; i++) off += got[i] != want.pixels[i];
    cr_expect(off == 0, "case %d: %zu of %zu values differ from Pillow's", number, off,
              n);
    free(got);
    image_free(&want);
}

Test(resize, equals_pillow_bit_for_bit)
{
    char  *bytes;
    size_t n;
    Err    err;
    cr_assert(!file_read("tests/golden/resize.golden", 1 << 20, &bytes, &n, &err), "%s",
              err.text);
    Cursor c = { bytes };
    Image  pictures[8] = { { 0 } }, scratch = { 0 };
    int    count = take_int(&c);
    for (int i = 0; i < count; i++) {
        int h = take_int(&c), w = take_int(&c), channels = take_int(&c);
        take_pixels(&c, &pictures[i], h, w, channels);
    }
    int cases = take_int(&c);
    cr_expect(cases == 22);
    for (int i = 0; i < cases; i++) compare_case(&c, pictures, i, &scratch);
    cr_expect(c.at == bytes + n, "the golden file has a rest");
    for (int i = 0; i < count; i++) image_free(&pictures[i]);
    image_free(&scratch);
    free(bytes);
}

Test(resize, of_the_same_size_copies)
{
    Image m = { 0 }, scratch = { 0 };
    uint8_t out[35];
    image_size(&m, 5, 7, 1);
    for (int i = 0; i < 35; i++) m.pixels[i] = (uint8_t)(i * 7);
    View v = view_of(&m);
    resize(out, 5, 7, &v, NULL, FILTER_BICUBIC, &scratch);
    cr_expect(!memcmp(out, m.pixels, 35));
    image_free(&m);
    image_free(&scratch);
}
