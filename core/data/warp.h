/* Turning, shearing and shifting, as Pillow does it with bicubic interpolation: in place,
 * bit for bit.  What comes from outside the picture is `fill`.
 *
 * Equal to PIL.Image.transform(AFFINE) and PIL.Image.rotate.
 */
#ifndef CORE_DATA_WARP_H
#define CORE_DATA_WARP_H

#include "core/data/image.h"

/* The pixel whose centre is (x, y) comes from (a x + b y + c, d x + e y + f). */
typedef struct {
    double a, b, c, d, e, f;
} Affine;

Affine affine_turn(double degrees, int height, int width); /* around the centre, to the left */
Affine affine_shear_x(double factor);
Affine affine_shear_y(double factor);
Affine affine_shift(double right, double down); /* where pixels come from */

void warp(Image *m, const Affine *a, const uint8_t fill[MAX_CHANNELS], Image *scratch);

#endif
