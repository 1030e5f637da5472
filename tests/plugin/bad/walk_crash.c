/* Dies where its walk is asked for, before the first mask. */
#include "core/mask/mask.h"

static void order(const void *self, int *out, int rows, int cols)
{
    volatile int *volatile nowhere = NULL;
    (void)self;
    for (int i = 0; i < rows * cols; i++) out[i] = i;
    *nowhere = out[0];
}

MASK_STRATEGY(walk_crash,
    .about  = "dies of a segmentation fault before it walks",
    .source = "a test",
    .order  = order
);
