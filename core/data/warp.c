#include "core/data/warp.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* As Python rounds to 15 digits: by way of decimals. */
static double rounded(double x)
{
    char text[32];
    snprintf(text, sizeof text, "%.15f", x);
    return strtod(text, NULL);
}

Affine affine_turn(double degrees, int height, int width)
{
    double angle = -(fmod(fmod(degrees, 360) + 360, 360) * (PI / 180));
    double x = width / 2.0, y = height / 2.0;
    Affine m = { .a = rounded(cos(angle)), .b = rounded(sin(angle)),
                 .d = rounded(-sin(angle)), .e = rounded(cos(angle)) };
    m.c = m.a * -x + m.b * -y + 0.0 + x;
    m.f = m.d * -x + m.e * -y + 0.0 + y;
    return m;
}

Affine affine_shear_x(double factor) { return (Affine){ 1, factor, 0, 0, 1, 0 }; }
Affine affine_shear_y(double factor) { return (Affine){ 1, 0, 0, factor, 1, 0 }; }
Affine affine_shift(double right, double down) { return (Affine){ 1, 0, right, 0, 1, down }; }

/* A cubic through four values, at d between the second and the third; a = -1.  */
static double cubic(const double v[4], double d)
{
    double slope = -v[0] + v[2], bend = 2 * (v[0] - v[1]) + v[2] - v[3];
    double twist = -v[0] + v[1] - v[2] + v[3];
    return v[1] + d * (slope + d * (bend + d * twist));
}

static int within(int x, int n) { return x < 0 ? 0 : x < n ? x : n - 1; }

/* Columns outside are those of the edge.  A row outside is the one before it, down from
 * the first of the four, which is that of the edge. */
static double sample(const Image *m, const int column[4], int y, double dx, double dy)
{
    const size_t row = (size_t)m->width * (size_t)m->channels;
    double       across[4];
    for (int j = 0; j < 4; j++) {
        bool   there = y + j >= 0 && y + j < m->height;
        double v[4];
        if (j && !there) {
            across[j] = across[j - 1];
            continue;
        }
        const uint8_t *p = m->pixels + (size_t)within(y + j, m->height) * row;
        for (int i = 0; i < 4; i++) v[i] = p[column[i]];
        across[j] = cubic(v, dx);
    }
    return cubic(across, dy);
}

/* One pixel, of which (x, y) is where it comes from. */
static void take(uint8_t *out, const Image *m, double x, double y)
{
    const int left = (int)floor(x - 0.5) - 1, top = (int)floor(y - 0.5) - 1, C = m->channels;
    const double dx = x - 0.5 - floor(x - 0.5), dy = y - 0.5 - floor(y - 0.5);
    for (int c = 0; c < C; c++) {
        int column[4];
        for (int i = 0; i < 4; i++) column[i] = within(left + i, m->width) * C + c;
        double v = sample(m, column, top, dx, dy);
        out[c] = (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v);
    }
}

void warp(Image *m, const Affine *a, const uint8_t fill[MAX_CHANNELS], Image *scratch)
{
    image_size(scratch, m->height, m->width, m->channels);
    memcpy(scratch->pixels, m->pixels, (size_t)m->height * (size_t)m->width * (size_t)m->channels);
    uint8_t *out = m->pixels;
    for (int i = 0; i < m->height; i++)
        for (int k = 0; k < m->width; k++, out += m->channels) {
            double x = a->a * (k + 0.5) + a->b * (i + 0.5) + a->c;
            double y = a->d * (k + 0.5) + a->e * (i + 0.5) + a->f;
            bool   inside = x >= 0 && x < m->width && y >= 0 && y < m->height;
            if (inside) take(out, scratch, x, y);
            else memcpy(out, fill, (size_t)m->channels);
        }
}
