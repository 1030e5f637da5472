/* Where an instance is: the insides of polygons, or runs.  It is moved and cut as its
 * picture is.
 *
 * A point is inside of polygons that have it on their inner side an odd number of times,
 * as the rasteriser (rle.h) sees it.  Cutting by a line keeps exactly the points on one
 * side: a polygon that leaves and comes back falls into several, never joined along the
 * line, so the areas of the tiles of a picture sum to that of the whole, and boxes are
 * those of what is left.
 *
 * What is new lies in the caller's arena; what was there is only read.
 */
#ifndef CORE_DATA_OUTLINE_H
#define CORE_DATA_OUTLINE_H

#include "core/data/rle.h"

typedef struct {
    size_t        parts;  /* polygons; 0: the runs say where                     */
    const size_t *points; /* [parts] corners of each, 3 at least                 */
    const double *xy;     /* x, y of all corners, in pixels                      */
    Rle           runs;   /* of the picture's size; runs.n is 0 where the outline
                             is not known, but only a box                        */
} Outline;

bool outline_is_known(const Outline *o);

/* Of a picture `width` pixels wide, mirrored left and right. */
void outline_flip(Outline *o, Arena *a, int width);

/* Of a picture of height x width, resized; runs take the nearest pixel, as Pillow does. */
void outline_resize(Outline *o, Arena *a, int height, int width, int to_height, int to_width);

/* Only what lies in the window, seen from its corner; false if nothing does. */
bool outline_crop(Outline *o, Arena *a, int top, int left, int height, int width);

/* x0, y0, x1, y1 around it; false, and zeros, if nothing is left. */
bool outline_box(double box[4], const Outline *o);

/* Its pixels in a picture of height x width, in `a` alone.  False if it is not known, or has
 * too many crossings (rle.h). */
bool outline_runs(Rle *m, Arena *a, const Outline *o, int height, int width);

/* What a mask head should say: mask [size, size], 0 or 1, of the box x0, y0, x1, y1.
 * Polygons are moved to the box, scaled by size over its side, and rasterised; runs are
 * averaged over each cell and count from one half.
 *
 * Source: rasterize_polygons_within_box and BitMasks.crop_and_resize of detectron2. */
void outline_target(uint8_t *mask, Arena *scratch, const Outline *o, const double box[4],
                    int size);

#endif
