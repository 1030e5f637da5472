/* multiblock: hide a few large blocks of one shape, as I-JEPA's targets.
 *
 * Per image a number u is drawn.  Blocks have the area L (least + u (most - least))
 * and the side ratio narrow + u (wide - narrow): with the same u, so that large ones
 * are wide.  They are placed anywhere and may overlap, until enough is hidden; of
 * the last one only as many are hidden as that takes, at random.  Where ten blocks in
 * a row hide nothing new, random patches make up the rest.
 *
 * I-JEPA hides four, which cover 0.47 of 14 x 14 patches; here five are placed at
 * ratio 0.5 and twelve at 0.75.  Its context block, outside of which patches are
 * neither seen nor predicted, would be a third state of a patch and is left out.
 *
 * Source: Assran et al. 2023, arXiv:2301.08243, section 3, and src/masks/multiblock.py
 * of facebookresearch/ijepa, where no block reaches the last row and column and sizes
 * are those of a batch: here every place is as likely, sizes are those of an image.
 */
#include "core/mask/mask.h"

#include <math.h>

typedef struct { double least, most, narrow, wide; } Blocks;

static const MaskParam params[] = {
    MASK_NUMBER(Blocks, least, 0.15, 0, 1, "least area of a block, as share of the grid"),
    MASK_NUMBER(Blocks, most, 0.2, 0, 1, "largest area"),
    MASK_NUMBER(Blocks, narrow, 0.75, 0.01, 100, "height by width of a least block"),
    MASK_NUMBER(Blocks, wide, 1.5, 0.01, 100, "height by width of a largest block"),
    { 0 }
};

enum { BARREN = 10 };

/* Lower than the grid, unless the grid is one patch high. */
static int side(double x, int grid)
{
    double most = grid > 1 ? grid - 1 : 1;
    return (int)fmin(fmax(nearbyint(x), 1), most);
}

/* Blocks lift random numbers above 1, to be hidden before those below; all but the
 * last above 2.  Returns how many patches were not hidden before. */
static int place(float *out, const MaskView *v, int high, int wide, int left, Rng *rng)
{
    int    fresh = 0;
    float *block = out + (int)rng_below(rng, (uint32_t)(v->rows - high + 1)) * v->cols +
                   (int)rng_below(rng, (uint32_t)(v->cols - wide + 1));
    for (int y = 0; y < high; y++)
        for (int x = 0; x < wide; x++) fresh += block[y * v->cols + x] < 1;
    for (int y = 0; y < high; y++)
        for (int x = 0; x < wide; x++)
            if (block[y * v->cols + x] < 1)
                block[y * v->cols + x] += fresh > left ? 1 : 2;
    return fresh;
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Blocks *b = self;
    int    L = v->rows * v->cols, left = L - v->K;
    double u = rng_unit53(rng), area = floor(L * (b->least + u * (b->most - b->least)));
    double aspect = b->narrow + u * (b->wide - b->narrow);
    int    high = side(sqrt(area * aspect), v->rows);
    int    wide = side(sqrt(area / aspect), v->cols);

    rng_units(rng, out, (size_t)L);
    for (int barren = 0; left > 0 && barren < BARREN; barren++) {
        int fresh = place(out, v, high, wide, left, rng);
        if (fresh) barren = -1;
        left -= fresh;
    }
}

MASK_STRATEGY(multiblock,
    .about  = "a few large blocks of one shape, as I-JEPA's targets",
    .source = "Assran et al. 2023, arXiv:2301.08243; the exact count is this suite's",
    .family = "blocks",
    .size   = sizeof(Blocks),
    .params = params,
    .score  = score
);
