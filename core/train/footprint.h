/* How much memory work on a model takes, without doing it.
 *
 * The work is done on the dry backend (core/tape/backend.h), where nothing is computed
 * and nothing allocated; arenas say what they handed out.  So the figures follow the
 * ops by themselves.  What a process has besides, its libraries and the working
 * memory of OpenBLAS and of the kernels, is FOOTPRINT_PROCESS: measured on two
 * threads 19 MB beside a `micro` model, 28 MB beside `tiny`, 48 MB beside `base`.
 */
#ifndef CORE_TRAIN_FOOTPRINT_H
#define CORE_TRAIN_FOOTPRINT_H

#include "core/mask/mask.h"
#include "core/model/classifier.h"
#include "core/model/mae.h"
#include "core/model/mask_rcnn.h"
#include "core/model/upernet.h"

#define FOOTPRINT_PROCESS 26e6 /* bytes */

typedef struct {
    int         N, K;   /* images; of each K patches are visible            */
    int         parts;  /* that make a batch, each of N; 0 is 1             */
    int         thrown; /* and so many neither visible nor drawn            */
    int         swept;  /* images of a forward of MASK_NEEDS_SWEEP          */
    bool        recompute;
    unsigned    needs;  /* MASK_NEEDS_* of the strategy, with its learner   */
    MaskLearner how;
} FootprintStep;

/* A step of AdamW: weights, two moments, values kept for going back, buffers of
 * gradients, the tape; the same of what is trained beside, and what it takes to look. */
size_t footprint_train(const MaeConfig *c, const FootprintStep *s);

/* Gives a tape that has just been opened the room for such a step in one piece. */
void footprint_reserve(Tape *t, const MaeConfig *c, const FootprintStep *s);

/* A step of a classifier that is fine-tuned on `parts` times N images. */
size_t footprint_tune(const ClassifierConfig *c, int N, int parts, bool recompute);

/* A step of training on `parts` times N images, and a look at N, for as much as may be
 * found: of detection, of segmentation. */
size_t footprint_detect(const MaskRcnnConfig *c, int N, int parts, bool recompute);
size_t footprint_detected(const MaskRcnnConfig *c, int N);
size_t footprint_segment(const UpernetConfig *c, int N, int parts, bool recompute);
size_t footprint_segmented(const UpernetConfig *c, int N);

/* Features of N images with nothing hidden: weights, the values of a forward. */
size_t footprint_features(const MaeConfig *c, int N);

#endif
