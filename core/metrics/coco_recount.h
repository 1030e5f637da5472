/* One of COCO's numbers, of thousands of choices of images.
 *
 *     CocoRecount r;
 *     coco_recount_open(&r, &arena, &matches, COCO_AP);
 *     for (...) x = coco_recount(&r, times, &scratch);
 *
 * Most of what is found is wrong at every threshold, and precision is highest where
 * something is right: so a choice only counts along the first, and looks at the second.
 */
#ifndef CORE_METRICS_COCO_RECOUNT_H
#define CORE_METRICS_COCO_RECOUNT_H

#include "core/metrics/coco.h"

#include <stdbool.h>

typedef struct {
    int at;    /* how many of its category were found before it, that count */
    int image;
} CocoEvent;

typedef struct {
    CocoEvent *event; /* [n] the best first */
    int        n;
} CocoEvents;

typedef struct {
    int       *image; /* [n] of all that was found and counts at some threshold */
    int        n;
    const CocoWanted *wanted; /* [n_wanted] as in the matches */
    int        n_wanted;
    CocoEvents right[COCO_THRESHOLDS], ignored[COCO_THRESHOLDS];
} CocoRecountOf;

typedef struct {
    CocoRecountOf *of; /* [categories] */
    int            categories, area, thresholds, most;
    bool           recall; /* else precision */
} CocoRecount;

/* Takes what it needs out of m. */
void coco_recount_open(CocoRecount *r, Arena *a, const CocoMatches *m, int number);

/* The bits of coco_numbers: 0..1; -1 where there is nothing to find.  times (NULL: once
 * each) [images].  Leaves `scratch` as it was. */
double coco_recount(const CocoRecount *r, const int *times, Arena *scratch);

#endif
