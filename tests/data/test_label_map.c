#include "core/data/label_map.h"
#include "tests/data/png_labels.h"
#include "tests/data/pictures.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(label_map, .init = open_scratch, .fini = close_scratch);

Test(label_map, the_number_in_the_file_is_the_class)
{
    enum { H = 9, W = 13 };
    LabelMap m = { 0 };
    Err      err;
    for (int bits = 1; bits <= 16; bits *= 2)
        for (int kind = 0; kind < 4; kind++) {
            uint16_t label[H * W];
            if (bits == 16 && kind & 1) continue; /* there is no palette of so many */
            for (int i = 0; i < H * W; i++) label[i] = (uint16_t)(i * 2654435761U >> (32 - bits));
            label_map_write(&scratch, "m.png", label, H, W, bits, kind & 1, kind & 2);
            cr_assert(!label_map_read(&m, scratch_path(&scratch, "m.png"), &err), "%s", err.text);
            cr_assert(m.height == H && m.width == W);
            cr_expect(!memcmp(m.label, label, sizeof label), "%d bits, kind %d", bits, kind);
        }
    label_map_free(&m);
}

Test(label_map, colours_and_other_files_are_refused)
{
    LabelMap m = { 0 };
    Err      err;
    picture_write(&scratch, "colours.png", 5);
    cr_expect(label_map_read(&m, scratch_path(&scratch, "colours.png"), &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "one number a pixel"), "%s", err.text);
    cr_expect(label_map_read(&m, scratch_file(&scratch, "x.png", "x", 1), &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "no PNG"), "%s", err.text);
    cr_expect(label_map_read(&m, scratch_path(&scratch, "none.png"), &err) == STATUS_MISSING);
    label_map_free(&m);
}

Test(label_map, a_file_that_is_cut_short_is_refused)
{
    uint16_t label[64] = { 1, 2, 3 };
    char     bytes[512];
    LabelMap m = { 0 };
    Err      err;
    label_map_write(&scratch, "m.png", label, 8, 8, 8, 0, 0);
    FILE  *f = fopen(scratch_path(&scratch, "m.png"), "rb");
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t cut = 0; cut < n - 12; cut++) /* what follows the pixels is not needed */
        cr_expect(label_map_read(&m, scratch_file(&scratch, "cut.png", bytes, cut), &err) ==
                  STATUS_FORMAT, "%zu of %zu", cut, n);
    label_map_free(&m);
}
