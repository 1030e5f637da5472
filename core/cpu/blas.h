/* The door to OpenBLAS, for the files of this folder. */
#ifndef CORE_CPU_BLAS_H
#define CORE_CPU_BLAS_H

#include "core/base/real.h"

/* C = op(A) op(B) + beta C, row-major with leading dimensions; on all threads,
 * or on the calling one inside an OpenMP region. */
void blas_gemm(int ta, int tb, int m, int n, int k, const real *a, int lda,
               const real *b, int ldb, real beta, real *c, int ldc);

/* C = alpha op(A) op(B) + beta C */
void blas_gemm_scaled(int ta, int tb, int m, int n, int k, real alpha, const real *a,
                      int lda, const real *b, int ldb, real beta, real *c, int ldc);

#endif
