/* Runs against pixels, polygons against every point that the reference draws. */
#include "core/base/rng.h"
#include "core/data/rle.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { H = 23, W = 31, PIXELS = H * W, TRIES = 300 };

static Arena arena;
static void  open_arena(void) { arena_open(&arena, "test", NULL, NULL); }
static void  close_arena(void) { arena_close(&arena); }
TestSuite(rle, .init = open_arena, .fini = close_arena);

/* Blobs, noise, one run, sometimes nothing, sometimes all. */
static void random_pixels(uint8_t pixel[PIXELS], Rng *rng)
{
    uint32_t kind = rng_below(rng, 6), x = rng_below(rng, W), y = rng_below(rng, H);
    for (uint32_t i = 0; i < PIXELS; i++) {
        bool inside = i % W >= x && i / W >= y;
        bool run = i % W * H + i / W - (x * H + y) < H;
        pixel[i] = kind == 0 ? 0 : kind == 1 ? 1 : kind == 2 ? inside : kind == 3 ? run
                                                  : rng_below(rng, kind) == 0;
    }
}

static Rle random_mask(uint8_t pixel[PIXELS], Rng *rng)
{
    Rle m;
    random_pixels(pixel, rng);
    rle_from_pixels(&m, &arena, pixel, H, W);
    return m;
}

static void expect_pixels(const Rle *m, const uint8_t pixel[PIXELS], const char *what, int try)
{
    uint8_t is[PIXELS];
    cr_assert(m->height == H && m->width == W && rle_check(m->count, m->n, H, W), "%s", what);
    rle_to_pixels(is, m);
    for (int i = 0; i < PIXELS; i++)
        cr_assert(is[i] == pixel[i], "%s, try %d: pixel %d, %d is %d", what, try, i / W, i % W,
                  is[i]);
}

Test(rle, is_what_the_pixels_are)
{
    Rng rng = rng_at(1, STREAM_ORDER, 0, 0);
    for (int try = 0; try < TRIES; try++) {
        uint8_t pixel[PIXELS];
        Rle     m = random_mask(pixel, &rng);
        expect_pixels(&m, pixel, "runs", try);
        uint64_t area = 0;
        int      left = W, right = -1, top = H, bottom = -1;
        for (int i = 0; i < PIXELS; i++) {
            if (!pixel[i]) continue;
            int x = i % W, y = i / W;
            area++;
            if (x < left) left = x;
            if (x > right) right = x;
            if (y < top) top = y;
            if (y > bottom) bottom = y;
        }
        double box[4];
        rle_box(box, &m);
        cr_expect(rle_area(&m) == area, "%d", try);
        if (area)
            cr_expect(box[0] == left && box[1] == top && box[2] == right - left + 1 &&
                      box[3] == bottom - top + 1, "try %d", try);
        else cr_expect(box[0] == 0 && box[1] == 0 && box[2] == 0 && box[3] == 0);
    }
}

Test(rle, unions_and_overlaps_are_those_of_the_pixels)
{
    Rng rng = rng_at(2, STREAM_ORDER, 0, 0);
    for (int try = 0; try < TRIES; try++) {
        uint8_t pixel[3][PIXELS], any[PIXELS];
        Rle     part[3], all;
        int     both = 0, either = 0, first = 0;
        for (int k = 0; k < 3; k++) part[k] = random_mask(pixel[k], &rng);
        for (int i = 0; i < PIXELS; i++) {
            any[i] = pixel[0][i] | pixel[1][i] | pixel[2][i];
            both += pixel[0][i] & pixel[1][i];
            either += pixel[0][i] | pixel[1][i];
            first += pixel[0][i];
        }
        rle_merge(&all, &arena, part, 3);
        expect_pixels(&all, any, "union", try);
        double iou = both ? (double)both / either : 0, crowd = both ? (double)both / first : 0;
        cr_expect(rle_iou(&part[0], &part[1], false) == iou, "try %d", try);
        cr_expect(rle_iou(&part[0], &part[1], true) == crowd, "try %d", try);
    }
}

