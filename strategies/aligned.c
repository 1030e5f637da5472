/* aligned: squares of side x side patches on a fixed raster are visible or hidden.
 *
 * Squares are shown in random order until K patches are visible; of the last one as
 * many as are wanted, at random.  At the right and lower edge squares may be cut.
 *
 * Others round to whole squares, each in another way.  Visible of 196 patches, 49
 * squares, at ratio 0.6: SimMIM hides ceil(49 r), 76 visible; SparK shows
 * round(49 (1 - r)), 80; Hiera and FCMAE show floor(49 (1 - r)), 76; here 78, as
 * under every other strategy.  At ratio 0.75 it is 48 for them and 49 here.
 *
 * Source: Xie et al. 2021, arXiv:2111.09886, section 3.2, squares of 32 pixels;
 * likewise Tian et al. 2023, arXiv:2301.03580, and Ryali et al. 2023,
 * arXiv:2306.00989.  The square shown in part is this suite's.
 */
#include "core/mask/mask.h"

typedef struct { int side; } Aligned;

static const MaskParam params[] = {
    MASK_INTEGER(Aligned, side, 2, 1, MASK_MAX_PATCHES, "side of a square, in patches"),
    { 0 }
};

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Aligned *a = self;
    int down = (v->rows - 1) / a->side + 1, across = (v->cols - 1) / a->side + 1;
    int turn[MASK_MAX_PATCHES];
    rng_shuffle(rng, turn, down * across);
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    for (int y = 0; y < v->rows; y++)
        for (int x = 0; x < v->cols; x++)
            *out++ += (float)turn[y / a->side * across + x / a->side];
}

MASK_STRATEGY(aligned,
    .about  = "squares on a fixed raster, one of them in part for the exact count",
    .source = "Xie et al. 2021, arXiv:2111.09886; any exact count is this suite's",
    .family = "blocks",
    .size   = sizeof(Aligned),
    .params = params,
    .score  = score
);
