/* Invented images, for strategies that look: what a model would show them, made up
 * from the image's number alone.
 *
 *     Invented in;
 *     invented_open(&in, mask_needs(m), rows, cols, images, N);
 *     MaskView one = invented_view(&in, n);      for mask_draw
 *     mask_draw_batch(m, ids, &in.all, seed, epoch, images, N, K);
 *     invented_close(&in);
 *
 * An image is a smooth field: a few waves over the grid, which stand for what is
 * salient there.  Attention, losses and scores follow it; pixels are such waves in
 * each channel with noise on top.  No place of the grid is preferred.
 *
 * The memory is fenced and read only (fence.h): who writes into what may only be
 * looked at, or reads beyond it, is stopped there.
 */
#ifndef EXPERIMENTS_LINT_INVENT_H
#define EXPERIMENTS_LINT_INVENT_H

#include "core/mask/mask.h"
#include "experiments/lint/fence.h"

enum {
    INVENTED_HEADS = 2,
    INVENTED_SIDE = 4, /* pixels of a patch, of 3 channels */
    INVENTED_VALUES = 3 * INVENTED_SIDE * INVENTED_SIDE,
    INVENTED_WIDTH = 16 /* of features */
};

typedef struct {
    MaskView all; /* with a leading dimension N; half way through training */
    int      rows, cols, N;
    Fence   *fence;
} Invented;

void     invented_open(Invented *in, unsigned needs, int rows, int cols,
                       const uint64_t *images, int N);
void     invented_close(Invented *in);
MaskView invented_view(const Invented *in, int n); /* of images[n] alone */

/* What a sweep sees of an image; close it with invented_close. */
MaskSweep invented_sweep(Invented *in, int rows, int cols, uint64_t image);

#endif
