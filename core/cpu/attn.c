/* Self-attention on the CPU, one image and head at a time. */
#include "core/cpu/cpu.h"

#include <math.h>

/* One head of one image: row i of its queries starts at q + i * 3 D. */
typedef struct {
    const real *q, *k, *v;
    size_t      step;
    int         d;
    double      scale;
} Head;

static Head head_of(const real *qkv, int n, int h, int T, int D, int H)
{
    int         d = D / H;
    size_t      step = 3 * (size_t)D;
    const real *q = qkv + (size_t)n * (size_t)T * step + (size_t)(h * d);
    return (Head){ q, q + D, q + 2 * D, step, d, 1 / sqrt((double)d) };
}

static double dot(const real *a, const real *b, int d)
{
    double sum = 0;
    for (int c = 0; c < d; c++) sum += (double)a[c] * (double)b[c];
    return sum;
}

/* s_ij of one query and keys j >= from; returns log sum_j exp(s_ij) */
static double scores(double *s, const Head *a, int i, int from, int T)
{
    double max = -INFINITY, sum = 0;
    for (int j = from; j < T; j++) {
        s[j] = a->scale * dot(a->q + (size_t)i * a->step, a->k + (size_t)j * a->step, a->d);
        max = fmax(max, s[j]);
    }
    for (int j = from; j < T; j++) sum += exp(s[j] - max);
    return max + log(sum);
}

void cpu_attention_fwd(real *y, real *lse, const real *qkv, int N, int T, int D, int H)
{
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++) {
            Head   a = head_of(qkv, n, h, T, D, H);
            double s[4096];
            for (int i = 0; i < T; i++) {
                double l = scores(s, &a, i, 0, T);
                real  *to = y + ((size_t)n * (size_t)T + (size_t)i) * (size_t)D +
                           (size_t)(h * a.d);
                if (lse) lse[((size_t)n * (size_t)H + (size_t)h) * (size_t)T + (size_t)i] = (real)l;
                for (int c = 0; c < a.d; c++) {
                    double sum = 0;
                    for (int j = 0; j < T; j++)
                        sum += exp(s[j] - l) * (double)a.v[(size_t)j * a.step + (size_t)c];
                    to[c] = (real)sum;
                }
            }
        }
}

/* With p = softmax(s): dv_j = sum_i p_ij dy_i,  dp_ij = dy_i v_j,
 * ds_ij = p_ij (dp_ij - dy_i y_i),  dq_i = sum_j ds_ij k_j,  dk_j = sum_i ds_ij q_i */
void cpu_attention_bwd(Share dqkv, const real *dy, const real *y, const real *qkv,
                       const real *lse, int N, int T, int D, int H)
{
    if (!dqkv.at) return;
    size_t all = (size_t)N * (size_t)T * 3 * (size_t)D;
    if (dqkv.beta == 0)
        for (size_t i = 0; i < all; i++) dqkv.at[i] = 0;
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++) {
            Head   a = head_of(qkv, n, h, T, D, H);
            real  *dq = dqkv.at + (a.q - qkv), *dk = dq + D, *dv = dk + D;
            double s[4096];
            for (int i = 0; i < T; i++) {
                size_t row = ((size_t)n * (size_t)T + (size_t)i) * (size_t)D + (size_t)(h * a.d);
                double l = (double)lse[((size_t)n * (size_t)H + (size_t)h) * (size_t)T + (size_t)i];
                double delta = dot(dy + row, y + row, a.d);
                scores(s, &a, i, 0, T);
                for (int j = 0; j < T; j++) {
                    size_t at = (size_t)j * a.step, iat = (size_t)i * a.step;
                    double p = exp(s[j] - l);
                    double ds = p * (dot(dy + row, a.v + at, a.d) - delta) * a.scale;
                    for (int c = 0; c < a.d; c++) {
                        dv[at + (size_t)c] += (real)p * dy[row + (size_t)c];
                        dq[iat + (size_t)c] += (real)ds * a.k[at + (size_t)c];
                        dk[at + (size_t)c] += (real)ds * a.q[iat + (size_t)c];
                    }
                }
            }
        }
}

void cpu_attention_map(real *p, const real *qkv, int N, int T, int D, int H)
{
    size_t L = (size_t)(T - 1);
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++) {
            Head   a = head_of(qkv, n, h, T, D, H);
            double s[4096];
            for (int i = 1; i < T; i++) {
                double l = scores(s, &a, i, 1, T);
                real  *to = p + (((size_t)n * (size_t)H + (size_t)h) * L + (size_t)(i - 1)) * L;
                for (int j = 1; j < T; j++) to[j - 1] = (real)exp(s[j] - l);
            }
        }
}
