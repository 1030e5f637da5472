/* What a metric was made of, image by image: it can be had again of any choice of images,
 * and so one sees how much it owes to the images that happened to be in the test set.
 *
 *     Evidence e;
 *     if (evidence_read(&e, f, "box_AP", images, &arena, err)) return err->code;
 *     double again = evidence_metric(&e, times, &scratch);
 */
#ifndef EXPERIMENTS_STATS_EVIDENCE_H
#define EXPERIMENTS_STATS_EVIDENCE_H

#include "core/metrics/coco_recount.h"
#include "core/metrics/miou.h"
#include "experiments/record/record.h"

/* It is the mean of a number of each image; COCO's; of pixels. */
typedef enum { EVIDENCE_MEAN, EVIDENCE_OBJECTS, EVIDENCE_PIXELS } EvidenceKind;

/* Of one class in one image. */
typedef struct {
    int         class;
    ClassPixels n;
} EvidencePixels;

typedef struct {
    EvidenceKind    kind;
    int             images;
    double         *x;       /* [images], in the metric's units                       */
    CocoRecount     objects;
    EvidencePixels *pixels;  /* of image i those from first[i] on: its classes alone  */
    size_t         *first;   /* [images + 1]                                          */
    int             classes;
    int             number;  /* of pixels: PIXEL_MIOU, ..                             */
} Evidence;

/* Out of the record of one stage, whose metrics have been read: of top1 and top5, of
 * `reconstruct`, of box_, mask_ and pixel_.  images: how many objects were looked for in,
 * which a record of `detect` does not say.  STATUS_MISSING if the record does not keep it,
 * or if the metric as it is recorded does not follow from it; STATUS_FORMAT if what it
 * keeps cannot be. */
MUST_USE Status evidence_read(Evidence *e, H5 *f, const char *metric, int images, Arena *a,
                              Err *err);

/* The two halves of that: what the record keeps, whatever number it gives; and whether the
 * number follows from it.  *again: the one that does. */
MUST_USE Status evidence_kept(Evidence *e, H5 *f, const char *metric, int images, Arena *a,
                              Err *err);
bool            evidence_gives(const Evidence *e, double recorded, double *again);

/* The evidence of pixels: counts [images, classes, PIXEL_COUNTS], number PIXEL_MIOU, .. */
void evidence_pixels(Evidence *e, const int64_t *counts, int images, int classes, int number,
                     Arena *a);

/* times (NULL: once each) [images]: how often each image counts; not all 0.  NaN where
 * there is nothing to find in them.  Safe to call from several threads, each with a
 * scratch, which is left as it was. */
double evidence_metric(const Evidence *e, const int *times, Arena *scratch);

#endif
