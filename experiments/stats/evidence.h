/* What a metric was made of, image by image: it can be had again of any choice of images,
 * and so one sees how much it owes to the images that happened to be in the test set.
 *
 *     Evidence e;
 *     if (evidence_read(&e, f, "box_AP", images, &arena, err)) return err->code;
 *     double again = evidence_metric(&e, times);
 */
#ifndef EXPERIMENTS_STATS_EVIDENCE_H
#define EXPERIMENTS_STATS_EVIDENCE_H

#include "core/metrics/coco.h"
#include "core/metrics/miou.h"
#include "experiments/record/record.h"

/* It is the mean of a number of each image; COCO's; of pixels. */
typedef enum { EVIDENCE_MEAN, EVIDENCE_OBJECTS, EVIDENCE_PIXELS } EvidenceKind;

typedef struct {
    EvidenceKind   kind;
    int            images;
    double        *x;       /* [images], in the metric's units                       */
    CocoMatches    matches; /* what became of each object that was found             */
    const int64_t *pixels;  /* [images, classes, PIXEL_COUNTS]                       */
    int            classes;
    int            number;  /* COCO_AP, ..; PIXEL_MIOU, ..                           */
} Evidence;

/* Out of the record of one stage, whose metrics have been read: of top1 and top5, of
 * `reconstruct`, of box_, mask_ and pixel_.  images: how many objects were looked for in,
 * which a record of `detect` does not say.  STATUS_MISSING if the record does not keep it,
 * or if the metric as it is recorded does not follow from it; STATUS_FORMAT if what it
 * keeps cannot be. */
MUST_USE Status evidence_read(Evidence *e, H5 *f, const char *metric, int images, Arena *a,
                              Err *err);

/* times (NULL: once each) [images]: how often each image counts; not all 0.  NaN where
 * there is nothing to find in them.  Safe to call from several threads. */
double evidence_metric(const Evidence *e, const int *times);

#endif
