/* uniform: as many visible patches in one 2 x 2 cell as in another.
 *
 * In each cell the patches take turns in random order.  At ratio 0.75 the first of
 * every cell is visible; at other ratios cells that show one more than others are
 * random.  On odd grids the cells of the last row and column are smaller.
 *
 * The authors hide a quarter of the visible patches a second time, by a token that
 * stays in the encoder's sequence.  That is a third state of a patch and no matter
 * of a strategy, which says visible or hidden; it is left out.
 *
 * Source: Li et al. 2022, arXiv:2205.10063, section 3, "uniform sampling", there
 * at ratio 0.75 on even grids; the rest is this suite's.
 */
#include "core/mask/mask.h"

typedef struct { int place[4], n; } Cell;

static Cell cell_at(int top, int left, int rows, int cols)
{
    Cell c = { .n = 0 };
    for (int y = top; y < top + 2 && y < rows; y++)
        for (int x = left; x < left + 2 && x < cols; x++) c.place[c.n++] = y * cols + x;
    return c;
}

/* Random numbers become the turn of the patch in its cell, plus the number. */
static void take_turns(float *out, const Cell *c)
{
    float drawn[4];
    for (int i = 0; i < c->n; i++) drawn[i] = out[c->place[i]];
    for (int i = 0; i < c->n; i++)
        for (int k = 0; k < c->n; k++) out[c->place[i]] += drawn[k] < drawn[i];
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    for (int y = 0; y < v->rows; y += 2)
        for (int x = 0; x < v->cols; x += 2) {
            Cell c = cell_at(y, x, v->rows, v->cols);
            take_turns(out, &c);
        }
}

MASK_STRATEGY(uniform,
    .about  = "as many visible in each 2 x 2 cell, one at ratio 0.75",
    .source = "Li et al. 2022, arXiv:2205.10063, uniform sampling alone",
    .family = "lattices",
    .score  = score
);
