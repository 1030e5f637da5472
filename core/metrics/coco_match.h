/* Which of the objects found in one image are right.  A part of coco.c. */
#ifndef CORE_METRICS_COCO_MATCH_H
#define CORE_METRICS_COCO_MATCH_H

#include "core/metrics/coco.h"

/* found[n_found], at most COCO_MOST and best first, against truth[n_truth], all of one
 * image and category.  outcome [n_found]; the truths that are to be found are added to
 * wanted.  Leaves `scratch` as it was. */
void coco_match(CocoOutcome *outcome, size_t wanted[COCO_AREAS],
                const Object *const *truth, size_t n_truth,
                const Object *const *found, size_t n_found, CocoKind kind,
                Arena *scratch);

#endif
