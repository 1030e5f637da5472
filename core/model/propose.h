/* From what the networks say of boxes to the boxes themselves: proposals of an image, and
 * what is found in it.  Everything here is on the host. */
#ifndef CORE_MODEL_PROPOSE_H
#define CORE_MODEL_PROPOSE_H

#include "core/model/anchors.h"

/* Proposals of an image of height x width, best first: of each level the best
 * before_train or before_test logits, decoded, cut to the image; of a level none that
 * overlaps a better one.  logit[l] [rows, cols, each], delta[l] [rows, cols, 4 each].
 * Boxes that are not finite or have no inside are dropped, so none may be left.  to
 * [r->after]; returns how many. */
int propose(Box *to, const Anchors *anchors, const real *const *logit,
            const real *const *delta, double height, double width, bool training,
            const BoxRules *r, Arena *scratch);

typedef struct {
    Box  box;
    int  class; /* from 0      */
    real score; /* probability */
} Detection;

/* What is found in n regions: logits [n, classes + 1], the last is background, deltas
 * [n, 4 classes].  Softmax; of each region and class the box, cut to the image, if it
 * scores over score_least; of a class none that overlaps a better one.  to
 * [r->detections], best first; returns how many.  Rows with a number that is not finite
 * find nothing. */
int detect(Detection *to, const Box *region, const real *logits, const real *deltas,
           int n, int classes, double height, double width, const BoxRules *r,
           Arena *scratch);

/* Of an image resized to height x width, in one of to_height x to_width: boxes are scaled
 * and cut; those without an inside are dropped, in place.  Returns how many are left. */
int detections_resize(Detection *d, int n, double height, double width, double to_height,
                      double to_width);

#endif
