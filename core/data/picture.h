/* Pictures from files: JPEG and PNG, pixels equal to Pillow's.
 *
 *     Image m = { 0 };
 *     if (picture_read(&m, 3, "val/dress/7.jpg", &err)) ...
 *     image_free(&m);
 *
 * What a file is its first bytes tell, never its name: photographs come as a PNG
 * called .jpg.  Any other format is refused by its own name.
 */
#ifndef CORE_DATA_PICTURE_H
#define CORE_DATA_PICTURE_H

#include "core/base/status.h"
#include "core/data/image.h"

enum { PICTURE_PIXELS = 1 << 26, PICTURE_BYTES = 1 << 28 }; /* at most */

/* channels 3: RGB, gray replicated; 1: gray, of colours (19595 R + 38470 G + 7471 B) /
 * 2^16 rounded; 0: as the file has it, 1 or 3.  STATUS_FORMAT "NAME: what is wrong" if
 * it is no picture, damaged, truncated or too large. */
MUST_USE Status picture_decode(Image *m, int channels, const void *bytes, size_t n,
                               const char *name, Err *err);

/* The same of a file; also STATUS_MISSING and STATUS_IO. */
MUST_USE Status picture_read(Image *m, int channels, const char *path, Err *err);

/* The size, and what can be told without decoding: that it is a picture of a kind that
 * is read, and that its end is there. */
MUST_USE Status picture_size(int *height, int *width, const void *bytes, size_t n,
                             const char *name, Err *err);

#endif
