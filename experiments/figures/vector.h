/* Pictures as SVG: what a canvas is drawn on if it must be sharp at any size.
 *
 *     Vector *v = vector_open(300, 200, WHITE);
 *     vector_box(v, 10, 10, 8, 8, INK, 1);
 *     bad = vector_write(v, "spiral.svg", &err);
 *     vector_close(v);
 *
 * Text is drawn with the strokes of font.h, so that it looks the same everywhere.
 */
#ifndef EXPERIMENTS_FIGURES_VECTOR_H
#define EXPERIMENTS_FIGURES_VECTOR_H

#include "core/base/status.h"
#include "core/data/image.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Vector Vector;

Vector *vector_open(int width, int height, uint32_t colour);
void    vector_close(Vector *v); /* NULL is allowed */

/* Covers what is below by `share`, 0 to 1. */
void vector_box(Vector *v, int x, int y, int width, int height, uint32_t colour,
                double share);

/* A line through points, with round ends: `pen` to each side.  `move` begins another
 * piece; vector_end_line comes behind the last point. */
void vector_line(Vector *v, double pen, uint32_t colour);
void vector_point(Vector *v, double x, double y, bool move);
void vector_end_line(Vector *v);

/* The picture itself is in the file, as PNG. */
void vector_image(Vector *v, int x, int y, int width, int height, const Image *m);

MUST_USE Status vector_write(Vector *v, const char *path, Err *err);

#endif
