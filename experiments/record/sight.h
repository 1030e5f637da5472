/* Something to look at, for drawing masks of strategies that look at the image
 * where no model is being trained: an untrained encoder.
 *
 *     if (sight_open(&s, mask_needs(m), rows, cols, NULL, 4, seed, &err)) ...
 *     MaskView view = sight_view(&s, m, image, 1);
 *     mask_draw(m, ids, &view, seed, epoch, image, K);
 *     sight_close(&s);
 *
 * Say so beside the masks: a trained encoder looks elsewhere.
 */
#ifndef EXPERIMENTS_RECORD_SIGHT_H
#define EXPERIMENTS_RECORD_SIGHT_H

#include "core/data/image.h"
#include "core/mask/draw.h"

enum { SIGHT_CELL = 8 }; /* pixels a patch */

typedef struct {
    int    N, rows, cols, L, heads, width, values; /* H, D, P                       */
    float *attention;       /* [N, H, L, L]; NULL if nobody asks, and so the others */
    float *class_attention; /* [N, H, L]                                            */
    float *features;        /* [N, L, D]                                            */
    float *pixels;          /* [N, L, P]                                            */
    float *even;            /* [L] losses and learners: nothing is known yet        */
    float *swept;           /* [L] of the last view                                 */
    Image *pictures;        /* [N] rows * SIGHT_CELL high                           */
    const char *caption; /* who looks at what, in one line  */
} Sight;

/* `needs` of all masks to be drawn.  Pictures 0..N-1 are drawn scenes, or all are
 * `picture`, stretched to the grid.  STATUS_CONFIG if the grid is too large for
 * attention to be kept; then there is nothing to close, but it may be. */
MUST_USE Status sight_open(Sight *s, unsigned needs, int rows, int cols,
                           const Image *picture, int N, uint64_t seed, Err *err);
void            sight_close(Sight *s);

/* What m asks to see of image number n, modulo N; until the next view. */
MaskView sight_view(const Sight *s, const Mask *m, int n, double progress);

#endif
