/* Where the heads of a transformer look. */
#ifndef CORE_METRICS_ATTENTION_H
#define CORE_METRICS_ATTENTION_H

#include <stdbool.h>

typedef struct {
    double distance; /* from a patch to what it looks at, in patches: mean over queries */
    double entropy;  /* of a query's row, in nats; log L when it looks everywhere alike */
    double nmi;      /* of queries and keys: 0, all look alike, to 1, one to one        */
} AttentionLook;

/* Of one head in one image: p [L, L], L = rows cols, row q the share of each patch k in
 * what patch q sees, 0 or above; rows are brought to a sum of 1.
 *
 *   distance = mean_q sum_k p(k|q) |q - k|        entropy = mean_q -sum_k p log p
 *   nmi = I(q; k) / sqrt(H(q) H(k)),  q uniform, p + 1e-8 brought to 1
 *
 * Source: the distances of Dosovitskiy et al. 2021, arXiv:2010.11929; the normalised mutual
 * information of Park et al. 2023, arXiv:2305.00729. */
AttentionLook attention_look(const float *p, int rows, int cols);

/* Of a decoder: the share of such attention p [L, L] that goes to the patches that are
 * hidden [L], mask tokens, mean over queries: 0 to 1, the share of patches that are
 * hidden where everybody gets the same. */
double attention_share(const float *p, const bool *hidden, int L);

#endif
