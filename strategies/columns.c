/* columns: whole columns are visible or hidden.
 *
 * Columns are shown in random order until K patches are visible; of the last one as
 * many as are wanted, at random.
 *
 * Source: masking of one axis of a spectrogram, time or frequency, in Huang et al.
 * 2022, arXiv:2207.06405, section 4; the column shown in part is this suite's.
 */
#include "core/mask/mask.h"

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    int turn[MASK_MAX_PATCHES];
    rng_shuffle(rng, turn, v->cols);
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    for (int y = 0; y < v->rows; y++)
        for (int x = 0; x < v->cols; x++) *out++ += (float)turn[x];
}

MASK_STRATEGY(columns,
    .about  = "whole columns, one of them in part for the exact count",
    .source = "as one axis of a spectrogram in Huang et al. 2022, arXiv:2207.06405",
    .family = "axes",
    .score  = score
);
