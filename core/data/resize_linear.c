/* Resizing as OpenCV does it.
 *
 * Source: resizeGeneric_ and VResizeLinear of modules/imgproc/src/resize.cpp, as
 * behaviour. */
#include "core/data/resize.h"

#include <math.h>

void resize_nearest(int *index, int n, int from, Resampling like)
{
    const double scale = (double)from / n, shift = like == LIKE_PILLOW ? 0.5 : 0;
    for (int i = 0; i < n; i++) {
        int k = (int)((i + shift) * scale);
        index[i] = k < from ? k : from - 1;
    }
}

enum { ONE = 1 << 11 };

/* Between pixel `from` and the next, of weights that sum to ONE. */
typedef struct {
    int from, next, weight[2];
} Tap;

static void find_taps(Tap *tap, int n, int from)
{
    const double scale = (double)from / n;
    for (int i = 0; i < n; i++) {
        float at = (float)((i + 0.5) * scale - 0.5), low = floorf(at), part = at - low;
        int   k = (int)low;
        if (k < 0) k = 0, part = 0;
        if (k >= from - 1) k = from - 1, part = 0;
        tap[i] = (Tap){ k, k + 1 < from ? k + 1 : k,
                        { (int)lrintf((1 - part) * ONE), (int)lrintf(part * ONE) } };
    }
}

static int blend(const Tap *t, int low, int high)
{
    return t->weight[0] * low + t->weight[1] * high;
}

/* A row between its columns, 11 bits larger. */
static int across(const uint8_t *row, const Tap *t, int channels, int c)
{
    return blend(t, row[t->from * channels + c], row[t->next * channels + c]);
}

void resize_linear(uint8_t *out, int height, int width, const View *from, Image *scratch)
{
    const int C = from->channels;
    image_room(scratch, (size_t)(height + width) * sizeof(Tap));
    Tap *tap_y = (void *)scratch->pixels, *tap_x = tap_y + height; /* malloc'ed: aligned */
    find_taps(tap_y, height, from->height);
    find_taps(tap_x, width, from->width);
    for (int y = 0; y < height; y++) {
        const Tap     *v = &tap_y[y];
        const uint8_t *above = from->pixels + (size_t)v->from * from->stride;
        const uint8_t *below = from->pixels + (size_t)v->next * from->stride;
        for (int x = 0; x < width; x++)
            for (int c = 0; c < C; c++) {
                int p = across(above, &tap_x[x], C, c) >> 4;
                int q = across(below, &tap_x[x], C, c) >> 4;
                *out++ = (uint8_t)(((v->weight[0] * p >> 16) + (v->weight[1] * q >> 16) + 2) >> 2);
            }
    }
}
