#include "core/data/image.h"

#include "core/base/status.h"

#include <stdlib.h>

void image_room(Image *m, size_t bytes)
{
    if (bytes <= m->room) return;
    free(m->pixels);
    m->pixels = malloc(bytes);
    CHECK(m->pixels, "no memory for a picture of %zu bytes", bytes);
    m->room = bytes;
}

void image_size(Image *m, int height, int width, int channels)
{
    CHECK(height > 0 && width > 0 && channels > 0 && channels <= MAX_CHANNELS,
          "a picture of %d x %d x %d", height, width, channels);
    image_room(m, (size_t)height * (size_t)width * (size_t)channels);
    m->height = height, m->width = width, m->channels = channels;
}

void image_free(Image *m)
{
    free(m->pixels);
    *m = (Image){ 0 };
}

uint8_t image_luma(const uint8_t rgb[3])
{
    return (uint8_t)((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 0x8000) >> 16);
}
