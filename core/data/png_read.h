/* PNG pictures, as Pillow's convert("RGB") makes them.  Only picture.c and label_map.c call
 * these.
 *
 * Every legal kind: 1 to 16 bits (of 16 the upper 8 count), palette, interlaced.
 * Transparency is left out and gamma is not applied, as in Pillow.  Of 16-bit gray
 * Pillow 9 clips at 255 and so shows white; here the upper 8 bits count as well.
 */
#ifndef CORE_DATA_PNG_READ_H
#define CORE_DATA_PNG_READ_H

#include "core/base/status.h"
#include "core/data/image.h"
#include "core/data/label_map.h"

#include <stdbool.h>

/* All of it: gray or RGB, whichever it is.  STATUS_FORMAT if it is damaged or has more
 * than 2^26 pixels; `name` is for the message. */
MUST_USE Status png_decode(Image *m, const void *bytes, size_t n, const char *name,
                           Err *err);

/* Its numbers as they stand in the file: gray, or indices of a palette.  STATUS_FORMAT also if
 * it has colours or transparency of its own, or is no PNG. */
MUST_USE Status png_labels(LabelMap *m, const void *bytes, size_t n, const char *name,
                           Err *err);

/* Its size alone, from the head of the file. */
MUST_USE Status png_size(int *height, int *width, const void *bytes, size_t n,
                         const char *name, Err *err);

/* Is it a PNG of red, green and blue, not of gray or a palette? */
bool png_has_colours(const void *bytes, size_t n);

#endif
