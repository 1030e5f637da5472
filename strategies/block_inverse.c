/* block-inverse: what is visible is a block, and all around it is hidden.
 *
 * With `side=0` it is one rectangle, as nearly square as K patches can be: its last
 * row or column is filled in part, at random, where K asks for it.  On 14 x 14 at
 * ratio 0.75 it is a square of 7 x 7 at any of 64 places.
 *
 * With `side` it is squares of that side, L (1 - r + more) / side^2 of them, about
 * random centres and cut at the edges.  Random patches are then added or taken away
 * until exactly K are visible.
 *
 * Source: one square, mask_transform.py of Haochen-Wang409/HPM (arXiv:2304.05919),
 * which never shows the last row and column: here every place is as likely.
 * Squares, Baevski et al. 2022, arXiv:2212.07525, section 3.2, side 3 for images.
 */
#include "core/mask/mask.h"

#include <math.h>

typedef struct {
    double more;
    int    side;
} Inverse;

static const MaskParam params[] = {
    MASK_INTEGER(Inverse, side, 0, 0, 128, "side of a visible square; 0: one block"),
    MASK_NUMBER(Inverse, more, 0.07, 0, 1,
                "share drawn beyond 1 - r, as squares overlap; side > 0"),
    { 0 }
};

static int below(Rng *rng, int n) { return (int)rng_below(rng, (uint32_t)n); }

/* Rows of a block of K patches, and as many columns as that takes. */
static void shape(int *high, int *wide, int K, int rows, int cols)
{
    *high = (int)lround(sqrt(K));
    if (*high > rows) *high = rows;
    *wide = (K + *high - 1) / *high;
    if (*wide < cols) return;
    *wide = cols;
    *high = (K + cols - 1) / cols;
}

static void show_one(float *out, const MaskView *v, Rng *rng)
{
    int high, wide;
    shape(&high, &wide, v->K, v->rows, v->cols);
    int top = below(rng, v->rows - high + 1), left = below(rng, v->cols - wide + 1);
    for (int y = 0; y < high; y++)
        for (int x = 0; x < wide; x++) {
            bool last = wide == v->cols ? y == high - 1 : x == wide - 1;
            out[(top + y) * v->cols + left + x] -= last ? 1 : 2;
        }
}

static void show_square(float *out, const MaskView *v, int side, Rng *rng)
{
    int top = below(rng, v->rows) - side / 2, left = below(rng, v->cols) - side / 2;
    for (int y = top; y < top + side; y++)
        for (int x = left; x < left + side; x++) {
            bool inside = y >= 0 && y < v->rows && x >= 0 && x < v->cols;
            if (inside && out[y * v->cols + x] >= 0) out[y * v->cols + x] -= 1;
        }
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Inverse *b = self;
    int L = v->rows * v->cols;
    rng_units(rng, out, (size_t)L);
    if (!b->side) {
        show_one(out, v, rng);
    } else {
        int n = (int)((v->K + b->more * L) / (b->side * b->side));
        for (int i = 0; i < n; i++) show_square(out, v, b->side, rng);
    }
}

MASK_STRATEGY(block_inverse,
    .about  = "a visible block, or visible squares, and all around hidden",
    .source = "arXiv:2304.05919 and 2212.07525; any exact count is this suite's",
    .family = "blocks",
    .size   = sizeof(Inverse),
    .params = params,
    .score  = score
);
