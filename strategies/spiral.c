/* spiral: from the centre outward, in rings.
 *
 * A walk from the top left corner that turns right at each wall of what is left,
 * backwards: so it begins at the centre and ends in the corner.  All steps go to
 * a neighbour, on any grid.  The first m x m patches are a square, which on even
 * grids lies half a patch off the centre; `sym=1` evens that out.
 *
 * Why `strata` is the default: zigzag.c.  With `select=prefix` the mask is a
 * fixed square in the middle of the image.
 *
 * Source: the order as named in the survey's table 1 (doi:10.1117/12.3058596):
 * "from the inner element", which "preserves more significant patches".
 */
#include "core/mask/mask.h"

static void order(const void *self, int *out, int rows, int cols)
{
    (void)self;
    int top = 0, bottom = rows - 1, left = 0, right = cols - 1, t = rows * cols;
    while (top <= bottom && left <= right) {
        for (int x = left; x <= right; x++) out[--t] = top * cols + x;
        top++;
        for (int y = top; y <= bottom; y++) out[--t] = y * cols + right;
        right--;
        for (int x = right; x >= left && top <= bottom; x--) out[--t] = bottom * cols + x;
        bottom--;
        for (int y = bottom; y >= top && left <= right; y--) out[--t] = y * cols + left;
        left++;
    }
}

MASK_STRATEGY(spiral,
    .about  = "rings from the centre outward",
    .source = "scan order of doi:10.1117/12.3058596; its selector is this suite's",
    .family = "curves",
    .select = MASK_STRATA,
    .order  = order
);
