/* running: a cell of 2 x 2 patches tiles every frame of a clip, and from frame to
 * frame its patches take turns.
 *
 * The rows of the grid are `frames` frames, one below the other (the last is lower
 * if rows is no multiple).  In frame f the place p = 2 (row mod 2) + (column mod 2)
 * of a cell has turn (p - f - phase) mod 4, and low turns are visible first: one of
 * four at ratio 0.75, and so every place is seen in four frames.  Between quarters
 * those of the next turn are shown at random.  The phase is random per clip.
 *
 * With one frame this is a lattice.  The authors' cells choose what the decoder
 * reconstructs; here, as for every strategy, they choose what the encoder sees.
 *
 * Source: Wang et al. 2023, arXiv:2303.16727, section 3.2, and the running cell in
 * masking_generator.py of OpenGVLab/VideoMAEv2; counts between quarters and the use
 * for the encoder are this suite's.
 */
#include "core/mask/mask.h"

typedef struct { int frames; } Running;

static const MaskParam params[] = {
    MASK_INTEGER(Running, frames, 2, 1, MASK_MAX_PATCHES,
                 "frames of the clip, one below the other"),
    { 0 }
};

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Running *r = self;
    int high = (v->rows + r->frames - 1) / r->frames, phase = (int)rng_below(rng, 4);
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    for (int y = 0; y < v->rows; y++) {
        int ahead = (y / high + phase) % 4, down = y % high % 2;
        for (int x = 0; x < v->cols; x++)
            *out++ += (float)((2 * down + x % 2 + 4 - ahead) % 4);
    }
}

MASK_STRATEGY(running,
    .about  = "2 x 2 cells whose patches take turns from frame to frame",
    .source = "Wang et al. 2023, arXiv:2303.16727; for the encoder: this suite's",
    .family = "axes",
    .size   = sizeof(Running),
    .params = params,
    .score  = score
);
