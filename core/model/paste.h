/* Masks of boxes put into their image. */
#ifndef CORE_MODEL_PASTE_H
#define CORE_MODEL_PASTE_H

#include "core/data/rle.h"
#include "core/model/boxes.h"

/* probability [size, size], stretched over the box, in an image of height x width: its
 * pixels are those whose middle has at least `inside`, bilinear between the middles of
 * the cells, 0 outside of them.  The box is finite; a number that is not is outside.
 *
 * Source: paste_masks_in_image of detectron2. */
void mask_paste(Rle *m, Arena *a, const real *probability, int size, Box box, int height,
                int width, double inside);

#endif
