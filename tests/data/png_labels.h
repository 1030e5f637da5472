/* Small label maps for tests. */
#ifndef TESTS_DATA_PNG_LABELS_H
#define TESTS_DATA_PNG_LABELS_H

#include "tests/scratch.h"

#include <stdint.h>

/* Gray, or with a palette of colours that have nothing to do with its indices; bits is 1, 2,
 * 4, 8 or 16 a pixel. */
void label_map_write(Scratch *s, const char *name, const uint16_t *label, int height, int width,
                     int bits, int palette, int interlaced);

#endif
