/* edges: the border of the image is hidden first.
 *
 * A patch d steps from the border scores noise * u - d, u uniform: with noise 0 the
 * border goes ring by ring, with much noise it is `random`.
 *
 * Source: an example; write down where yours comes from.
 */
#include "core/mask/mask.h"

typedef struct { double noise; } Settings;

static const MaskParam params[] = {
    MASK_NUMBER(Settings, noise, 8, 0, 100, "random patches added to the distance"),
    { 0 }
};

static int smaller(int a, int b) { return a < b ? a : b; }

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Settings *s = self;
    for (int y = 0; y < v->rows; y++)
        for (int x = 0; x < v->cols; x++) {
            int down = smaller(y, v->rows - 1 - y), across = smaller(x, v->cols - 1 - x);
            *out++ = (float)s->noise * rng_unit(rng) - (float)smaller(down, across);
        }
}

MASK_STRATEGY(edges,
    .about  = "the border first",
    .source = "an example",
    .size   = sizeof(Settings),
    .params = params,
    .score  = score
);
