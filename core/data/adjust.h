/* Changes of colour, as Pillow makes them: in place, bit for bit.
 *
 * Pictures have one channel, gray, or three.  A factor blends a picture with one that lacks
 * something: 0 is that one, 1 the picture, more exaggerates.
 *
 * Equal to PIL.ImageOps and PIL.ImageEnhance; solarize_add is timm's.
 */
#ifndef CORE_DATA_ADJUST_H
#define CORE_DATA_ADJUST_H

#include "core/data/image.h"

void adjust_autocontrast(Image *m); /* each channel stretched to 0..255        */
void adjust_equalize(Image *m);     /* ... to a flat histogram                 */
void adjust_invert(Image *m);
void adjust_posterize(Image *m, int bits);        /* the upper 0..8 bits stay  */
void adjust_solarize(Image *m, int threshold);    /* inverts from there on     */
void adjust_solarize_add(Image *m, int add);      /* brightens what is below 128 */

void adjust_colour(Image *m, double factor);      /* against gray              */
void adjust_contrast(Image *m, double factor);    /* against the mean gray     */
void adjust_brightness(Image *m, double factor);  /* against black             */
void adjust_sharpness(Image *m, double factor, Image *scratch); /* against a blur */

#endif
