#include "experiments/figures/overlay.h"

#include "core/data/resize.h"

#include <math.h>

static const double FILL = 0.42, EDGE = 0.9, COVER = 0.78; /* of what is below */

void overlay_enlarge(Image *to, const Image *from, double by)
{
    const size_t n = (size_t)from->height * (size_t)from->width, C = (size_t)from->channels;
    const int    height = (int)lround(by * from->height), width = (int)lround(by * from->width);
    Image        colours = { 0 }, scratch = { 0 };
    image_size(&colours, from->height, from->width, 3);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++)
            colours.pixels[3 * i + c] = from->pixels[C * i + (C == 3 ? c : 0)];
    View all = view_of(&colours);
    image_size(to, height > 1 ? height : 1, width > 1 ? width : 1, 3);
    resize(to->pixels, to->height, to->width, &all, NULL, FILTER_BICUBIC, &scratch);
    image_free(&colours);
    image_free(&scratch);
}

static void tint(uint8_t *rgb, uint32_t colour, double share)
{
    for (int c = 0; c < 3; c++) {
        double to = colour >> (16 - 8 * c) & 255;
        rgb[c] = (uint8_t)lround(rgb[c] + share * (to - rgb[c]));
    }
}

/* How much of a pixel of the enlarged picture is inside, 0..1: linear, so that outlines are
 * smooth. */
static double inside(const uint8_t *mask, int rows, int cols, double y, double x)
{
    int    top = (int)floor(y - 0.5), left = (int)floor(x - 0.5);
    double down = y - 0.5 - top, right = x - 0.5 - left, sum = 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            int v = top + i < 0 ? 0 : top + i < rows ? top + i : rows - 1;
            int u = left + j < 0 ? 0 : left + j < cols ? left + j : cols - 1;
            sum += (i ? down : 1 - down) * (j ? right : 1 - right) * mask[v * cols + u];
        }
    return sum;
}

void overlay_mask(Image *m, const Rle *runs, double by, uint32_t colour)
{
    Arena a;
    arena_open(&a, "mask", NULL, NULL);
    uint8_t *mask = ARENA_NEW(&a, uint8_t, runs->height * runs->width);
    double  *share = ARENA_NEW(&a, double, m->height * m->width);
    rle_to_pixels(mask, runs);
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++)
            share[y * m->width + x] = inside(mask, runs->height, runs->width, (y + 0.5) / by,
                                             (x + 0.5) / by);
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            const double *at = share + y * m->width + x;
            if (*at < 0.5) continue;
            bool edge = (x && at[-1] < 0.5) || (x + 1 < m->width && at[1] < 0.5) ||
                        (y && at[-m->width] < 0.5) ||
                        (y + 1 < m->height && at[m->width] < 0.5);
            tint(m->pixels + 3 * (y * m->width + x), colour, edge ? EDGE : FILL);
        }
    arena_close(&a);
}

void overlay_classes(Image *m, const int32_t *class, int rows, int cols, double by,
                     uint32_t (*colour)(int class))
{
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            int      v = (int)((y + 0.5) / by), u = (int)((x + 0.5) / by);
            int      k = v < rows && u < cols ? class[v * cols + u] : -1;
            uint8_t *rgb = m->pixels + 3 * (y * m->width + x);
            if (k < 0) tint(rgb, WHITE, 1);
            else tint(rgb, colour(k), COVER);
        }
}

void overlay_box(Canvas *c, int x, int y, int width, int height, uint32_t colour)
{
    canvas_box(c, x, y, width, 1, colour);
    canvas_box(c, x, y + height - 1, width, 1, colour);
    canvas_box(c, x, y, 1, height, colour);
    canvas_box(c, x + width - 1, y, 1, height, colour);
}

enum { LETTER = 10, CHIP = 16, INSIDE = 3 };

Tag overlay_tag(int x, int y, int right, int top, const char *words)
{
    const int wide = canvas_text_width(LETTER, words) + 2 * INSIDE;
    return (Tag){ .x = x + wide > right ? right - wide : x, .y = y - CHIP < top ? y : y - CHIP,
                  .width = wide, .height = CHIP };
}

bool overlay_tags_meet(const Tag *a, const Tag *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
           b->y < a->y + a->height;
}

void overlay_words(Canvas *c, const Tag *t, uint32_t colour, const char *words)
{
    canvas_veil(c, t->x, t->y, t->width, t->height, colour, 0.85);
    canvas_text(c, t->x + INSIDE, t->y + INSIDE, LETTER, WHITE, words);
}
