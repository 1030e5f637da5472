/* Position embeddings for another grid. */
#ifndef CORE_MODEL_POSITIONS_H
#define CORE_MODEL_POSITIONS_H

#include "core/base/real.h"

/* to [1 + to_rows to_cols, D] from from [1 + rows cols, D]; the class token's row, the
 * first, stays as it is.  Bicubic with a = -0.75, half-pixel centres, taps clamped to
 * the border, not smoothed when it shrinks.  A grid of the same sides is copied.
 *
 * Source: interpolate_pos_embed() of facebookresearch/mae, which resizes squares; timm
 * takes a = -0.5 and smooths, and differs. */
void positions_resize(real *to, const real *from, int rows, int cols, int to_rows, int to_cols,
                      int D);

#endif
