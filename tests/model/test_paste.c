/* Masks put into their image: as PyTorch samples them, and at the edges. */
#include "core/model/paste.h"
#include "core/train/safetensors.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { SIZE = 6, ROWS = 20, COLS = 26, MASKS = 5 };

static Arena arena;

static void open_arena(void) { arena_open(&arena, "masks", NULL, NULL); }
static void close_arena(void) { arena_close(&arena); }

TestSuite(paste, .init = open_arena, .fini = close_arena);

static const real *golden(const char *name, size_t count)
{
    Safetensors f;
    Err         err;
    cr_assert(!safetensors_open(&f, "tests/golden/dense.safetensors", &err), "%s",
              err.text);
    const SafeTensor *x = safetensors_find(&f, name);
    cr_assert(x && x->count == count, "%s", name);
    real *to = ARENA_NEW(&arena, real, count);
    cr_assert(!safetensors_read(&f, x, to, &err), "%s", err.text);
    safetensors_close(&f);
    return to;
}

/* What it is, as pixels; and that its runs are those of the pixels. */
static void paste(uint8_t pixel[ROWS * COLS], const real *p, int size, Box box)
{
    Rle m, again;
    mask_paste(&m, &arena, p, size, box, ROWS, COLS, 0.5);
    cr_assert(m.height == ROWS && m.width == COLS && rle_check(m.count, m.n, ROWS, COLS));
    rle_to_pixels(pixel, &m);
    rle_from_pixels(&again, &arena, pixel, ROWS, COLS);
    cr_expect(again.n == m.n && !memcmp(again.count, m.count, m.n * sizeof *m.count));
}

Test(paste, as_pytorch_samples_them)
{
    const real *p = golden("paste_p", MASKS * SIZE * SIZE);
    const real *box = golden("paste_box", MASKS * 4);
    const real *want = golden("paste_mask", MASKS * ROWS * COLS);
    uint8_t     pixel[ROWS * COLS];
    for (int k = 0; k < MASKS; k++, want += ROWS * COLS) {
        const real *b = box + 4 * k;
        int         other = 0;
        paste(pixel, p + k * SIZE * SIZE, SIZE, (Box){ b[0], b[1], b[2], b[3] });
        for (int i = 0; i < ROWS * COLS; i++) other += pixel[i] != (want[i] != 0);
        cr_expect_eq(other, 0, "mask %d: %d pixels are others", k, other);
    }
}

static int pixels_of(Box box, real value)
{
    real    p[SIZE * SIZE];
    uint8_t pixel[ROWS * COLS];
    int     sum = 0;
    for (int i = 0; i < SIZE * SIZE; i++) p[i] = value;
    paste(pixel, p, SIZE, box);
    for (int i = 0; i < ROWS * COLS; i++) sum += pixel[i];
    return sum;
}

Test(paste, whole_boxes)
{
    cr_expect_eq(pixels_of((Box){ 2, 3, 8, 9 }, 1), 36, "a cell is a pixel");
    cr_expect_eq(pixels_of((Box){ 2, 3, 8, 9 }, R(0.4)), 0);
    cr_expect_eq(pixels_of((Box){ -60, -60, 90, 90 }, 1), ROWS * COLS,
                 "all of the image");
    cr_expect_eq(pixels_of((Box){ 0, 0, COLS, ROWS }, R(NAN)), 0);
}

Test(paste, boxes_outside_or_without_inside)
{
    cr_expect_eq(pixels_of((Box){ 100, 3, 120, 9 }, 1), 0);
    cr_expect_eq(pixels_of((Box){ -50, -50, -20, -9 }, 1), 0);
    cr_expect_eq(pixels_of((Box){ 4, 4, 4, 9 }, 1), 0);
    cr_expect_eq(pixels_of((Box){ 9, 9, 4, 4 }, 1), 0);
    cr_expect_eq(pixels_of((Box){ R(-1e30), R(-1e30), R(1e30), R(1e30) }, 1),
                 ROWS * COLS);
}
