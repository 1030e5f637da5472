/* Matrix products, by OpenBLAS, and the sums around them. */
#include "core/cpu/cpu.h"

#include <cblas.h>
#include <string.h>

#undef I /* cblas.h brings the imaginary unit; here it is a number of inputs */

#ifdef REAL_IS_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

const char *cpu_blas_config(void) { return openblas_get_config(); }
const char *cpu_blas_core(void) { return openblas_get_corename(); }

void cpu_gemm(int ta, int tb, int m, int n, int k, const real *a, const real *b,
              real beta, real *c)
{
    GEMM(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans,
         m, n, k, 1, a, ta ? m : k, b, tb ? k : n, beta, c, n);
}

/* The bias and the residual are where the product starts from. */
void cpu_linear_fwd(real *y, const real *x, const real *w, const real *b,
                    const real *residual, int rows, int I, int O)
{
#pragma omp parallel for schedule(static) if (b || residual)
    for (int i = 0; i < rows; i++) {
        real       *yi = y + (size_t)i * (size_t)O;
        const real *ri = residual ? residual + (size_t)i * (size_t)O : NULL;
        if (b && ri)
            for (int j = 0; j < O; j++) yi[j] = ri[j] + b[j];
        else if (b || ri)
            memcpy(yi, b ? b : ri, (size_t)O * sizeof *yi);
    }
    cpu_gemm(0, 1, rows, O, I, x, w, b || residual ? 1 : 0, y);
}

/* Each thread sums its own columns over all rows: the same bits on any number
 * of threads. */
void cpu_columns_bwd(Share db, const real *dy, size_t rows, size_t cols)
{
    if (!db.at) return;
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < cols; j++) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++) sum += (double)dy[i * cols + j];
        db.at[j] = (real)sum + (db.beta != 0 ? db.at[j] : 0);
    }
}

void cpu_add_fwd(real *y, const real *a, const real *b, size_t n)
{
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

void cpu_add_bwd(Share dx, const real *dy, size_t n)
{
    if (!dx.at) return;
    if (dx.beta == 0) {
        memcpy(dx.at, dy, n * sizeof *dy);
        return;
    }
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++) dx.at[i] += dy[i];
}

void cpu_dot_fwd(real *y, const real *x, const real *w, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)w[i];
    *y = (real)sum;
}

void cpu_dot_bwd(Share dx, const real *dy, const real *w, size_t n)
{
    if (!dx.at) return;
    for (size_t i = 0; i < n; i++)
        dx.at[i] = *dy * w[i] + (dx.beta != 0 ? dx.at[i] : 0);
}
