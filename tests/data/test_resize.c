#include "core/data/resize.h"
#include "tests/data/cursor.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

static void compare_case(Cursor *c, const Image *pictures, int number, Image *scratch)
{
    const Image *m = &pictures[take_int(c)];
    int   top = take_int(c), left = take_int(c), h = take_int(c), w = take_int(c);
    View  view = view_window(m, top, left, h, w);
    Frame box = { .left = take_float(c) };
    box.top = take_float(c), box.right = take_float(c), box.bottom = take_float(c);
    Filter filter = take_int(c) ? FILTER_BICUBIC : FILTER_BILINEAR;
    int    height = take_int(c), width = take_int(c);

    size_t      n = (size_t)height * (size_t)width * (size_t)m->channels, off = 0;
    const char *want = take_bytes(c, n);
    uint8_t    *got = malloc(n);
    resize(got, height, width, &view, &box, filter, scratch);
    for (size_t i = 0; i < n; i++) off += got[i] != (uint8_t)want[i];
    cr_expect(off == 0, "case %d: %zu of %zu values differ from Pillow's", number, off,
              n);
    free(got);
}

Test(resize, equals_pillow_bit_for_bit)
{
    Cursor c;
    Image  pictures[8] = { { 0 } }, scratch = { 0 };
    cursor_open(&c, "tests/golden/resize.golden");
    int count = take_int(&c);
    for (int i = 0; i < count; i++) take_image(&c, &pictures[i]);
    int cases = take_int(&c);
    cr_expect(cases == 22);
    for (int i = 0; i < cases; i++) compare_case(&c, pictures, i, &scratch);
    cr_expect(c.at == c.end, "the golden file has a rest");
    for (int i = 0; i < count; i++) image_free(&pictures[i]);
    image_free(&scratch);
    cursor_close(&c);
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
