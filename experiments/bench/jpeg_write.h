/* Photographs as files. */
#ifndef EXPERIMENTS_BENCH_JPEG_WRITE_H
#define EXPERIMENTS_BENCH_JPEG_WRITE_H

#include "core/base/status.h"

#include <stdint.h>

/* rgb [height, width, 3], at a quality of 1..100, chroma at half the size, as cameras
 * write them; aside and renamed; the folder must be there. */
MUST_USE Status jpeg_write(const char *path, const uint8_t *rgb, int width, int height,
                           int quality, Err *err);

#endif
