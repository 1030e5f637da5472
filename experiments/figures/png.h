/* Pictures as files: 8-bit RGB, lossless. */
#ifndef EXPERIMENTS_FIGURES_PNG_H
#define EXPERIMENTS_FIGURES_PNG_H

#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* rgb [height, width, 3], written aside and renamed; the folder must be there. */
MUST_USE Status png_write(const char *path, const uint8_t *rgb, int width, int height,
                          Err *err);

/* The same in memory; free() it. */
void png_encode(uint8_t **png, size_t *n, const uint8_t *rgb, int width, int height);

#endif
