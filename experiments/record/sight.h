/* Something to look at, for drawing masks of strategies that look at the image
 * where no model is being trained: the first layer of an untrained encoder.
 *
 *     if (sight_open(&s, mask_needs(m), rows, cols, NULL, 4, seed, &err)) ...
 *     MaskView view = sight_view(&s, image, 1);
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
    int    N, L, heads;
    float *attention; /* [N, H, L, L]; NULL if nobody looks */
    Image *pictures;  /* [N] rows * SIGHT_CELL high         */
    const char *caption; /* who looks at what, in one line  */
} Sight;

/* `needs` of all masks to be drawn.  Pictures 0..N-1 are drawn scenes, or all are
 * `picture`, stretched to the grid.  STATUS_CONFIG if the grid is too large for
 * attention to be kept; then there is nothing to close, but it may be. */
MUST_USE Status sight_open(Sight *s, unsigned needs, int rows, int cols,
                           const Image *picture, int N, uint64_t seed, Err *err);
void            sight_close(Sight *s);

/* Of image number n, modulo N. */
MaskView sight_view(const Sight *s, int n, double progress);

#endif
