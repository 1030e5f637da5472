/* block: hide rectangles until enough is hidden, as BEiT does.
 *
 * A rectangle has an area drawn between `least` and what is still to be hidden,
 * or `most` if that is less, and a side ratio drawn log-uniformly between `aspect`
 * and its inverse.  It is placed if it fits and covers something new but not too
 * much; after ten that do not, the rest is hidden patch by patch, which makes the
 * count exact: at random, each next to what is hidden, or each where most of its four
 * neighbours are, so that those that score lowest in this stay visible.  At ratio 0.75
 * on 14 x 14 that rest is 0.6 patches on average, and the centre is almost never
 * visible: 1% against 87% of a corner.
 *
 * Source: Bao et al. 2021, arXiv:2106.08254, algorithm 1; numbers as in
 * masking_generator.py of microsoft/unilm/beit, which does not reach the exact
 * count in a third of the draws.  On a grid one patch high its rule "lower than
 * the grid" leaves nothing, so there a block may be as high as the grid.
 */
#include "core/mask/mask.h"

#include <math.h>

typedef struct {
    double aspect;
    int    least, most, fixup;
} Block;

enum { AT_RANDOM, ADJACENT, LOWEST_SCORE };
static const char *const FIXUPS[] = { "random", "adjacent", "lowest_score", NULL };

static const MaskParam params[] = {
    MASK_INTEGER(Block, least, 16, 1, MASK_MAX_PATCHES,
                 "least area of a block, in patches"),
    MASK_INTEGER(Block, most, 0, 0, MASK_MAX_PATCHES,
                 "most that one block hides (BEiT's max_num); 0: all there is to hide"),
    MASK_NUMBER(Block, aspect, 0.3, 0.01, 1,
                "least ratio of the sides; the most is 1 / aspect"),
    MASK_CHOICE(Block, fixup, AT_RANDOM, FIXUPS,
                "what blocks leave to hide: any, beside the hidden, or most enclosed"),
    { 0 }
};

enum { ATTEMPTS = 10 };

static const float COVERED = 1; /* above any random number in [0, 1) */

static double between(Rng *rng, double a, double b)
{
    return a + (b - a) * rng_unit53(rng);
}

static bool fits(int side, int grid) { return side >= 1 && (side < grid || grid == 1); }

static int anywhere(Rng *rng, int places)
{
    return (int)rng_below(rng, (uint32_t)places);
}

/* Try to place one block of at most `most` new patches; returns how many. */
static int place(const Block *b, float *out, const MaskView *v, int most, Rng *rng)
{
    double area = between(rng, b->least, most);
    double least = log(b->aspect), aspect = exp(between(rng, least, -least));
    double high = nearbyint(sqrt(area * aspect)), wide = nearbyint(sqrt(area / aspect));
    if (high > v->rows || wide > v->cols) return 0;

    int h = (int)high, w = (int)wide, fresh = 0;
    if (!fits(h, v->rows) || !fits(w, v->cols)) return 0;
    int top = anywhere(rng, v->rows - h + 1), left = anywhere(rng, v->cols - w + 1);
    for (int y = top; y < top + h; y++)
        for (int x = left; x < left + w; x++) fresh += out[y * v->cols + x] < COVERED;
    if (fresh > most) return 0;
    for (int y = top; y < top + h; y++)
        for (int x = left; x < left + w; x++) out[y * v->cols + x] = COVERED;
    return fresh;
}

static int hidden_beside(const float *out, const MaskView *v, int i)
{
    int y = i / v->cols, x = i % v->cols;
    return (y > 0 && out[i - v->cols] >= COVERED) + (x > 0 && out[i - 1] >= COVERED) +
           (y < v->rows - 1 && out[i + v->cols] >= COVERED) +
           (x < v->cols - 1 && out[i + 1] >= COVERED);
}

static void hide_one(int fixup, float *out, const MaskView *v)
{
    float highest = -1;
    int   best = 0;
    for (int i = 0; i < v->rows * v->cols; i++) {
        if (out[i] >= COVERED) continue;
        int   beside = hidden_beside(out, v, i);
        float worth = out[i] + (float)(fixup == ADJACENT ? beside > 0 : beside);
        if (worth > highest) highest = worth, best = i;
    }
    out[best] = COVERED;
}

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Block *b = self;
    int          L = v->rows * v->cols, left = L - v->K;
    rng_units(rng, out, (size_t)L);
    for (int attempts = ATTEMPTS; left && attempts; attempts--) {
        int fresh = place(b, out, v, b->most && b->most < left ? b->most : left, rng);
        if (fresh) attempts = ATTEMPTS + 1;
        left -= fresh;
    }
    for (; left && b->fixup != AT_RANDOM; left--) hide_one(b->fixup, out, v);
}

MASK_STRATEGY(block,
    .about  = "rectangles, as in BEiT, topped up to the exact count",
    .source = "Bao et al. 2021, arXiv:2106.08254, algorithm 1",
    .family = "blocks",
    .size   = sizeof(Block),
    .params = params,
    .score  = score
);
