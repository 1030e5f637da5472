/* Photometric distortion: brightness, contrast, saturation and hue, each half of the time.
 *
 * Contrast comes before the change of saturation and hue or after it, by chance too.  Gray
 * pictures have neither.
 *
 * Source: PhotoMetricDistortion of mmsegmentation, on pictures in 8 bits with the hue of
 * OpenCV, 0..179. */
#ifndef CORE_DATA_DISTORT_H
#define CORE_DATA_DISTORT_H

#include "core/base/rng.h"
#include "core/data/image.h"

#include <stdbool.h>

/* What one picture gets. */
typedef struct {
    double brightness;     /* added, -32..32                      */
    double contrast;       /* factor, 0.5..1.5                    */
    double saturation;     /* factor, 0.5..1.5                    */
    int    hue;            /* turned by so many of 180, -18..17   */
    bool   contrast_first; /* before saturation and hue           */
} Distortion;

Distortion distort_draw(Rng *rng); /* 0 and 1 where nothing changes */
void       distort_apply(const Distortion *d, Image *m);

#endif
