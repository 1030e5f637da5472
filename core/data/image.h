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

/* Sets the size; what the pixels hold afterwards is undefined. */
void image_size(Image *m, int height, int width, int channels);
void image_free(Image *m);

#endif
