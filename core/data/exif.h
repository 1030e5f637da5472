/* Which way up a photograph was taken: what its EXIF data say, and turning it upright. */
#ifndef CORE_DATA_EXIF_H
#define CORE_DATA_EXIF_H

#include "core/data/image.h"

/* 1..8, as EXIF numbers them, of a JPEG file; 1, upright, of any file that does not say. */
int exif_orientation(const void *bytes, size_t n);

/* Turned upright in place, as PIL.ImageOps.exif_transpose does. */
void exif_turn(Image *m, int orientation, Image *scratch);

#endif
