/* grid: a regular lattice of patches stays visible.
 *
 * At ratio 0.75 on an even grid this is one patch of each 2 x 2.  For any other
 * count the lattice is the most nearly square one with at least K nodes, evenly
 * spread; nodes beyond K are hidden at random.  When more than half are visible
 * it is the hidden patches that form the lattice.  The lattice is shifted at
 * random per image, so every patch is visible equally often; `offset=fixed`
 * leaves it where it is, and then the mask is the same in every image and epoch.
 *
 * Source: "grid" in He et al. 2022, arXiv:2111.06377, table 1f, which gives no
 * rule for the shift, odd grids or other ratios: those are this suite's.
 */
#include "core/mask/mask.h"

#include <math.h>

enum { OFFSET_RANDOM, OFFSET_FIXED };
static const char *const OFFSETS[] = { "random", "fixed", NULL };

typedef struct { int offset; } Grid;

static const MaskParam params[] = {
    MASK_CHOICE(Grid, offset, OFFSET_RANDOM, OFFSETS, "where the lattice lies"),
    { 0 }
};

/* Lines each way, with at least n crossings; spacings as equal as can be. */
static void lattice(int lines[2], int n, int rows, int cols)
{
    double best = INFINITY;
    for (int r = 1; r <= rows; r++) {
        int c = (n + r - 1) / r;
        if (c > cols) continue;
        double uneven = fabs(log((double)rows * c / ((double)cols * r)));
        if (uneven < best) best = uneven, lines[0] = r, lines[1] = c;
    }
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Grid *g = self;
    bool fixed = g->offset == OFFSET_FIXED;
    int  L = v->rows * v->cols, n = v->K < L - v->K ? v->K : L - v->K;
    int  lines[2] = { 1, 1 }, down = 0, right = 0;
    lattice(lines, n, v->rows, v->cols);

    if (fixed) {
        for (int i = 0; i < L; i++) out[i] = (float)i / (float)L;
    } else {
        down = (int)rng_below(rng, (uint32_t)v->rows);
        right = (int)rng_below(rng, (uint32_t)v->cols);
        rng_units(rng, out, (size_t)L);
    }
    for (int a = 0; a < lines[0]; a++)
        for (int b = 0; b < lines[1]; b++) {
            int y = (a * v->rows + down) / lines[0], x = (b * v->cols + right) / lines[1];
            out[y * v->cols + x] += n == v->K ? -1.0F : 1.0F;
        }
}

static bool fixed(const void *self)
{
    return ((const Grid *)self)->offset == OFFSET_FIXED;
}

MASK_STRATEGY(grid,
    .about  = "a regular lattice stays visible",
    .source = "He et al. 2022, arXiv:2111.06377, table 1f",
    .family = "lattices",
    .size   = sizeof(Grid),
    .params = params,
    .score  = score,
    .fixed  = fixed
);