/* --- texts --------------------------------------------------------------- */

Test(rle, a_text_holds_it)
{
    Rng rng = rng_at(3, STREAM_ORDER, 0, 0);
    for (int try = 0; try < TRIES; try++) {
        uint8_t pixel[PIXELS];
        Rle     m = random_mask(pixel, &rng), back;
        Text    text = { 0 };
        rle_print(&text, &m);
        cr_assert(rle_parse(&back, &arena, text.s, text.length, H, W), "try %d", try);
        cr_expect(back.n == m.n && !memcmp(back.count, m.count, m.n * sizeof *m.count));
        text_free(&text);
    }
}

/* The first detection of tests/golden/coco.detections.json, which pycocotools wrote. */
Test(rle, texts_are_those_of_the_reference)
{
    static const char text[] = "Rhj2f0c<9G2N3M2N2N2O1N2O1N2OkNXDi0g;WOZDj0c;VO_Dj0`;VOaDj0^;"
                               "VOcDj0\\;VOeDj0[;TOgDl0Z;QOhDo0j;0000000000O2O0000001O0O100O2"
                               "O0O3N=BleP5";
    Rle  m;
    Text back = { 0 };
    cr_assert(rle_parse(&m, &arena, text, sizeof text - 1, 427, 640));
    double box[4];
    rle_box(box, &m);
    cr_expect(box[0] == 217 && box[1] == 246 && box[2] == 37 && box[3] == 56, "%g %g %g %g",
              box[0], box[1], box[2], box[3]);
    rle_print(&back, &m);
    cr_expect_str_eq(text_get(&back), text);
    text_free(&back);
}

Test(rle, refuses_texts_that_are_no_mask_of_that_size)
{
    static const char *const bad[] = {
        "", "0", "/", "p", "P", "PPPPPPPPPPPPPPPPPP", "o", "d0d0", "ooooooo0", "0000000000",
        "P1\x80", "d00d0", "oooooooooooo",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Rle m;
        cr_expect(!rle_parse(&m, &arena, bad[i], strlen(bad[i]), 10, 10), "%zu", i);
    }
    cr_expect(rle_parse(&(Rle){ 0 }, &arena, "T3", 2, 10, 10));
    cr_expect(!rle_check((uint32_t[]){ UINT32_MAX, 101 }, 2, 10, 10));
    cr_expect(!rle_fits(0, 1) && !rle_fits(1, 1 << 17) && !rle_fits(1 << 16, 1 << 16));
    cr_expect(rle_fits(1, 1) && rle_fits(1 << 14, 1 << 16));
}

/* --- polygons ------------------------------------------------------------ */

typedef struct { int u, v; } Dot;

/* One side: all its points, as the reference draws them. */
static size_t draw_side(Dot *dot, int xs, int ys, int xe, int ye)
{
    int  dx = abs(xe - xs), dy = abs(ys - ye);
    bool flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
    if (flip) {
        int x = xs, y = ys;
        xs = xe, ys = ye, xe = x, ye = y;
    }
    int    n = dx >= dy ? dx : dy;
    double slope = n ? (dx >= dy ? (double)(ye - ys) / dx : (double)(xe - xs) / dy) : 0;
    for (int d = 0; d <= n; d++) {
        int t = flip ? n - d : d;
        dot[d] = dx >= dy ? (Dot){ t + xs, (int)(ys + slope * t + .5) }
                          : (Dot){ (int)(xs + slope * t + .5), t + ys };
    }
    return (size_t)n + 1;
}

