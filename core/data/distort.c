#include "core/data/distort.h"

#include <math.h>

static double between(Rng *rng, double low, double high)
{
    return low + (high - low) * rng_unit53(rng);
}

static bool heads(Rng *rng) { return rng_below(rng, 2); }

Distortion distort_draw(Rng *rng)
{
    enum { HUES = 36 };
    Distortion d = { .contrast = 1, .saturation = 1 };
    if (heads(rng)) d.brightness = between(rng, -32, 32);
    d.contrast_first = heads(rng);
    if (heads(rng)) d.contrast = between(rng, 0.5, 1.5);
    if (heads(rng)) d.saturation = between(rng, 0.5, 1.5);
    if (heads(rng)) d.hue = (int)rng_below(rng, HUES) - HUES / 2;
    return d;
}

/* The reference cuts off what follows the point, and so does this. */
static uint8_t to_byte(double x) { return (uint8_t)(x <= 0 ? 0 : x >= 255 ? 255 : x); }

static void scale(Image *m, double factor, double more)
{
    size_t  n = (size_t)m->height * (size_t)m->width * (size_t)m->channels;
    uint8_t to[256];
    for (int v = 0; v < 256; v++) to[v] = to_byte(v * factor + more);
    for (size_t i = 0; i < n; i++) m->pixels[i] = to[m->pixels[i]];
}

/* --- hue, saturation, value -------------------------------------------------- */

enum { HUE = 180, BITS = 12 };

static int fixed(double x) { return (int)lrint(x * (1 << BITS)); }

static int round_fixed(int x) { return (x + (1 << (BITS - 1))) >> BITS; }

static void to_hsv(uint8_t hsv[3], const uint8_t rgb[3])
{
    const int r = rgb[0], g = rgb[1], b = rgb[2];
    int       high = r > g ? r : g, low = r < g ? r : g, hue;
    if (b > high) high = b;
    if (b < low) low = b;
    int range = high - low;
    if (high == r) hue = g - b;
    else if (high == g) hue = b - r + 2 * range;
    else hue = r - g + 4 * range;
    hue = range ? round_fixed(hue * fixed(HUE / (6.0 * range))) : 0;
    hsv[0] = (uint8_t)(hue < 0 ? hue + HUE : hue);
    hsv[1] = (uint8_t)(high ? round_fixed(range * fixed(255.0 / high)) : 0);
    hsv[2] = (uint8_t)high;
}

static uint8_t share(float x) { return (uint8_t)lrintf(x * 255); }

static void to_rgb(uint8_t rgb[3], const uint8_t hsv[3])
{
    /* which of `level` red, green and blue are in each sixth of the circle */
    static const uint8_t which[6][3] = { { 0, 3, 1 }, { 2, 0, 1 }, { 1, 0, 3 },
                                         { 1, 2, 0 }, { 3, 1, 0 }, { 0, 1, 2 } };
    float   turn = (float)hsv[0] * (6.0f / HUE), s = (float)hsv[1] / 255, v = (float)hsv[2] / 255;
    int     sixth = (int)turn;
    float   part = turn - (float)sixth;
    uint8_t level[] = { share(v), share(v * (1 - s)), share(v * (1 - s * part)),
                        share(v * (1 - s * (1 - part))) };
    for (int c = 0; c < 3; c++) rgb[c] = level[which[sixth % 6][c]];
}

static void change_hsv(Image *m, double saturation, int turn)
{
    uint8_t *p = m->pixels, *end = p + (size_t)m->height * (size_t)m->width * 3;
    for (; p < end; p += 3) {
        uint8_t hsv[3];
        to_hsv(hsv, p);
        hsv[0] = (uint8_t)((hsv[0] + turn + HUE) % HUE);
        hsv[1] = to_byte(hsv[1] * saturation);
        to_rgb(p, hsv);
    }
}

/* The reference goes through 8 bits between any two changes. */
void distort_apply(const Distortion *d, Image *m)
{
    if (d->brightness != 0) scale(m, 1, d->brightness);
    if (d->contrast_first && d->contrast != 1) scale(m, d->contrast, 0);
    if (m->channels == 3 && d->saturation != 1) change_hsv(m, d->saturation, 0);
    if (m->channels == 3 && d->hue) change_hsv(m, 1, d->hue);
    if (!d->contrast_first && d->contrast != 1) scale(m, d->contrast, 0);
}
