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
#include <string.h>

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

void gemm_from(int m, int n, int k, const real *a, const real *b, const real *start,
               const real *bias, real *c)
{
    product_from(m, n, k, a, b, start, bias, c);
}

#else

const char *cpu_gemm_library(void) { return "OpenBLAS"; }

void gemm(int ta, int tb, int m, int n, int k, const real *a, int lda, const real *b,
          int ldb, real beta, real *c, int ldc)
{
    blas_gemm(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

#endif

#ifndef GEMM_IS_OWN

/* C = start + bias */
static void begin(real *c, const real *start, const real *bias, int rows, int n)
{
    for (int i = 0; i < rows; i++, c += n) {
        const real *from = start ? start + (size_t)i * (size_t)n : NULL;
        if (from && bias)
            for (int j = 0; j < n; j++) c[j] = from[j] + bias[j];
        else if (from != c)
            memcpy(c, bias ? bias : from, (size_t)n * sizeof *c);
    }
}

/* In chunks of rows that stay in cache between being begun and being multiplied; the
 * libraries lose nothing with this many. */
void gemm_from(int m, int n, int k, const real *a, const real *b, const real *start,
               const real *bias, real *c)
{
    enum { CHUNK = 512 };
    int chunks = (m + CHUNK - 1) / CHUNK;
    for (int h = 0; h < chunks; h++) {
        int    lo = (int)((long)m * h / chunks), rows = (int)((long)m * (h + 1) / chunks) - lo;
        size_t at = (size_t)lo * (size_t)n;
        begin(c + at, start ? start + at : NULL, bias, rows, n);
        gemm(0, 1, rows, n, k, a + (size_t)lo * (size_t)k, k, b, k, 1, c + at, n);
    }
}

#endif
