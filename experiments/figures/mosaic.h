/* Rows of tiles, a name before each row, classes and their colours below: what figures of
 * found objects and of label maps are drawn on.
 *
 *     Mosaic m = { .title = "Objects found", .rows = 7, .cols = 6, .tile = 224, ... };
 *     mosaic_open(&m, path);
 *     mosaic_name(&m, 0, "truth");
 *     mosaic_tile(&m, 0, 3, &image);           and more at mosaic_x(&m, 3), mosaic_y(&m, 0)
 *     bad = mosaic_write(&m, path, &err);
 *     mosaic_close(&m);
 */
#ifndef EXPERIMENTS_FIGURES_MOSAIC_H
#define EXPERIMENTS_FIGURES_MOSAIC_H

#include "experiments/figures/canvas.h"

#include <stdbool.h>

typedef struct {
    const char        *title, *note; /* above; below, in small                    */
    int                rows, cols, tile; /* a tile is a square of so many pixels      */
    int                classes;
    const char *const *class_name; /* [classes]                                    */
    const bool        *shown;      /* [classes] those that stand below             */
    uint32_t (*colour)(int class);
    Canvas             c;
} Mosaic;

/* Colours of objects; of label maps, whose first class is mostly the ground: gray.  They
 * come again from the eleventh on, lighter, then darker. */
uint32_t object_colour(int class);
uint32_t label_colour(int class);

void mosaic_open(Mosaic *m, const char *path); /* as canvas_open_for */
void mosaic_close(Mosaic *m);

int  mosaic_x(const Mosaic *m, int col); /* of a tile's top left */
int  mosaic_y(const Mosaic *m, int row);
void mosaic_name(Mosaic *m, int row, const char *name);

/* The picture in the tile, at the top left, as it is: no side over `tile`. */
void mosaic_tile(Mosaic *m, int row, int col, const Image *image);

MUST_USE Status mosaic_write(const Mosaic *m, const char *path, Err *err);

#endif
