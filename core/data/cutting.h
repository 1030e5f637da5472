/* Crops of resized pictures: how segmentation is trained, and evaluated, on annotated
 * pictures.
 *
 * A pure function of (seed, epoch, the sample's index).
 *
 * Source: Resize, RandomCrop, RandomFlip and PhotoMetricDistortion of mmsegmentation.
 */
#ifndef CORE_DATA_CUTTING_H
#define CORE_DATA_CUTTING_H

#include "core/data/annotated.h"

typedef struct {
    int    crop;                  /* side of what the model sees, pixels              */
    int    long_side, short_side; /* at most, of the picture at ratio 1               */
    double ratio_min, ratio_max;
    double most;                  /* share of one class in a crop, of labelled pixels */
    double flip;                  /* how often, 0..1                                  */
    bool   colours;               /* photometric distortion (distort.h)               */
} Cutting;

/* Of ADE20K's protocol: sides of at most 4 crop and crop, 0.5..2, 0.75, half of the time,
 * colours. */
Cutting cutting_defaults(int crop);

/* Resize; a window, and up to ten more until in one there are several classes and none has
 * so much of it, else the last; flip; colours.  What is smaller than the window stays so:
 * annotated_input and annotated_labels pad. */
void cutting_apply(const Cutting *c, Annotated *s, uint64_t seed, uint64_t epoch);

/* As it is evaluated: at ratio 1, whole. */
void cutting_whole(const Cutting *c, Annotated *s);

#endif
