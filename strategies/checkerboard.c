/* checkerboard: the squares of one colour are visible first.
 *
 * Patch (i, j) has the colour (i/side + j/side) mod 2, in whole numbers.  At ratio
 * 0.5 on an even grid the mask is the board itself; when fewer are visible they are
 * random among one colour, when more random ones of the other colour are added.
 * The board is shifted at random per image, so every patch is visible equally often;
 * `offset=fixed` leaves it where it is, and then the mask is the same in every image
 * and epoch.
 *
 * Source: arXiv:2408.12772 (SymMIM), which has ratio 0.5 and side 1 for one encoder
 * and side 2 for another; the shift and other ratios are this suite's.
 */
#include "core/mask/mask.h"

enum { OFFSET_RANDOM, OFFSET_FIXED };
static const char *const OFFSETS[] = { "random", "fixed", NULL };

typedef struct { int side, offset; } Checkerboard;

static const MaskParam params[] = {
    MASK_INTEGER(Checkerboard, side, 1, 1, MASK_MAX_PATCHES,
                 "side of a square, in patches"),
    MASK_CHOICE(Checkerboard, offset, OFFSET_RANDOM, OFFSETS, "where the board lies"),
    { 0 }
};

static bool fixed(const void *self)
{
    return ((const Checkerboard *)self)->offset == OFFSET_FIXED;
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Checkerboard *c = self;
    int L = v->rows * v->cols, side = c->side, down = 0, right = 0;
    if (fixed(self)) {
        for (int i = 0; i < L; i++) out[i] = (float)i / (float)L;
    } else {
        down = (int)rng_below(rng, 2 * (uint32_t)side);
        right = (int)rng_below(rng, 2 * (uint32_t)side);
        rng_units(rng, out, (size_t)L);
    }
    for (int y = 0; y < v->rows; y++)
        for (int x = 0; x < v->cols; x++)
            *out++ += (float)(((y + down) / side + (x + right) / side) % 2);
}

MASK_STRATEGY(checkerboard,
    .about  = "the squares of one colour are visible first",
    .source = "arXiv:2408.12772 at ratio 0.5; shift and other ratios: this suite's",
    .family = "lattices",
    .size   = sizeof(Checkerboard),
    .params = params,
    .score  = score,
    .fixed  = fixed
);
