/* tube: one random mask, the same in every frame of a clip.
 *
 * The rows of the grid are `frames` frames, one below the other (the last is lower
 * if rows is no multiple).  Places are shown in random order, each in all frames,
 * until K patches are visible; the last place in as many frames as are wanted.
 * With one frame this is `random`.
 *
 * Source: Tong et al. 2022, arXiv:2203.12602, section 3.3; the place shown in part
 * is this suite's, where MCG-NJU/VideoMAE rounds to whole tubes.
 */
#include "core/mask/mask.h"

typedef struct { int frames; } Tube;

static const MaskParam params[] = {
    MASK_INTEGER(Tube, frames, 2, 1, MASK_MAX_PATCHES,
                 "frames of the clip, one below the other"),
    { 0 }
};

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Tube *t = self;
    int high = (v->rows + t->frames - 1) / t->frames, turn[MASK_MAX_PATCHES];
    rng_shuffle(rng, turn, high * v->cols);
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    for (int y = 0; y < v->rows; y++)
        for (int x = 0; x < v->cols; x++) *out++ += (float)turn[y % high * v->cols + x];
}

MASK_STRATEGY(tube,
    .about  = "one random mask in every frame; a clip's frames lie below each other",
    .source = "Tong et al. 2022, arXiv:2203.12602; any exact count is this suite's",
    .family = "axes",
    .size   = sizeof(Tube),
    .params = params,
    .score  = score
);
