/* How well the pixels of pictures were classified: mean intersection over union.
 *
 *     Confusion c;
 *     confusion_open(&c, &arena, 150);
 *     ... confusion_add(&c, truth, predicted, n, 255, true, &flaw) of every picture ...
 *     miou_of(&m, iou, accuracy, &c);
 *
 * From totals over the data set: not a mean over pictures.
 *
 * Source: mmsegmentation, mmseg/evaluation/metrics/iou_metric.py; the same numbers as
 * shares instead of percent, but what is no class is told instead of dropped.
 */
#ifndef CORE_METRICS_MIOU_H
#define CORE_METRICS_MIOU_H

#include "core/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONFUSION_CLASSES = 4096 }; /* at most */

typedef struct {
    int       classes;
    uint64_t *pixels; /* [classes, classes + 1] true x predicted; the last: predicted none */
} Confusion;

/* The first pixel that is of no class. */
typedef struct {
    size_t pixel;
    int    label;
    bool   predicted; /* it was predicted so; else it is true */
} Flaw;

void confusion_open(Confusion *c, Arena *a, int classes);

/* Count n pixels.  Where the truth is `ignore` nothing counts; with reduce_zero its label 0
 * is ignored, too, and 1 means class 0, 2 class 1, ...  Predictions are classes, or
 * `ignore`: none.  False, with *flaw, if a label is no class; nothing is counted then. */
bool confusion_add(Confusion *c, const uint16_t *truth, const uint16_t *predicted, size_t n,
                   int ignore, bool reduce_zero, Flaw *flaw);

typedef struct {
    double   miou, macc; /* means over classes, of those that there are, 0..1 */
    double   aacc;       /* of all pixels that count those that are right     */
    uint64_t pixels;     /* that count                                        */
} Miou;

/* Of a class: pixels that are right, that were predicted so, that truly are. */
typedef struct { int64_t right, predicted, truth; } ClassPixels;

ClassPixels confusion_class(const Confusion *c, int class);

/* iou [classes] intersection over union, accuracy [classes] the share of a class's pixels
 * that is right; NaN where the data set has none. */
void miou_of(Miou *m, double *iou, double *accuracy, const Confusion *c);

/* The same of what was counted elsewhere, of [classes]; iou and accuracy may be NULL. */
void miou_of_classes(Miou *m, double *iou, double *accuracy, const ClassPixels *of,
                     int classes);

#endif