static int in_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* All points of all sides one after the other; runs between sorted crossings. */
static Rle draw_polygon(const double *xy, int corners)
{
    enum { DOTS = 1 << 16 };
    static Dot dot[DOTS];
    uint32_t  *at = ARENA_NEW(&arena, uint32_t, DOTS), *count = ARENA_NEW(&arena, uint32_t, DOTS);
    size_t     dots = 0, n = 0, runs = 0;
    int        x[16], y[16];
    for (int i = 0; i < corners; i++)
        x[i] = (int)(5 * xy[2 * i] + .5), y[i] = (int)(5 * xy[2 * i + 1] + .5);
    x[corners] = x[0], y[corners] = y[0];
    for (int i = 0; i < corners; i++)
        dots += draw_side(dot + dots, x[i], y[i], x[i + 1], y[i + 1]);
    for (size_t j = 1; j < dots; j++) {
        if (dot[j].u == dot[j - 1].u) continue;
        double xd = dot[j].u < dot[j - 1].u ? dot[j].u : dot[j].u - 1;
        xd = (xd + .5) / 5 - .5;
        if (floor(xd) != xd || xd < 0 || xd > W - 1) continue;
        double yd = dot[j].v < dot[j - 1].v ? dot[j].v : dot[j - 1].v;
        yd = (yd + .5) / 5 - .5;
        yd = ceil(yd < 0 ? 0 : yd > H ? H : yd);
        at[n++] = (uint32_t)(xd * H + yd);
    }
    at[n++] = PIXELS;
    qsort(at, n, sizeof *at, in_order);
    for (size_t j = n; j-- > 1;) at[j] -= at[j - 1];
    count[runs++] = at[0];
    for (size_t j = 1; j < n;) {
        if (at[j] > 0) count[runs++] = at[j++];
        else if (++j < n) count[runs - 1] += at[j++];
    }
    return (Rle){ H, W, runs, count };
}

Test(rle, polygons_are_drawn_as_the_reference_draws_them)
{
    Rng rng = rng_at(4, STREAM_ORDER, 0, 0);
    for (int try = 0; try < 4000; try++) {
        double xy[20];
        int    corners = 3 + (int)rng_below(&rng, 7), kind = (int)rng_below(&rng, 3);
        double step = kind ? 0.01 : 0.5, reach = kind == 2 ? 3 : 1;
        for (int i = 0; i < 2 * corners; i++) {
            double side = i % 2 ? H : W, part = rng_below(&rng, 1000) / 1000.0;
            xy[i] = floor(((part - 0.5) * reach + 0.5) * side / step) * step;
        }
        Rle slow = draw_polygon(xy, corners), fast;
        cr_assert(rle_from_polygon(&fast, &arena, xy, (size_t)corners, H, W));
        cr_assert(fast.n == slow.n, "try %d: %zu runs, expected %zu", try, fast.n, slow.n);
        for (size_t i = 0; i < fast.n; i++)
            cr_assert(fast.count[i] == slow.count[i], "try %d: run %zu is %u, expected %u", try,
                      i, fast.count[i], slow.count[i]);
    }
}

Test(rle, a_polygon_of_whole_pixels_fills_them)
{
    static const double square[] = { 4, 3, 4, 9, 12, 9, 12, 3 };
    uint8_t             pixel[PIXELS] = { 0 };
    Rle                 m;
    for (int y = 3; y < 9; y++)
        for (int x = 4; x < 12; x++) pixel[y * W + x] = 1;
    cr_assert(rle_from_polygon(&m, &arena, square, 4, H, W));
    expect_pixels(&m, pixel, "square", 0);
}

Test(rle, a_polygon_beyond_measure_is_refused)
{
    enum { CORNERS = 64 };
    double xy[2 * CORNERS];
    Rle    m;
    for (int i = 0; i < CORNERS; i++) xy[2 * i] = i % 2 ? RLE_SIDE : 0, xy[2 * i + 1] = i;
    cr_expect(!rle_from_polygon(&m, &arena, xy, CORNERS, 64, RLE_SIDE));
    cr_expect(rle_from_polygon(&m, &arena, xy, 8, 64, RLE_SIDE));
}
