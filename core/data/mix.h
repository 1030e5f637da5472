/* Mixup and CutMix: an image and its partner, the other end of the batch, become two
 * mixtures, and their labels with them.
 *
 *     Mix m = mix_draw(&mixing, H, W, seed, epoch, step);
 *     mix_images(&m, images, N, C, H, W);
 *     mix_targets(&m, target, labels, N, classes, mixing.smoothing);
 *
 * Source: Zhang et al. 2018, arXiv:1710.09412; Yun et al. 2019, arXiv:1905.04899; a
 * batch has one mixture, as in timm, which the fine-tuning of facebookresearch/mae uses.
 */
#ifndef CORE_DATA_MIX_H
#define CORE_DATA_MIX_H

#include "core/base/real.h"

#include <stdint.h>

typedef struct {
    double mixup, cutmix; /* parameter of the Beta distribution, 0..4; 0: never.  Of
                             both each has every other batch                        */
    double smoothing;     /* share of a label that all classes have alike, 0..1     */
} Mixing;

/* Of every image a share `own` stays, and the rest is the partner's: everywhere, or if
 * height > 0 in a box, outside of which all is its own. */
typedef struct {
    double own;
    int    top, left, height, width;
} Mix;

/* Keyed by the step of an epoch. */
Mix mix_draw(const Mixing *m, int height, int width, uint64_t seed, uint64_t epoch,
             uint64_t step);

/* images [N, C, H, W], in place. */
void mix_images(const Mix *m, real *images, int N, int C, int H, int W);

/* target [N, classes] from labels [N]; rows sum to 1. */
void mix_targets(const Mix *m, real *target, const int *labels, int N, int classes,
                 double smoothing);

#endif
