/* Large-scale jitter: how detection is trained, and evaluated, on annotated pictures.
 *
 * A pure function of (seed, epoch, the sample's index).
 *
 * Source: RandomFlip, ResizeScale and FixedSizeCrop of detectron2, as ViTDet trains.
 */
#ifndef CORE_DATA_JITTER_H
#define CORE_DATA_JITTER_H

#include "core/data/annotated.h"

typedef struct {
    int    size;                 /* side of what the model sees, pixels           */
    double scale_min, scale_max; /* of the square that the picture is fitted into */
    double flip;                 /* how often, 0..1                               */
} Jitter;

Jitter jitter_defaults(int size); /* 0.1..2, half of the time */

/* Flip; resize to fit a square of s * size, s uniform, sides rounded; of what is larger
 * than size x size a window, one random number for both of its offsets.  What is smaller
 * stays so: annotated_input pads. */
void jitter_apply(const Jitter *j, Annotated *s, uint64_t seed, uint64_t epoch);

/* As it is evaluated: the longest side `size`. */
void jitter_whole(Annotated *s, int size);

#endif
