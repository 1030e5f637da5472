#include "core/cpu/blas.h"

#include "core/base/status.h"
#include "core/cpu/cpu.h"
#include "core/cpu/library.h"
#include "core/cpu/product.h"

#include <cblas.h>
#ifdef GEMM_IS_DNNL
#include <dnnl.h>
#endif

#include <stdio.h>

#ifdef REAL_IS_DOUBLE
#define CBLAS_GEMM cblas_dgemm
#else
#define CBLAS_GEMM cblas_sgemm
#endif

const char *cpu_blas_config(void) { return openblas_get_config(); }
const char *cpu_blas_core(void) { return openblas_get_corename(); }

BlasThreads cpu_blas_threads(void)
{
    switch (openblas_get_parallel()) {
    case OPENBLAS_OPENMP: return BLAS_OPENMP;
    case OPENBLAS_THREAD: return BLAS_PTHREADS;
    default: return BLAS_ALONE;
    }
}

void blas_gemm_scaled(int ta, int tb, int m, int n, int k, real alpha, const real *a,
                      int lda, const real *b, int ldb, real beta, real *c, int ldc)
{
    CBLAS_GEMM(CblasRowMajor, ta ? CblasTrans : CblasNoTrans,
               tb ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c,
               ldc);
}

void blas_gemm(int ta, int tb, int m, int n, int k, const real *a, int lda,
               const real *b, int ldb, real beta, real *c, int ldc)
{
    blas_gemm_scaled(ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

#ifdef GEMM_IS_DNNL

const char *cpu_gemm_library(void)
{
    static char name[32]; /* the same text whoever writes it */
    snprintf(name, sizeof name, "oneDNN %d.%d.%d", DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR,
             DNNL_VERSION_PATCH);
    return name;
}

/* It multiplies without packing where that is faster, with kernels written for
 * the machine on first use. */
void gemm(int ta, int tb, int m, int n, int k, const real *a, int lda, const real *b,
          int ldb, real beta, real *c, int ldc)
{
    dnnl_status_t bad = dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', m, n, k, 1, a, lda, b,
                                   ldb, beta, c, ldc);
    CHECK(bad == dnnl_success, "oneDNN refuses %d x %d x %d: status %d", m, n, k, (int)bad);
}

#elif defined GEMM_IS_OWN

const char *cpu_gemm_library(void) { return "maskgrid"; }

void gemm(int ta, int tb, int m, int n, int k, const real *a, int lda, const real *b,
          int ldb, real beta, real *c, int ldc)
{
    product(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

#else

const char *cpu_gemm_library(void) { return "OpenBLAS"; }

void gemm(int ta, int tb, int m, int n, int k, const real *a, int lda, const real *b,
          int ldb, real beta, real *c, int ldc)
{
    blas_gemm(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

#endif
