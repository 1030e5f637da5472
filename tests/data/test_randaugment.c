#include "core/data/randaugment.h"
#include "tests/data/cursor.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

Test(randaugment, amounts_are_written_out)
{
    char text[CHANGE_TEXT];
    change_text(text, CHANGE_SOLARIZE, change_amount(CHANGE_SOLARIZE, 5, false));
    cr_expect_str_eq(text, "solarize 128");
    change_text(text, CHANGE_SHEAR_X, change_amount(CHANGE_SHEAR_X, 5, true));
    cr_expect_str_eq(text, "shear-x -0.15");
    change_text(text, CHANGE_INVERT, change_amount(CHANGE_INVERT, 5, false));
    cr_expect_str_eq(text, "invert");
}

/* --- Pillow's own ----------------------------------------------------------- */

static size_t bytes_of(const Image *m)
{
    return (size_t)m->height * (size_t)m->width * (size_t)m->channels;
}

static void copy(Image *to, const Image *from)
{
    image_size(to, from->height, from->width, from->channels);
    memcpy(to->pixels, from->pixels, bytes_of(from));
}

static const uint8_t fill[MAX_CHANNELS] = { 124, 116, 104 };

Test(randaugment, changes_are_pillow_s_bit_for_bit)
{
    Cursor c;
    int    seen[CHANGE_KINDS] = { 0 };
    Image  pictures[2] = { { 0 } }, m = { 0 }, scratch = { 0 };
    cursor_open(&c, "tests/golden/changes.golden");
    cr_assert(take_int(&c) == 2);
    for (int i = 0; i < 2; i++) take_image(&c, &pictures[i]);
    int cases = take_int(&c);
    for (int i = 0; i < cases; i++) {
        const Image *from = &pictures[take_int(&c)];
        ChangeKind   kind = (ChangeKind)take_int(&c);
        double       amount = take_double(&c);
        size_t       off = 0, all = bytes_of(from);
        const char  *want = take_bytes(&c, all);
        copy(&m, from);
        change(kind, &m, amount, fill, &scratch);
        for (size_t k = 0; k < all; k++) off += m.pixels[k] != (uint8_t)want[k];
        cr_expect(off == 0, "%s %g: %zu of %zu values differ from Pillow's",
                  change_word(kind), amount, off, all);
        seen[kind]++;
    }
    for (int k = 0; k < CHANGE_KINDS; k++) cr_expect(seen[k] >= 2, "%s", change_word(k));
    cr_expect(c.at == c.end, "the golden file has a rest");
    for (int i = 0; i < 2; i++) image_free(&pictures[i]);
    image_free(&m);
    image_free(&scratch);
    cursor_close(&c);
}

/* --- what is drawn ------------------------------------------------------------ */

Test(randaugment, amounts_are_those_of_the_increasing_set)
{
    static const struct { ChangeKind kind; double level, amount, other; } want[] = {
        { CHANGE_ROTATE, 9, 27, -27 },        { CHANGE_POSTERIZE, 9, 1, 1 },
        { CHANGE_POSTERIZE, 10, 0, 0 },       { CHANGE_SOLARIZE, 9, 26, 26 },
        { CHANGE_SOLARIZE, 0, 256, 256 },     { CHANGE_SOLARIZE_ADD, 9, 99, 99 },
        { CHANGE_SHARPNESS, 9, 1.81, 0.19 },  { CHANGE_COLOUR, 10, 1.9, 0.1 },
        { CHANGE_SHEAR_X, 5, 0.15, -0.15 },   { CHANGE_TRANSLATE_Y, 9, 0.405, -0.405 },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        double a = change_amount(want[i].kind, want[i].level, false);
        double b = change_amount(want[i].kind, want[i].level, true);
        cr_expect(fabs(a - want[i].amount) <= 1e-12, "%s: %g", change_word(want[i].kind), a);
        cr_expect(fabs(b - want[i].other) <= 1e-12, "%s: %g", change_word(want[i].kind), b);
    }
}

static void noisy(Image *m)
{
    image_size(m, 20, 30, 3);
    for (size_t i = 0; i < bytes_of(m); i++) m->pixels[i] = (uint8_t)(40 + i * i * 31 % 170);
}

Test(randaugment, is_keyed_and_leaves_a_quarter_alone)
{
    enum { MANY = 1000 };
    Image a = { 0 }, b = { 0 }, m = { 0 }, scratch = { 0 };
    int   alone = 0;
    noisy(&m);
    for (uint64_t i = 0; i < MANY; i++) {
        copy(&a, &m);
        copy(&b, &m);
        randaugment(&a, 9, fill, &scratch, 1, 2, i);
        randaugment(&b, 9, fill, &scratch, 1, 2, i);
        cr_assert(!memcmp(a.pixels, b.pixels, bytes_of(&m)));
        alone += !memcmp(a.pixels, m.pixels, bytes_of(&m));
    }
    cr_expect(fabs(alone / (double)MANY - 0.25) <= 0.05, "%d of %d", alone, MANY);
    int other = 0;
    for (uint64_t i = 0; i < 50; i++) {
        copy(&a, &m);
        copy(&b, &m);
        randaugment(&a, 9, fill, &scratch, 1, 2, i);
        randaugment(&b, 9, fill, &scratch, 1, 3, i);
        other += memcmp(a.pixels, b.pixels, bytes_of(&m)) != 0;
    }
    cr_expect(other > 35, "another epoch changes %d of 50", other);
    image_free(&a);
    image_free(&b);
    image_free(&m);
    image_free(&scratch);
}

/* Every kind at every level, and sizes that are all edge. */
Test(randaugment, any_size_will_do)
{
    Image m = { 0 }, scratch = { 0 };
    for (int k = 0; k < CHANGE_KINDS; k++)
        for (int size = 1; size < 5; size++)
            for (int level = 0; level <= 10; level += 5) {
                image_size(&m, size, 5 - size, size % 2 ? 3 : 1);
                for (size_t i = 0; i < bytes_of(&m); i++) m.pixels[i] = (uint8_t)(i * 67);
                change(k, &m, change_amount(k, level, size < 3), fill, &scratch);
            }
    image_free(&m);
    image_free(&scratch);
}
