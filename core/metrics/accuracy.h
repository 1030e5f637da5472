/* Top-1 and top-5 accuracy, and what became of each image. */
#ifndef CORE_METRICS_ACCURACY_H
#define CORE_METRICS_ACCURACY_H

typedef struct {
    int    count;
    double top1, top5; /* shares, 0..1; NaN if count is 0 */
} Accuracy;

/* scores [n, classes], labels [n] in 0..classes-1.  Out, or NULL:
 *
 *   predicted  [n]  the class of highest score; -1 if no score is a number
 *   rank       [n]  how many classes come before the true one: 0 is correct,
 *                   below 5 in the top five; `classes` if its score is NaN
 *
 * Equal scores go to the lowest class. */
Accuracy accuracy_of(const float *scores, const int *labels, int n, int classes,
                     int *predicted, int *rank);

#endif
