/* JPEG pictures, as Pillow decodes them: the slow exact cosine transform, smooth
 * chroma, no rotation by EXIF, no colour profile.  Only picture.c calls these.
 *
 * Baseline and progressive; gray, YCbCr, RGB, CMYK and YCCK, whose inks go to
 * R = (255 - C) (255 - K) / 255 and so on.  Refused by name (STATUS_FORMAT): 12-bit,
 * files that end too early, more than 2^26 pixels or 500 scans.  Other flaws that
 * Pillow bears (stray bytes, a lost restart marker) are borne.
 */
#ifndef CORE_DATA_JPEG_READ_H
#define CORE_DATA_JPEG_READ_H

#include "core/base/status.h"
#include "core/data/image.h"

/* All of it: gray or RGB, whichever it is.  `name` is for the message. */
MUST_USE Status jpeg_decode(Image *m, const void *bytes, size_t n, const char *name,
                            Err *err);

/* Its size alone, from the head of the file. */
MUST_USE Status jpeg_size(int *height, int *width, const void *bytes, size_t n,
                          const char *name, Err *err);

#endif
