#include "core/data/exif.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of a TIFF file, which is what EXIF data are; reads beyond the end are 0. */
typedef struct {
    const uint8_t *p;
    size_t         n;
    bool           big; /* the high byte first */
} Tiff;

static unsigned read16(const Tiff *t, size_t at)
{
    if (at > t->n || t->n - at < 2) return 0;
    return t->big ? t->p[at] << 8 | t->p[at + 1] : t->p[at + 1] << 8 | t->p[at];
}

static uint32_t read32(const Tiff *t, size_t at)
{
    uint32_t first = read16(t, at), second = read16(t, at + 2);
    return t->big ? first << 16 | second : second << 16 | first;
}

static int orientation_in(const uint8_t *p, size_t n)
{
    enum { ENTRY = 12, TAG = 0x0112, SHORT = 3 };
    Tiff t = { .p = p, .n = n, .big = n > 0 && p[0] == 'M' };
    if (n < 8 || (memcmp(p, "II*\0", 4) != 0 && memcmp(p, "MM\0*", 4) != 0)) return 1;
    size_t   first = read32(&t, 4);
    unsigned entries = read16(&t, first);
    for (unsigned i = 0; i < entries; i++) {
        size_t at = first + 2 + (size_t)i * ENTRY;
        if (at >= n) break;
        if (read16(&t, at) != TAG || read16(&t, at + 2) != SHORT) continue;
        unsigned x = read16(&t, at + 8);
        return x >= 1 && x <= 8 ? (int)x : 1;
    }
    return 1;
}

/* A JPEG file is segments: 0xff, a kind, a length that counts itself; EXIF data come
 * before the picture. */
int exif_orientation(const void *bytes, size_t n)
{
    enum { APP1 = 0xe1, SCAN = 0xda };
    static const char head[6] = "Exif\0";
    const uint8_t    *p = bytes;
    if (n < 4 || p[0] != 0xff || p[1] != 0xd8) return 1;
    for (size_t at = 2, length; n - at >= 4 && p[at] == 0xff && p[at + 1] != SCAN;
         at += 2 + length) {
        length = (size_t)p[at + 2] << 8 | p[at + 3];
        if (length < 2 || length > n - at - 2) break;
        if (p[at + 1] == APP1 && length >= 8 && !memcmp(p + at + 4, head, sizeof head))
            return orientation_in(p + at + 10, length - 8);
    }
    return 1;
}

void exif_turn(Image *m, int orientation, Image *scratch)
{
    /* orientations whose rows, or columns, run backwards; from 5 on they change places */
    const bool up = (0x6c >> (orientation - 1) & 1), left = (0xc6 >> (orientation - 1) & 1);
    const bool change = orientation >= 5;
    const int  H = m->height, W = m->width, C = m->channels;
    if (orientation == 1) return;
    image_size(scratch, change ? W : H, change ? H : W, C);
    uint8_t *out = scratch->pixels;
    for (int y = 0; y < scratch->height; y++)
        for (int x = 0; x < scratch->width; x++, out += C) {
            int row = change ? x : y, column = change ? y : x;
            if (up) row = H - 1 - row;
            if (left) column = W - 1 - column;
            memcpy(out, m->pixels + ((size_t)row * (size_t)W + (size_t)column) * (size_t)C,
                   (size_t)C);
        }
    Image turned = *scratch;
    *scratch = *m, *m = turned;
}
