#define _POSIX_C_SOURCE 200809L /* fmemopen, setenv */
#include "core/base/file.h"
#include "core/mask/mask.h"
#include "experiments/figures/canvas.h"
#include "experiments/figures/overlay.h"
#include "experiments/figures/font.h"
#include "experiments/figures/sketch.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

static uint32_t at(const Canvas *c, int x, int y)
{
    const uint8_t *p = c->rgb + 3 * (y * c->width + x);
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static int painted(const Canvas *c, int x0, int y0, int x1, int y1)
{
    int n = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) n += at(c, x, y) != WHITE;
    return n;
}

Test(canvas, cuts_what_lies_outside)
{
    Canvas c;
    canvas_open(&c, 10, 8, WHITE);
    canvas_box(&c, -5, -5, 100, 7, BLACK);
    cr_expect_eq(painted(&c, 0, 0, 10, 8), 20);
    canvas_text(&c, -30, 6, 12, BLACK, "spiral:sym=1 \x01\xff");
    canvas_close(&c);
}

Test(canvas, text_is_as_wide_as_it_says)
{
    Canvas c;
    canvas_open(&c, 400, 40, WHITE);
    int width = canvas_text(&c, 10, 10, 12, BLACK, "Wgjy, 1.75");
    cr_expect_eq(width, canvas_text_width(12, "Wgjy, 1.75"));
    cr_expect_eq(painted(&c, 0, 0, 9, 40), 0);
    cr_expect_eq(painted(&c, 10 + width, 0, 400, 40), 0);
    cr_expect(painted(&c, 10, 8, 10 + width, 28) > 100);
    canvas_close(&c);
}

Test(canvas, every_character_has_strokes_on_the_grid)
{
    for (int c = '!'; c <= '~'; c++) {
        const char *s = font_strokes((char)c);
        cr_expect(*s, "%c", c);
        for (; *s; s += *s == '/' ? 1 : 2)
            cr_expect(*s == '/' ||
                          (s[0] >= '0' && s[0] <= '6' && s[1] >= '0' && s[1] <= '9'),
                      "%c: %s", c, s);
    }
    cr_expect_str_eq(font_strokes('\n'), font_strokes('?'));
}

Test(canvas, paragraphs_break_and_lose_nothing)
{
    Canvas c;
    canvas_open(&c, 300, 300, WHITE);
    int one = canvas_paragraph(&c, 0, 0, 9, 300, BLACK, "a few words");
    int more = canvas_paragraph(&c, 0, 100, 9, 40, BLACK, "a few words");
    cr_expect(more > one && more % one == 0, "%d and %d", one, more);
    cr_expect_eq(painted(&c, 60, 100, 300, 300), 0);
    cr_expect_eq(canvas_paragraph(&c, 0, 0, 9, 1, BLACK, "x"), one);
    canvas_close(&c);
}

Test(canvas, long_words_are_broken_not_cut)
{
    Canvas c;
    canvas_open(&c, 300, 300, WHITE);
    int one = canvas_paragraph(NULL, 0, 0, 9, 300, BLACK, "x");
    int high = canvas_paragraph(&c, 0, 0, 9, 50, BLACK, "a0123456789abcdef0123456789, b");
    cr_expect(high >= 4 * one, "%d", high);
    cr_expect_eq(painted(&c, 53, 0, 300, 300), 0);
    canvas_close(&c);
}

/* The same calls, as shapes. */
Test(canvas, svg_has_what_was_drawn)
{
    Scratch s;
    Canvas  c;
    Err     err;
    char   *svg;
    size_t  n;
    scratch_open(&s);
    const char *path = scratch_path(&s, "a.svg");
    canvas_open_for(&c, 40, 30, WHITE, path);
    cr_assert(c.vector && !c.rgb);
    canvas_box(&c, 1, 2, 3, 4, INK);
    canvas_box(&c, 5, 2, 3, 4, INK); /* one path with the one before */
    canvas_veil(&c, 1, 2, 3, 4, PALE, 0.5);
    cr_expect_eq(canvas_text(&c, 1, 9, 6, BLACK, "I."), canvas_text_width(6, "I."));
    cr_assert(!canvas_write(&c, path, &err), "%s", err.text);
    canvas_close(&c);
    cr_assert(!file_read(path, 1 << 16, &svg, &n, &err), "%s", err.text);
    cr_expect(strstr(svg, "<path fill=\"#1f4e79\" d=\"M1 2h3v4h-3zM5 2h3v4h-3z\"/>"), "%s", svg);
    cr_expect(strstr(svg, "fill=\"#e5e7eb\" fill-opacity=\"0.5\""), "%s", svg);
    cr_expect(strstr(svg, "stroke-linecap=\"round\"") && strstr(svg, "</svg>"), "%s", svg);
    free(svg);
    scratch_close(&s);
}

