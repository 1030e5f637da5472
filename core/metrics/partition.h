/* Patches of an image in two parts: do the parts hold together, and do they last?
 *
 * The parts come from core/mask/ncut.h; here they are judged.  L patches. */
#ifndef CORE_METRICS_PARTITION_H
#define CORE_METRICS_PARTITION_H

#include <stdbool.h>

/* c [L, L], the cosines of the rows of x [L, D]. */
void partition_cosines(double *c, const float *x, int L, int D);

/* Mean affinity [L, L] of two patches of the same part minus that of two of different
 * parts, a patch with itself left out; NaN if a part is empty or both are single. */
double partition_gap(const double *affinity, const bool *part, int L);

/* How much one partition tells of another: 2 I / (H_1 + H_2), 0 to 1; 1 where both are
 * of one part. */
double partition_nmi(const bool *a, const bool *b, int L);

/* Mean over rows of sum_k p log(p / q), p and q being the softmax of rows of the relations
 * `p` and `q` [L, L]: how far patches relate otherwise than there. */
double partition_divergence(const double *p, const double *q, int L);

/* Mean over dimensions of the variance of x [L, D] over patches, and the variance of c
 * [L, L] without its diagonal. */
double partition_feature_variance(const float *x, int L, int D);
double partition_relation_variance(const double *c, int L);

#endif
