/* Matrix products by a kernel of our own: what a build with GEMM=own multiplies with.
 *
 *     C = op(A) op(B) + beta C
 *
 * row-major with leading dimensions; on all threads, or on the calling one inside an
 * OpenMP region.  Neither what lies between rows nor C where beta is 0 is read.
 */
#ifndef CORE_CPU_PRODUCT_H
#define CORE_CPU_PRODUCT_H

#include "core/base/real.h"

void product(int ta, int tb, int m, int n, int k, const real *a, int lda, const real *b,
             int ldb, real beta, real *c, int ldc);

/* C = A B^T + start + bias, all without gaps: A [m, k], k at least 1, B [n, k], C and
 * start [m, n], bias [n] for each row.  Either may be NULL, start may be C. */
void product_from(int m, int n, int k, const real *a, const real *b, const real *start,
                  const real *bias, real *c);

#endif
