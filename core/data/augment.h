/* Random resized crop and flip: first the geometry, then the pixels.  What may follow is
 * in files of its own, which the loader calls.
 *
 * The geometry is a pure function of (seed, epoch, image), so strategies that
 * must know what the model sees (the crop of a cached map) can ask for it.
 *
 * Source: the random resized crop of torchvision, as facebookresearch/mae uses
 * it to pre-train: area 0.2..1, aspect 3/4..4/3, flip half of the time.
 */
#ifndef CORE_DATA_AUGMENT_H
#define CORE_DATA_AUGMENT_H

#include "core/data/image.h"

#include <stdbool.h>

typedef struct {
    double area_min, area_max;     /* share of the picture's area, 0..1          */
    double aspect_min, aspect_max; /* width over height, log-uniform             */
    double flip;                   /* how often to mirror left and right, 0..1   */
    bool   once;                   /* one try, cut to the picture: linear probes */
    double randaugment;            /* magnitude, 0..10; 0: none (randaugment.h)  */
    double erase;                  /* how often, 0..1 (erase.h)                  */
} Augment;

/* A window of the picture; then mirrored if `flip`. */
typedef struct {
    int  top, left, height, width;
    bool flip;
} Crop;

Augment augment_defaults(void); /* of MAE's pre-training */

/* Up to ten tries of area U(area) and aspect exp(U(log aspect)) with sides
 * rounded to whole pixels; the first that fits, at a uniform place.  If none
 * fits, the largest centred window of an allowed aspect.
 *
 * With `once` the first try, no longer than the picture's sides, whatever aspect that
 * leaves.  Source: the random resized crop of main_linprobe.py in facebookresearch/mae. */
Crop augment_crop(const Augment *a, int height, int width, uint64_t seed, uint64_t epoch,
                  uint64_t image);

Crop crop_whole(int height, int width);

/* The window, resized by Pillow's bicubic to out [height, width, channels].
 * `scratch` is reused between calls. */
void crop_apply(const Crop *c, const Image *from, int height, int width, uint8_t *out,
                Image *scratch);

/* A map [rows, cols] of the whole picture as the crop sees it: out [rows, cols], linear
 * between the centres of the map's cells, at the centres of the crop's.
 *
 * Source: dense maps cropped with their images in Liu et al. 2022 (guijiejie/AMT), there
 * to whole cells and always from the upper left; here to where the crop lies. */
void crop_map(const Crop *c, const Crop *whole, float *out, const float *map, int rows,
              int cols);

/* The cell of that map in which the centre of the crop's cell `at` lies. */
int crop_cell(const Crop *c, const Crop *whole, int at, int rows, int cols);

/* How photographs are seen when nothing is augmented: the short side resized to
 * trunc(size / 0.875) by Pillow's bicubic, then the centre [size, size] of that; above
 * 224 to size itself.  Gives the window of the picture, to the nearest pixel.
 *
 * Source: the evaluation of facebookresearch/mae by way of torchvision's Resize and
 * CenterCrop. */
Crop centre_apply(const Image *from, int size, uint8_t *out, Image *scratch);

#endif
