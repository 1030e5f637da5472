/* zigzag: row by row from the top left, every second row backwards.
 *
 * All steps go to a neighbour, on any grid.  (The diagonal zig-zag of JPEG is
 * another order: on 14 x 14, 169 of its steps are not to a neighbour.)
 *
 * What a scan order becomes as a mask is nowhere published.  `strata` is the
 * default of all four orders because a strategy must be trainable before it is
 * compared: every position is visible equally often, where `prefix` never shows
 * the encoder three quarters of its position embeddings, and the mask is not one
 * large block as it is under `window`, which alone costs 10 points of linear
 * probing (He et al. 2022, table 1f) and would hide what the order does.
 *
 * Source: the order as named in the survey's table 1 (doi:10.1117/12.3058596).
 */
#include "core/mask/mask.h"

static void order(const void *self, int *out, int rows, int cols)
{
    (void)self;
    for (int y = 0; y < rows; y++)
        for (int t = 0; t < cols; t++) *out++ = y * cols + (y % 2 ? cols - 1 - t : t);
}

MASK_STRATEGY(zigzag,
    .about  = "rows from the top, every second one backwards",
    .source = "scan order of doi:10.1117/12.3058596; its selector is this suite's",
    .family = "curves",
    .select = MASK_STRATA,
    .order  = order
);
