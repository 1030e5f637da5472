/* What hiding each patch of each training image has cost lately.
 *
 * A map of the whole picture for every training image, rows x cols.  A patch that was
 * hidden adds to the cell in which its centre lies, wherever the crop was; what a
 * strategy sees is the map, cropped as the image is.  The loss is divided by the mean
 * of its batch, so that cells met at different times can be compared.
 */
#ifndef EXPERIMENTS_STAGES_LOSSES_H
#define EXPERIMENTS_STAGES_LOSSES_H

#include "core/base/arena.h"
#include "core/data/loader.h"
#include "core/tape/ops.h"

#define LOSSES_MOMENTUM 0.9

typedef struct {
    int   count, rows, cols;
    real *mean; /* [count, rows * cols]; NULL if nobody asks */
} Losses;

void losses_open(Losses *s, Arena *host, int count, int rows, int cols);

/* loss [N, L] of every patch of the batch; those that v hides count. */
void losses_add(Losses *s, const Batch *b, const real *loss, const Visible *v);

#endif
