/* Random erasing: now and then a box of the image becomes noise.
 *
 * Source: Zhong et al. 2020, arXiv:1708.04896, as timm's "pixel" mode, which the
 * fine-tuning of facebookresearch/mae uses.
 */
#ifndef CORE_DATA_ERASE_H
#define CORE_DATA_ERASE_H

#include "core/base/real.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int top, left, height, width; /* all 0: nothing is erased */
} Erased;

/* With probability `often` a box of 2 to 33 % of the area, 3 : 10 to 10 : 3 in shape, at
 * a uniform place: the first of ten tries that fits.  image [C, H, W] is normalised, and
 * so is the noise, N(0, 1).  Keyed by (seed, epoch, id). */
Erased erase(real *image, int C, int H, int W, double often, uint64_t seed, uint64_t epoch,
             uint64_t id);

#endif
