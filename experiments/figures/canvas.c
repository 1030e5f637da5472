#include "experiments/figures/canvas.h"

#include "core/data/resize.h"
#include "experiments/figures/font.h"
#include "experiments/figures/png.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), k = strlen(ending);
    return n > k && !strcmp(path + n - k, ending);
}

Status canvas_can_write(const char *path, const char *also, Err *err)
{
    if (ends_in(path, ".png") || ends_in(path, ".svg")) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: expected a name that ends in .png or .svg%s%s",
                   path, also ? ", or " : "", also ? also : "");
}

void canvas_open(Canvas *c, int width, int height, uint32_t colour)
{
    canvas_open_for(c, width, height, colour, "");
}

void canvas_open_for(Canvas *c, int width, int height, uint32_t colour, const char *path)
{
    CHECK(width > 0 && height > 0 && width <= CANVAS_SIDE && height <= CANVAS_SIDE,
          "canvas of %d x %d", width, height);
    *c = (Canvas){ .width = width, .height = height };
    if (ends_in(path, ".svg")) {
        c->vector = vector_open(width, height, colour);
        return;
    }
    c->rgb = malloc((size_t)width * (size_t)height * 3);
    CHECK(c->rgb, "no memory for a canvas of %d x %d", width, height);
    canvas_box(c, 0, 0, width, height, colour);
}

void canvas_close(Canvas *c)
{
    vector_close(c->vector);
    free(c->rgb);
    *c = (Canvas){ 0 };
}

uint32_t colour_between(uint32_t a, uint32_t b, double share)
{
    uint32_t out = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        double from = a >> shift & 255, to = b >> shift & 255;
        out |= (uint32_t)lround(from + (to - from) * fmin(fmax(share, 0), 1)) << shift;
    }
    return out;
}

static void blend(Canvas *c, int x, int y, uint32_t colour, double share)
{
    if (x < 0 || y < 0 || x >= c->width || y >= c->height || share <= 0) return;
    uint8_t *p = c->rgb + 3 * ((size_t)y * (size_t)c->width + (size_t)x);
    uint32_t was = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    uint32_t now = share >= 1 ? colour : colour_between(was, colour, share);
    p[0] = (uint8_t)(now >> 16), p[1] = (uint8_t)(now >> 8), p[2] = (uint8_t)now;
}

void canvas_veil(Canvas *c, int x, int y, int width, int height, uint32_t colour,
                 double share)
{
    if (c->vector) {
        vector_box(c->vector, x, y, width, height, colour, share);
        return;
    }
    for (int i = y; i < y + height; i++)
        for (int j = x; j < x + width; j++) blend(c, j, i, colour, share);
}

void canvas_box(Canvas *c, int x, int y, int width, int height, uint32_t colour)
{
    canvas_veil(c, x, y, width, height, colour, 1);
}

void canvas_image(Canvas *c, int x, int y, int width, int height, const Image *m)
{
    Image small = { 0 }, scratch = { 0 };
    View  all = view_of(m);
    if (c->vector) {
        vector_image(c->vector, x, y, width, height, m);
        return;
    }
    image_size(&small, height, width, m->channels);
    resize(small.pixels, height, width, &all, NULL, FILTER_BICUBIC, &scratch);
    const uint8_t *p = small.pixels;
    int            step = m->channels >= 3; /* gray is its own green and blue */
    for (int i = 0; i < height; i++)
        for (int j = 0; j < width; j++, p += m->channels) {
            const uint8_t *green = p + step, *blue = green + step;
            blend(c, x + j, y + i, (uint32_t)*p << 16 | (uint32_t)*green << 8 | *blue, 1);
        }
    image_free(&small);
    image_free(&scratch);
}

/* A pixel is covered as far as it lies within `pen` of the segment, softened over
 * one pixel. */
void canvas_line(Canvas *c, const double a[2], const double b[2], double pen,
                 uint32_t colour)
{
    if (c->vector) {
        vector_line(c->vector, pen, colour);
        vector_point(c->vector, a[0], a[1], true);
        vector_point(c->vector, b[0], b[1], false);
        vector_end_line(c->vector);
        return;
    }
    double dx = b[0] - a[0], dy = b[1] - a[1], length2 = dx * dx + dy * dy;
    int    left = (int)floor(fmin(a[0], b[0]) - pen - 1);
    int    top = (int)floor(fmin(a[1], b[1]) - pen - 1);
    int    right = (int)ceil(fmax(a[0], b[0]) + pen + 1);
    int    bottom = (int)ceil(fmax(a[1], b[1]) + pen + 1);
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++) {
            double px = x + 0.5 - a[0], py = y + 0.5 - a[1];
            double t = length2 > 0 ? fmin(fmax((px * dx + py * dy) / length2, 0), 1) : 0;
            blend(c, x, y, colour, pen + 0.5 - hypot(px - t * dx, py - t * dy));
        }
}

static double unit_of(int size) { return size / 6.0; } /* a capital is six high */

int canvas_text(Canvas *c, int x, int y, int size, uint32_t colour, const char *text)
{
    double unit = unit_of(size), pen = fmax(0.42 * unit, 0.55), left = x;
    if (c->vector) vector_line(c->vector, pen, colour);
    for (const char *t = text; *t; t++) {
        double last[2] = { 0 };
        bool   down = false;
        for (const char *s = font_strokes(*t); *s; s++) {
            if (*s == '/') {
                down = false;
                continue;
            }
            double at[2] = { left + unit * (s[0] - '0') + pen,
                             y + unit * ('8' - s[1]) + pen };
            if (c->vector) vector_point(c->vector, at[0], at[1], !down);
            else if (down) canvas_line(c, last, at, pen, colour);
            memcpy(last, at, sizeof last);
            down = true;
            s++;
        }
        left += unit * font_advance(*t);
    }
    if (c->vector) vector_end_line(c->vector);
    return (int)ceil(left) - x;
}

int canvas_text_width(int size, const char *text)
{
    double width = 0;
    for (; *text; text++) width += unit_of(size) * font_advance(*text);
    return (int)ceil(width);
}

int canvas_paragraph(Canvas *c, int x, int y, int size, int width, uint32_t colour,
                     const char *text)
{
    char   line[256] = "";
    size_t used = 0;
    int    top = y, leading = size * 7 / 4;
    for (const char *at = text; *at;) {
        if (!used) at += strspn(at, " ");
        size_t n = strcspn(at, " ,=");
        n += at[n] != '\0';
        if (n > sizeof line / 2) n = sizeof line / 2; /* no word is as long */
        bool fits = used + n < sizeof line;
        if (fits) {
            memcpy(line + used, at, n);
            line[used + n] = '\0';
            fits = canvas_text_width(size, line) <= width;
            for (; !fits && !used && n > 1; fits = canvas_text_width(size, line) <= width)
                line[--n] = '\0'; /* a word that is too long is broken anywhere */
            fits |= !used;
        }
        if (fits) {
            used += n, at += n;
            continue;
        }
        line[used] = '\0';
        if (c) canvas_text(c, x, y, size, colour, line);
        y += leading;
        used = 0;
    }
    line[used] = '\0';
    if (c) canvas_text(c, x, y, size, colour, line);
    return y + leading - top;
}

Status canvas_write(const Canvas *c, const char *path, Err *err)
{
    if (c->vector) return vector_write(c->vector, path, err);
    return png_write(path, c->rgb, c->width, c->height, err);
}
