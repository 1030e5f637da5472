/* The door to the libraries that multiply matrices, for the files of this folder.
 *
 *     C = op(A) op(B) + beta C
 *
 * row-major with leading dimensions; on all threads, or on the calling one inside
 * an OpenMP region.
 */
#ifndef CORE_CPU_BLAS_H
#define CORE_CPU_BLAS_H

#include "core/base/real.h"

/* What a step uses: OpenBLAS, product() in a build with GEMM=own, oneDNN in one with
 * GEMM=dnnl. */
void gemm(int ta, int tb, int m, int n, int k, const real *a, int lda, const real *b,
          int ldb, real beta, real *c, int ldc);

/* C = A B^T + start + bias, all without gaps: A [m, k], B [n, k], C and start [m, n],
 * bias [n] for each row.  One of the two may be NULL, start may be C. */
void gemm_from(int m, int n, int k, const real *a, const real *b, const real *start,
               const real *bias, real *c);

/* What a step is compared with: OpenBLAS in every build. */
void blas_gemm(int ta, int tb, int m, int n, int k, const real *a, int lda,
               const real *b, int ldb, real beta, real *c, int ldc);

/* C = alpha op(A) op(B) + beta C */
void blas_gemm_scaled(int ta, int tb, int m, int n, int k, real alpha, const real *a,
                      int lda, const real *b, int ldb, real beta, real *c, int ldc);

#endif
