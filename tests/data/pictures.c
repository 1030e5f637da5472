#include "tests/data/pictures.h"

#include "core/base/file.h"
#include "experiments/figures/png.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void picture_write(Scratch *s, const char *name, int shade)
{
    uint8_t rgb[64 * 64 * 3];
    Err     err;
    int     side = 20 + shade / 10;
    for (int i = 0; i < side * side; i++)
        rgb[3 * i] = (uint8_t)shade, rgb[3 * i + 1] = 7, rgb[3 * i + 2] = 9;
    cr_assert(!png_write(scratch_path(s, name), rgb, side, side, &err), "%s", err.text);
}

int picture_shade(const Data *d, int i)
{
    Image m = { 0 };
    Err   err;
    cr_assert(!data_read(d, i, &m, &err), "%s", err.text);
    int red = m.pixels[0];
    image_free(&m);
    return red;
}

void tar_add(Text *t, const char *name, char type, const void *bytes, size_t n)
{
    static const char zeros[512];
    char              head[513] = { 0 };
    unsigned          sum = 0;
    snprintf(head, 100, "%s", name);
    snprintf(head + 100, 32, "%07o%c%07o%c%07o", 0644, 0, 0, 0, 0);
    snprintf(head + 124, 12, "%011zo", n);
    snprintf(head + 136, 12, "%011o", 0);
    memset(head + 148, ' ', 8);
    head[156] = type;
    memcpy(head + 257, "ustar\00000", 8);
    for (int i = 0; i < 512; i++) sum += (unsigned char)head[i];
    snprintf(head + 148, 8, "%06o", sum);
    text_add_bytes(t, head, 512);
    text_add_bytes(t, bytes, n);
    text_add_bytes(t, zeros, -n % 512);
}

void tar_end(Text *t)
{
    static const char zeros[1024];
    text_add_bytes(t, zeros, sizeof zeros);
}

void tar_add_picture(Text *t, const char *name, int shade)
{
    Scratch s;
    char   *bytes;
    size_t  n;
    Err     err;
    scratch_open(&s);
    picture_write(&s, "picture", shade);
    cr_assert(!file_read(s.path, 1 << 20, &bytes, &n, &err), "%s", err.text);
    tar_add(t, name, '0', bytes, n);
    free(bytes);
    scratch_close(&s);
}

void expect_open_fails(const DataConfig *c, Split split, Status want, const char *why)
{
    Data  *d;
    Err    err = { 0 };
    Status got = data_open(&d, c, split, &err);
    cr_expect_eq(got, want, "%s: %s", why, err.text);
    cr_expect(strstr(err.text, why), "%s, not %s", err.text, why);
    if (!got) data_close(d);
}
