#include "core/data/adjust.h"

#include <string.h>

static size_t pixels_of(const Image *m) { return (size_t)m->height * (size_t)m->width; }

static uint8_t clip(int x) { return (uint8_t)(x < 0 ? 0 : x > 255 ? 255 : x); }

/* --- tables ---------------------------------------------------------------- */

/* Channel c through a table. */
static void look_up(Image *m, int c, const uint8_t table[256])
{
    const size_t n = pixels_of(m), step = (size_t)m->channels;
    for (size_t i = 0; i < n; i++) {
        uint8_t *p = &m->pixels[i * step + (size_t)c];
        *p = table[*p];
    }
}

static void count(const Image *m, int c, int histogram[256])
{
    const size_t n = pixels_of(m), step = (size_t)m->channels;
    memset(histogram, 0, 256 * sizeof *histogram);
    for (size_t i = 0; i < n; i++) histogram[m->pixels[i * step + (size_t)c]]++;
}

static void stretch(uint8_t table[256], const int histogram[256])
{
    int low = 0, high = 255;
    while (low < 255 && !histogram[low]) low++;
    while (high > 0 && !histogram[high]) high--;
    const double scale = high > low ? 255.0 / (high - low) : 1;
    const double offset = high > low ? -low * scale : 0;
    for (int i = 0; i < 256; i++) table[i] = clip((int)(i * scale + offset));
}

void adjust_autocontrast(Image *m)
{
    for (int c = 0; c < m->channels; c++) {
        int     histogram[256];
        uint8_t table[256];
        count(m, c, histogram);
        stretch(table, histogram);
        look_up(m, c, table);
    }
}

/* The brightest level does not count in the step from level to level; a picture of one
 * level, or with fewer pixels than 255 besides the brightest, stays. */
static void flatten(uint8_t table[256], const int histogram[256])
{
    int sum = 0, last = 0, levels = 0;
    for (int i = 0; i < 256; i++) {
        if (!histogram[i]) continue;
        sum += last = histogram[i];
        levels++;
    }
    const int step = levels > 1 ? (sum - last) / 255 : 0;
    int       n = step / 2;
    for (int i = 0; i < 256; i++) {
        table[i] = step ? clip(n / step) : (uint8_t)i;
        n += histogram[i];
    }
}

void adjust_equalize(Image *m)
{
    for (int c = 0; c < m->channels; c++) {
        int     histogram[256];
        uint8_t table[256];
        count(m, c, histogram);
        flatten(table, histogram);
        look_up(m, c, table);
    }
}

static void look_up_all(Image *m, const uint8_t table[256])
{
    for (int c = 0; c < m->channels; c++) look_up(m, c, table);
}

void adjust_invert(Image *m) { adjust_solarize(m, 0); }

void adjust_posterize(Image *m, int bits)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++) table[i] = (uint8_t)(i & (0xff00 >> bits));
    look_up_all(m, table);
}

void adjust_solarize(Image *m, int threshold)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++) table[i] = (uint8_t)(i < threshold ? i : 255 - i);
    look_up_all(m, table);
}

void adjust_solarize_add(Image *m, int add)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++) table[i] = i < 128 ? clip(i + add) : (uint8_t)i;
    look_up_all(m, table);
}

/* --- blends ---------------------------------------------------------------- */

/* What is left of the point is cut off, not rounded. */
static uint8_t blend(int lacking, int whole, float factor)
{
    float x = (float)lacking + factor * (float)(whole - lacking);
    return (uint8_t)(x <= 0 ? 0 : x >= 255 ? 255 : x);
}

static int gray_of(const uint8_t *p, int channels)
{
    return channels < 3 ? p[0] : image_luma(p);
}

void adjust_colour(Image *m, double factor)
{
    const size_t n = pixels_of(m);
    const int    C = m->channels;
    for (size_t i = 0; i < n; i++) {
        uint8_t  *p = m->pixels + i * (size_t)C;
        const int gray = gray_of(p, C);
        for (int c = 0; c < C; c++) p[c] = blend(gray, p[c], (float)factor);
    }
}

static void blend_all(Image *m, int lacking, double factor)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++) table[i] = blend(lacking, i, (float)factor);
    look_up_all(m, table);
}

void adjust_contrast(Image *m, double factor)
{
    const size_t n = pixels_of(m);
    double       sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += gray_of(m->pixels + i * (size_t)m->channels, m->channels);
    blend_all(m, (int)(sum / (double)n + 0.5), factor);
}

void adjust_brightness(Image *m, double factor) { blend_all(m, 0, factor); }

static float weigh(const uint8_t *p, size_t step, float side, float middle)
{
    return (float)p[0] * side + (float)p[step] * middle + (float)p[2 * step] * side;
}

/* Thirteenths: five of the pixel, one of each neighbour, added from the lower row up. */
static int blurred(const uint8_t *upper, size_t row, size_t step)
{
    const float one = 1.0f / 13.0f, five = 5.0f / 13.0f;
    float       sum = 0.5f;
    sum += weigh(upper + 2 * row, step, one, one);
    sum += weigh(upper + row, step, one, five);
    sum += weigh(upper, step, one, one);
    return sum <= 0 ? 0 : sum >= 255 ? 255 : (int)sum;
}

/* Pixels of the edge are not blurred, and so stay. */
void adjust_sharpness(Image *m, double factor, Image *scratch)
{
    const int    C = m->channels;
    const size_t step = (size_t)C, row = (size_t)m->width * step, n = row * (size_t)m->height;
    image_room(scratch, n);
    memcpy(scratch->pixels, m->pixels, n);
    for (int y = 1; y < m->height - 1; y++)
        for (int x = 1; x < m->width - 1; x++)
            for (int c = 0; c < C; c++) {
                size_t         at = (size_t)y * row + (size_t)x * step + (size_t)c;
                const uint8_t *upper = scratch->pixels + at - row - step;
                m->pixels[at] = blend(blurred(upper, row, step), scratch->pixels[at],
                                      (float)factor);
            }
}
