/* Weighted nearest neighbours: how good are features without any training.
 *
 * Of each query the k most similar bank rows vote for their class with
 * exp(similarity / temperature); similarity is the cosine.
 *
 * Source: Wu et al. 2018, arXiv:1805.01978, section 3.4, as evaluated by
 * facebookresearch/dino.  There equal similarities are split by the sort of the
 * day; here by the lowest index.
 */
#ifndef CORE_METRICS_KNN_H
#define CORE_METRICS_KNN_H

#include "core/tape/backend.h"

typedef struct {
    int    k;           /* 20; at most the number of bank rows are used */
    double temperature; /* 0.07 */
} KnnConfig;

KnnConfig knn_defaults(void);

/* scores [queries, classes] out: the sum of the votes, comparable between
 * classes of one query.
 *
 *   bank     [n, D]        features with labels [n], 0..classes-1
 *   queries  [queries, D]
 *
 * Rows need not have length 1; a row of zeros has similarity 0 to all.  Nobody
 * is near a row with NaN: it has no votes, and as a query its scores are NaN.
 * Host memory on both sides; blocks of 1 MB, so banks may be large. */
void knn_scores(const Backend *be, float *scores, const KnnConfig *c, const real *bank,
                const int *labels, int n, const real *queries, int count, int D,
                int classes);

#endif
