/* What a decoder says of patches, as pictures again. */
#ifndef EXPERIMENTS_STAGES_DISPLAY_H
#define EXPERIMENTS_STAGES_DISPLAY_H

#include "core/base/real.h"
#include "core/data/data.h"

typedef struct {
    const Data *data;
    int         rows, cols, patch;
    bool        normalized; /* the target: predictions are brought back with the mean and
                               deviation of the true patch, which nobody else knows    */
} Display;

/* One image [H, W, C], numbers from 0 to 1: `original` from raw [L, P], the patches as the
 * model sees them; `completed` the same where hidden [L] is 0, else from pred [L, P] in the
 * target's units.
 *
 * Source: the visualisation of facebookresearch/mae: x std + mean, clipped. */
void display_image(double *original, double *completed, const Display *d, const real *pred,
                   const real *raw, const uint8_t *hidden);

uint8_t display_pixel(double x); /* 0..255 */

/* Squared error of the hidden patches as a normalised target counts it, whatever the
 * target is: in deviations of the true patch, nothing clipped; mean over patches and
 * values.  NaN if none is hidden. */
double display_error(const Display *d, const real *pred, const real *raw,
                     const uint8_t *hidden);

#endif
