/* diagonal: along the diagonals from the top left, to and fro, as JPEG reads its
 * coefficients.
 *
 * On 14 x 14, 169 of its 195 steps are to a diagonal neighbour, and the others go
 * along the edge to the next diagonal.
 *
 * Why `strata` is the default: zigzag.c.
 *
 * Source: ITU-T T.81, figure 5, on a grid of any shape.
 */
#include "core/mask/mask.h"

static void order(const void *self, int *out, int rows, int cols)
{
    (void)self;
    for (int d = 0; d < rows + cols - 1; d++) {
        int top = d < cols ? 0 : d - cols + 1, bottom = d < rows ? d : rows - 1;
        for (int t = 0; t <= bottom - top; t++) {
            int y = d % 2 ? top + t : bottom - t;
            *out++ = y * cols + d - y;
        }
    }
}

MASK_STRATEGY(diagonal,
    .about  = "diagonals to and fro, as JPEG orders coefficients",
    .source = "ITU-T T.81, figure 5; its selector is this suite's",
    .family = "curves",
    .select = MASK_STRATA,
    .order  = order
);
