/* Objects found and pixels classified, as records keep them: of stages and of `score`.
 *
 *   metrics/    box_AP, box_AP50, ... mask_AR_large; pixel_mIoU, pixel_mAcc, pixel_aAcc
 *   classes/    who the classes are, and the numbers of each
 *   matches/    what became of each object that was found, and how many were to be found
 *   pixels/     of each image how many pixels of each class are right, predicted, true
 *   pictures/   some test images, with what was found in them
 *
 * From matches and pixels the numbers can be had of any choice of images: their means over
 * images are not what the metrics are.
 */
#ifndef EXPERIMENTS_RECORD_DENSE_RECORD_H
#define EXPERIMENTS_RECORD_DENSE_RECORD_H

#include "core/metrics/coco.h"
#include "core/metrics/miou.h"
#include "experiments/record/record.h"

/* classes/id (NULL: 0, 1, ..) and classes/name [n]. */
void record_classes(Record *r, const int64_t *id, const char *const *name, int n);

/* The twelve metrics of boxes or masks, and classes/ARRAY [classes, COCO_NUMBERS]. */
void record_coco(Record *r, CocoKind kind, const CocoScore *total, const CocoScore *each,
                 int classes, const char *array);

/* What became of the same objects as boxes and as masks. */
void            record_matches(Record *r, const CocoMatches *boxes, const CocoMatches *masks);
MUST_USE Status matches_read(CocoMatches *m, H5 *f, CocoKind kind, Arena *a, Err *err);

/* Of one class, or of all: shares of pixels in percent. */
enum { PIXEL_MIOU, PIXEL_MACC, PIXEL_AACC, PIXEL_NUMBERS };
extern const char *const pixel_name[PIXEL_NUMBERS], *const pixel_about[PIXEL_NUMBERS];

/* total [PIXEL_NUMBERS] as metrics; each [classes, PIXEL_NUMBERS] as classes/numbers, the
 * third of a class not known. */
void pixel_percent(double total[PIXEL_NUMBERS], double *each, const Confusion *c);
void record_miou(Record *r, const double total[PIXEL_NUMBERS], const double *each, int classes);

/* counts [images, classes, PIXEL_COUNTS]: what mIoU is made of, image by image. */
enum { PIXELS_RIGHT, PIXELS_PREDICTED, PIXELS_TRUE, PIXEL_COUNTS };
void pixel_counts(int64_t *counts, const Confusion *c); /* of one image */
void record_pixels(Record *r, const int64_t *counts, int images, int classes);

#endif
