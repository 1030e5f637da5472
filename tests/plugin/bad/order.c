/* Its walk sees one patch twice and another never. */
#include "core/mask/mask.h"

static void order(const void *self, int *out, int rows, int cols)
{
    int L = rows * cols;
    (void)self;
    for (int i = 0; i < L; i++) out[i] = i;
    out[L - 1] = 0;
}

MASK_STRATEGY(order,
    .about  = "comes back to where it began",
    .source = "a test",
    .order  = order
);
