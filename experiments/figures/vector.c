#include "experiments/figures/vector.h"

#include "core/base/base64.h"
#include "core/base/file.h"
#include "experiments/figures/png.h"

#include <stdlib.h>

struct Vector {
    Text     text;
    bool     filling; /* boxes of one colour share a path */
    uint32_t colour;
    double   share;
};

Vector *vector_open(int width, int height, uint32_t colour)
{
    Vector *v = calloc(1, sizeof *v);
    CHECK(v, "no memory for a picture");
    text_add(&v->text, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
             "viewBox=\"0 0 %d %d\" shape-rendering=\"geometricPrecision\">\n",
             width, height, width, height);
    vector_box(v, 0, 0, width, height, colour, 1);
    return v;
}

void vector_close(Vector *v)
{
    if (!v) return;
    text_free(&v->text);
    free(v);
}

static void end_filling(Vector *v)
{
    if (v->filling) text_add(&v->text, "\"/>\n");
    v->filling = false;
}

void vector_box(Vector *v, int x, int y, int width, int height, uint32_t colour,
                double share)
{
    if (width <= 0 || height <= 0) return;
    if (!v->filling || v->colour != colour || v->share != share) {
        end_filling(v);
        text_add(&v->text, "<path fill=\"#%06x\"", (unsigned)colour);
        if (share < 1) text_add(&v->text, " fill-opacity=\"%.3g\"", share);
        text_add(&v->text, " d=\"");
        v->filling = true, v->colour = colour, v->share = share;
    }
    text_add(&v->text, "M%d %dh%dv%dh%dz", x, y, width, height, -width);
}

void vector_line(Vector *v, double pen, uint32_t colour)
{
    end_filling(v);
    text_add(&v->text, "<path fill=\"none\" stroke=\"#%06x\" stroke-width=\"%.4g\" "
             "stroke-linecap=\"round\" stroke-linejoin=\"round\" d=\"", (unsigned)colour,
             2 * pen);
}

void vector_point(Vector *v, double x, double y, bool move)
{
    text_add(&v->text, "%c%.6g %.6g", move ? 'M' : 'L', x, y);
}

void vector_end_line(Vector *v) { text_add(&v->text, "\"/>\n"); }

void vector_image(Vector *v, int x, int y, int width, int height, const Image *m)
{
    size_t   pixels = (size_t)m->height * (size_t)m->width, n;
    int      step = m->channels >= 3; /* gray is its own green and blue */
    uint8_t *rgb = malloc(3 * pixels + 1), *png;
    CHECK(rgb, "no memory for a picture of %zu pixels", pixels);
    for (size_t i = 0; i < pixels; i++)
        for (int c = 0; c < 3; c++)
            rgb[3 * i + (size_t)c] = m->pixels[i * (size_t)m->channels + (size_t)(c * step)];
    png_encode(&png, &n, rgb, m->width, m->height);
    end_filling(v);
    text_add(&v->text, "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
             "preserveAspectRatio=\"none\" href=\"data:image/png;base64,", x, y, width, height);
    base64_add(&v->text, png, n);
    text_add(&v->text, "\"/>\n");
    free(png);
    free(rgb);
}

Status vector_write(Vector *v, const char *path, Err *err)
{
    end_filling(v);
    text_add(&v->text, "</svg>\n");
    return file_write(path, v->text.s, v->text.length, err);
}
