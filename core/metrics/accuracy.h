/* Top-1 and top-5 accuracy, and what became of each image. */
#ifndef CORE_METRICS_ACCURACY_H
#define CORE_METRICS_ACCURACY_H

#include "core/base/real.h"

typedef struct {
    int    count;
    double top1, top5; /* shares, 0..1; NaN if count is 0 */
} Accuracy;

/* scores [n, classes], labels [n] in 0..classes-1; predicted [n] and rank [n]
 * out, or NULL: the class of highest score, and how many classes come before
 * the true one (0: correct; below 5: in the top five).  Equal scores go to the
 * lowest class; a score that is NaN comes last. */
Accuracy accuracy_of(const float *scores, const int *labels, int n, int classes,
                     int *predicted, int *rank);

#endif
