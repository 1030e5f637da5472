/* Which of the objects found in one image are right.  A part of coco.c. */
#ifndef CORE_METRICS_COCO_MATCH_H
#define CORE_METRICS_COCO_MATCH_H

#include "core/metrics/coco.h"

enum { COCO_AREAS = 4, COCO_THRESHOLDS = 10, COCO_MOST = 100 }; /* most: per image */

typedef enum { FOUND_WRONG, FOUND_RIGHT, FOUND_IGNORED } Found;

typedef struct {
    uint8_t is[COCO_AREAS][COCO_THRESHOLDS]; /* a Found of each */
} Outcome;

/* found[n_found], at most COCO_MOST and best first, against truth[n_truth], all of one
 * image and category.  outcome [n_found]; the truths that are to be found are added to
 * wanted.  Leaves `scratch` as it was. */
void coco_match(Outcome *outcome, size_t wanted[COCO_AREAS],
                const Object *const *truth, size_t n_truth,
                const Object *const *found, size_t n_found, CocoKind kind,
                Arena *scratch);

#endif
