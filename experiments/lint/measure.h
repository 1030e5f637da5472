/* What a strategy does, in numbers: on one grid, over many masks. */
#ifndef EXPERIMENTS_LINT_MEASURE_H
#define EXPERIMENTS_LINT_MEASURE_H

#include "experiments/lint/laws.h"

enum { SPECTRUM_MOST = 64, EXAMPLES = 3, REPEATS = 200 };

typedef struct {
    int rows, cols, K;
    int draws; /* masks behind the numbers, each of another image */

    double neighbours, neighbours_sd; /* pairs of visible patches with a common edge */
    double parts, parts_sd;           /* connected visible regions                   */
    double nearest; /* mean distance of a hidden patch to the nearest visible one,
                       in patches, centre to centre                                  */

    double share[MASK_MAX_PATCHES]; /* of masks in which a patch is visible          */
    double least, most;             /* of shares                                     */
    double even;   /* p of "all shares are equal", see chance.h; NaN if fixed        */
    double centre; /* mean share in the middle quarter of the grid, over K / L       */

    /* [side / 2] mean power of the mask at spatial frequencies of (b + 1) / side cycles
     * a patch, in every direction.  Random masks have 1 everywhere. */
    double spectrum[SPECTRUM_MOST];
    int    side;

    double new_epochs, new_images; /* share of those tried that are different ones   */
    int    epochs, images;         /* tried: REPEATS, of recorded masks all, if fewer */
    double per_s;                  /* masks, on one thread                           */
    double requests; /* for memory, a mask; NaN if they cannot be counted            */

    uint8_t example[EXAMPLES][MASK_MAX_PATCHES]; /* 1 where visible                 */
} Measures;

/* Of recorded masks each is drawn once, at most.  Where a strategy looks at the image the
 * mean of one image's masks counts as one draw. */
MUST_USE Status measure(Measures *to, const Subject *s, int rows, int cols, int K, int draws,
                        Err *err);

#endif