Test(sketch, patches_are_where_their_numbers_say)
{
    int    ids[6] = { 1, 5, 0, 2, 3, 4 };
    Canvas c;
    canvas_open(&c, 30, 20, WHITE);
    sketch_patches(&c, 0, 0, 10, ids, 2, 3, 2, NULL);
    for (int i = 0; i < 6; i++)
        cr_expect_eq(at(&c, i % 3 * 10 + 4, i / 3 * 10 + 4),
                     i == 1 || i == 5 ? INK : PALE);
    canvas_close(&c);
}

Test(sketch, masks_as_text)
{
    int  ids[2][6] = { { 1, 5, 0, 2, 3, 4 }, { 0, 3, 1, 2, 4, 5 } };
    char text[512] = "";
    setenv("LC_ALL", "C", 1);
    FILE *f = fmemopen(text, sizeof text, "w");
    sketch_masks(f, ids[0], 2, 2, 3, 2, 0, 80);
    fclose(f);
    cr_expect_str_eq(text, ".#.  #..\n..#  #..\n");

    memset(text, 0, sizeof text);
    setenv("LC_ALL", "C.UTF-8", 1);
    f = fmemopen(text, sizeof text, "w");
    sketch_masks(f, ids[0], 1, 2, 3, 2, 0, 80);
    fclose(f);
    cr_expect_str_eq(text, "┌───┐\n│ ▀▄│\n└───┘\n");
}

Test(sketch, thrown_patches_as_text)
{
    int  ids[6] = { 1, 5, 0, 2, 3, 4 };
    char text[512] = "";
    setenv("LC_ALL", "C", 1);
    FILE *f = fmemopen(text, sizeof text, "w");
    sketch_masks(f, ids, 1, 2, 3, 2, 3, 80);
    fclose(f);
    cr_expect_str_eq(text, ".#x\nxx#\n# visible, . hidden, x thrown: neither\n");

    memset(text, 0, sizeof text);
    setenv("LC_ALL", "C.UTF-8", 1);
    f = fmemopen(text, sizeof text, "w");
    sketch_masks(f, ids, 1, 2, 3, 2, 3, 80);
    fclose(f);
    cr_expect_str_eq(text, "┌──────┐\n│  ██··│\n│····██│\n"
                     "└──────┘\n"
                     "██ visible, blank hidden, ·· thrown: neither\n");
}

Test(sketch, walks_as_text)
{
    int  walk[6] = { 0, 1, 2, 5, 4, 3 };
    char text[512] = "";
    setenv("LC_ALL", "C.UTF-8", 1);
    FILE *f = fmemopen(text, sizeof text, "w");
    sketch_walk(f, walk, 2, 3);
    fclose(f);
    cr_expect_str_eq(text, "●───┐\n╶───┘\n");
}

Test(sketch, reads_grids)
{
    static const char *const wrong[] = { "",      "14",          "x",     "14x",
                                         "x14",   "0x4",         "1x1",   "14x14x14",
                                         "-2x-2", "99999x99999", "1e1x3", " 4x4",
                                         "4 x4" };
    int rows, cols;
    Err err;
    cr_assert(!grid_read(&rows, &cols, "7x12", &err) && rows == 7 && cols == 12);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_eq(grid_read(&rows, &cols, wrong[i], &err), STATUS_CONFIG, "%s",
                     wrong[i]);
}

Test(canvas, words_at_a_box_stay_in_the_picture)
{
    const int wide = overlay_tag(50, 60, 200, 20, "heart 0.97").width;
    const Tag above = overlay_tag(50, 60, 200, 20, "heart 0.97"),
              below = overlay_tag(50, 25, 200, 20, "heart 0.97"),
              moved = overlay_tag(190, 60, 200, 20, "heart 0.97");
    cr_expect(above.x == 50 && above.y + above.height == 60);
    cr_expect(below.x == 50 && below.y == 25, "there is no room above");
    cr_expect(moved.x + wide == 200 && moved.y == above.y, "nor beside");
    const Tag beside = { .x = 50 + wide, .y = above.y, .width = 9, .height = 9 },
              over = { .x = 49 + wide, .y = above.y, .width = 9, .height = 9 };
    cr_expect(!overlay_tags_meet(&above, &beside) && !overlay_tags_meet(&beside, &above));
    cr_expect(overlay_tags_meet(&above, &over) && overlay_tags_meet(&over, &above));
    cr_expect(!overlay_tags_meet(&above, &below));
}
