/* edges: hide the border of the image first.
 *
 * Source: an example.
 */
#include "core/mask/mask.h"

typedef struct { double noise; } Edges;

static const MaskParam params[] = {
    MASK_NUMBER(Edges, noise, 8, 0, 100, "random patches added to the distance"),
    { 0 }
};

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Edges *e = self;
    for (int y = 0; y < v->rows; y++)
        for (int x = 0; x < v->cols; x++) {
            int down = y < v->rows - 1 - y ? y : v->rows - 1 - y;
            int right = x < v->cols - 1 - x ? x : v->cols - 1 - x;
            int depth = down < right ? down : right;
            *out++ = (float)e->noise * rng_unit(rng) - (float)depth;
        }
}

MASK_STRATEGY(edges,
    .about  = "the border first",
    .source = "an example",
    .size   = sizeof(Edges),
    .params = params,
    .score  = score
);
