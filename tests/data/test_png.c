#include "core/data/picture.h"
#include "experiments/figures/png.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(png, .init = open_scratch, .fini = close_scratch);

enum { W = 5, H = 3 };

static void write_sample(uint8_t *rgb)
{
    Err err;
    for (int i = 0; i < W * H * 3; i++) rgb[i] = (uint8_t)(i * 5);
    cr_assert(!png_write(scratch_path(&scratch, "a.png"), rgb, W, H, &err), "%s",
              err.text);
}

Test(png, reads_what_it_wrote)
{
    uint8_t rgb[W * H * 3];
    Image   m = { 0 };
    Err     err;
    write_sample(rgb);
    cr_assert(!picture_read(&m, 0, scratch_path(&scratch, "a.png"), &err), "%s", err.text);
    cr_assert(m.width == W && m.height == H && m.channels == 3);
    cr_expect(!memcmp(m.pixels, rgb, sizeof rgb));
    image_free(&m);
}

Test(png, names_the_file_that_is_cut_or_foreign)
{
    uint8_t rgb[W * H * 3];
    char    bytes[4096];
    write_sample(rgb);
    FILE  *f = fopen(scratch_path(&scratch, "a.png"), "rb");
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t cut = 0; cut + 12 < n; cut += 3) { /* the last chunk may be missing */
        Image       m = { 0 };
        Err         err;
        const char *path = scratch_file(&scratch, "cut.png", bytes, cut);
        cr_expect_eq(picture_read(&m, 0, path, &err), STATUS_FORMAT, "%zu of %zu bytes", cut, n);
        cr_expect(strstr(err.text, "cut.png"), "%s", err.text);
        image_free(&m);
    }
    for (int i = 0; i < 4; i++)
        bytes[16 + i] = i == 1 ? 1 : 0; /* 65536 wide, no checksum */
    Image m = { 0 };
    Err   err;
    cr_expect_eq(picture_read(&m, 0, scratch_file(&scratch, "wide.png", bytes, n), &err),
                 STATUS_FORMAT);
    cr_expect_eq(picture_read(&m, 0, scratch_path(&scratch, "none.png"), &err), STATUS_MISSING);
    image_free(&m);
}
