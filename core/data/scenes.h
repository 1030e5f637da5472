/* The embedded data set: pictures of textured objects, drawn, not read.
 *
 * Picture i of a split is a pure function of (seed, split, i) and the knobs.
 * The knobs are what masking strategies are said to exploit: where objects are,
 * how large, how much texture, how much they hide of each other.
 */
#ifndef CORE_DATA_SCENES_H
#define CORE_DATA_SCENES_H

#include "core/base/status.h"

#include <stdint.h>

enum { SCENES_TRAIN = 16384, SCENES_TEST = 4096 }; /* where no number is asked for */

typedef struct {
    uint64_t seed;       /* of the data set, not of a run                          */
    int      size;       /* height and width in pixels, 8..256                     */
    int      channels;   /* 1 or 3                                                 */
    int      objects_min, objects_max; /* in a picture, 1..8                       */
    double   extent_min, extent_max;   /* diameter over `size`, 0.1..1             */
    double   centre;     /* 0: the main object anywhere, 1: always in the middle   */
    double   texture;    /* 0: plain surfaces, 1: strongest pattern and noise      */
    double   occlusion;  /* the share of an object that others may hide, 0..0.9    */
} ScenesConfig;

/* 28 x 28 gray, ten classes: they can stand in for the MNIST family. */
ScenesConfig scenes_defaults(void);

/* STATUS_CONFIG names the knob that is out of range. */
MUST_USE Status scenes_check(const ScenesConfig *c, Err *err);

#endif
