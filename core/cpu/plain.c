#include "core/cpu/plain.h"

#include "core/cpu/blas.h"
#include "core/cpu/cpu.h"

#include <math.h>

typedef struct {
    int    T, d, D, x_row;
    size_t N, H;
    real   scale; /* of the scores, 1 / sqrt(d) */
} Shape;

static Shape shape_of(int N, int T, int D, int H)
{
    return (Shape){ .T = T, .d = D / H, .D = D, .x_row = 3 * D, .N = (size_t)N,
                    .H = (size_t)H, .scale = (real)(1 / sqrt((double)(D / H))) };
}

/* Where head h of image n begins in [N, H, T, T], and in rows of `width` values. */
static size_t scores_at(const Shape *s, size_t n, size_t h)
{
    return (n * s->H + h) * (size_t)s->T * (size_t)s->T;
}

static size_t rows_at(const Shape *s, size_t n, size_t h, int width)
{
    return n * (size_t)s->T * (size_t)width + h * (size_t)s->d;
}

/* p = softmax(q k^T scale) */
void plain_attention_map(real *p, const real *qkv, int N, int T, int D, int H)
{
    Shape s = shape_of(N, T, D, H);
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t n = 0; n < s.N; n++)
        for (size_t h = 0; h < s.H; h++) {
            const real *q = qkv + rows_at(&s, n, h, s.x_row);
            blas_gemm_scaled(0, 1, T, T, s.d, s.scale, q, s.x_row, q + D, s.x_row, 0,
                             p + scores_at(&s, n, h), T);
        }
    cpu_softmax_fwd(p, p, s.N * s.H * (size_t)T, (size_t)T);
}

/* y = p v */
void plain_attention_fwd(real *y, real *p, const real *qkv, int N, int T, int D, int H)
{
    Shape s = shape_of(N, T, D, H);
    plain_attention_map(p, qkv, N, T, D, H);
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t n = 0; n < s.N; n++)
        for (size_t h = 0; h < s.H; h++)
            blas_gemm(0, 0, T, s.d, T, p + scores_at(&s, n, h), T,
                      qkv + rows_at(&s, n, h, s.x_row) + 2 * D, s.x_row, 0,
                      y + rows_at(&s, n, h, D), D);
}

/* dv = p^T dy,  dp = dy v^T,  ds = p (dp - sum p dp),  dq = ds k scale,
 * dk = ds^T q scale */
void plain_attention_bwd(real *dqkv, real *ds, const real *dy, const real *qkv,
                         const real *p, int N, int T, int D, int H)
{
    Shape s = shape_of(N, T, D, H);
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t n = 0; n < s.N; n++)
        for (size_t h = 0; h < s.H; h++) {
            size_t      at = scores_at(&s, n, h), x = rows_at(&s, n, h, s.x_row);
            const real *d = dy + rows_at(&s, n, h, D);
            blas_gemm(1, 0, T, s.d, T, p + at, T, d, D, 0, dqkv + x + 2 * D, s.x_row);
            blas_gemm(0, 1, T, T, s.d, d, D, qkv + x + 2 * D, s.x_row, 0, ds + at, T);
        }
    cpu_softmax_bwd((Share){ ds, 0 }, ds, p, s.N * s.H * (size_t)T, (size_t)T);
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t n = 0; n < s.N; n++)
        for (size_t h = 0; h < s.H; h++) {
            size_t at = scores_at(&s, n, h), x = rows_at(&s, n, h, s.x_row);
            blas_gemm_scaled(0, 0, T, s.d, T, s.scale, ds + at, T, qkv + x + D, s.x_row,
                             0, dqkv + x, s.x_row);
            blas_gemm_scaled(1, 0, T, s.d, T, s.scale, ds + at, T, qkv + x, s.x_row, 0,
                             dqkv + x + D, s.x_row);
        }
}
