/* A decoded picture: 8 bits a value, rows of pixels, channels together. */
#ifndef CORE_DATA_IMAGE_H
#define CORE_DATA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_CHANNELS = 4 };

/* Start with { 0 }; reads of many pictures into one Image reuse its memory. */
typedef struct {
    int      height, width, channels;
    uint8_t *pixels; /* [height, width, channels] */
    size_t   room;   /* bytes behind pixels       */
} Image;

/* What the pixels hold after either is undefined.  image_room only makes room,
 * for those who use an Image as reusable memory. */
void image_size(Image *m, int height, int width, int channels);
void image_room(Image *m, size_t bytes);
void image_free(Image *m);

/* The gray of a colour, (19595 R + 38470 G + 7471 B) / 65536 rounded, as Pillow's. */
uint8_t image_luma(const uint8_t rgb[3]);

#endif
