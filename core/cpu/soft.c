/* Soft masks, from 0 hide to 1 keep, on the CPU.  Each forward has its backward right
 * below it. */
#include "core/cpu/cpu.h"
#include "core/cpu/vmath.h"

static size_t at(int n, int l, int L) { return (size_t)n * (size_t)L + (size_t)l; }

static void give(Share to, size_t i, double d)
{
    to.at[i] = (real)d + (to.beta != 0 ? to.at[i] : 0);
}

/* y = 1 / (1 + exp(-x)) */
void cpu_sigmoid_fwd(real *y, const real *x, size_t n)
{
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++) y[i] = 1 / (1 + v_exp(-x[i]));
}

/* dx = dy y (1 - y) */
void cpu_sigmoid_bwd(Share dx, const real *dy, const real *y, size_t n)
{
    if (!dx.at) return;
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < n; i++)
        dx.at[i] = dy[i] * y[i] * (1 - y[i]) + (dx.beta != 0 ? dx.at[i] : 0);
}

/* y_n0 = x_n0,  y_n(1+l) = m_nl x_n(1+l) */
void cpu_scale_patches_fwd(real *y, const real *x, const real *m, int N, int L, int D)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int l = -1; l < L; l++) {
            size_t row = at(n, l + 1, L + 1) * (size_t)D;
            real   by = l < 0 ? 1 : m[at(n, l, L)];
            for (int d = 0; d < D; d++) y[row + (size_t)d] = by * x[row + (size_t)d];
        }
}

/* dx = m dy,  dm_nl = <x, dy> of row 1 + l */
void cpu_scale_patches_bwd(Share dx, Share dm, const real *dy, const real *x, const real *m,
                           int N, int L, int D)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int l = -1; l < L; l++) {
            size_t row = at(n, l + 1, L + 1) * (size_t)D;
            real   by = l < 0 ? 1 : m[at(n, l, L)];
            double dot = 0;
            for (int d = 0; d < D; d++) {
                size_t i = row + (size_t)d;
                dot += (double)x[i] * (double)dy[i];
                if (dx.at) dx.at[i] = by * dy[i] + (dx.beta != 0 ? dx.at[i] : 0);
            }
            if (dm.at && l >= 0) give(dm, at(n, l, L), dot);
        }
}

/* --- the reconstruction of what is hidden softly ------------------------ */

/* each_nl = mean_p (pred - target)^2;  loss = sum (1 - m) each / sum (1 - m), 0 if
 * nothing at all is hidden, as in a float a sure mask may say */
void cpu_soft_mse_fwd(real *loss, real *each, const real *pred, const real *target,
                      const real *m, int N, int L, int P)
{
    double sum = 0, weight = 0;
    cpu_patch_mse(each, pred, target, NULL, N, L, L + 1, L, P);
    for (size_t i = 0; i < at(N, 0, L); i++) {
        sum += (1 - (double)m[i]) * (double)each[i];
        weight += 1 - (double)m[i];
    }
    *loss = weight > 0 ? (real)(sum / weight) : 0;
}

/* W = sum (1 - m):  dpred = dloss (1 - m) 2 (pred - target) / (P W),
 * dm = dloss (loss - each) / W */
void cpu_soft_mse_bwd(Share dpred, Share dm, const real *dloss, const real *loss,
                      const real *each, const real *pred, const real *target, const real *m,
                      int N, int L, int P)
{
    double weight = 0;
    for (size_t i = 0; i < at(N, 0, L); i++) weight += 1 - (double)m[i];
    double part = weight > 0 ? (double)*dloss / weight : 0;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int l = -1; l < L; l++) {
            size_t i = l < 0 ? 0 : at(n, l, L), row = at(n, l + 1, L + 1) * (size_t)P;
            double by = l < 0 ? 0 : part * (1 - (double)m[i]) * 2 / P;
            for (int p = 0; p < P && dpred.at; p++) {
                size_t to = row + (size_t)p;
                give(dpred, to, l < 0 ? 0 : by * ((double)pred[to] -
                                                  (double)target[i * (size_t)P + (size_t)p]));
            }
            if (dm.at && l >= 0) give(dm, i, part * ((double)*loss - (double)each[i]));
        }
}

/* --- what a mask should look like --------------------------------------- */

static const double WIDTH = 0.12; /* of the bell around 1/2 */

/* exp(-(m - 1/2)^2 / (2 WIDTH^2)) WIDTH sqrt(2 pi), the source's bell */
static double bell(double m)
{
    double off = (m - 0.5) / WIDTH;
    return exp(-0.5 * off * off) * WIDTH * 2.50662827463100050;
}

/* loss = mean bell(m) */
void cpu_undecided_fwd(real *loss, const real *m, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += bell((double)m[i]);
    *loss = (real)(sum / (double)n);
}

/* bell'(m) = -bell(m) (m - 1/2) / WIDTH^2 */
void cpu_undecided_bwd(Share dm, const real *dloss, const real *m, size_t n)
{
    if (!dm.at) return;
    double scale = -(double)*dloss / ((double)n * WIDTH * WIDTH);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++)
        give(dm, i, scale * bell((double)m[i]) * ((double)m[i] - 0.5));
}

/* Of a mask that keeps all or nothing the logarithms below would be infinite. */
static double mean(const real *m, int L)
{
    double sum = 0, least = 1e-6;
    for (int l = 0; l < L; l++) sum += (double)m[l];
    return sum < least * L ? least : sum > (1 - least) * L ? 1 - least : sum / L;
}

/* With q_n the mean of m_n and s the share:
 * loss = sum_n q log(q / s) + (1 - q) log((1 - q) / (1 - s)) */
void cpu_share_kl_fwd(real *loss, const real *m, int N, int L, double share)
{
    double sum = 0;
    for (int n = 0; n < N; n++) {
        double q = mean(m + at(n, 0, L), L);
        sum += q * log(q / share) + (1 - q) * log((1 - q) / (1 - share));
    }
    *loss = (real)sum;
}

/* dm_nl = dloss (log(q / s) - log((1 - q) / (1 - s))) / L */
void cpu_share_kl_bwd(Share dm, const real *dloss, const real *m, int N, int L, double share)
{
    if (!dm.at) return;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        double q = mean(m + at(n, 0, L), L);
        double d = (double)*dloss / L * (log(q / share) - log((1 - q) / (1 - share)));
        for (int l = 0; l < L; l++) give(dm, at(n, l, L), d);
    }
}

static const double NEAR = 0.1; /* per unit of distance */

static double distance(const real *a, const real *b, int L)
{
    double sum = 0;
    for (int l = 0; l < L; l++) {
        double off = (double)a[l] - (double)b[l];
        sum += off * off;
    }
    return sqrt(sum);
}

/* loss = mean over pairs of images of exp(-NEAR |m_a - m_b|); 0 of one image alone */
void cpu_alike_fwd(real *loss, real *sums, const real *m, int N, int L)
{
#pragma omp parallel for schedule(static, 1)
    for (int a = 0; a < N; a++) {
        double sum = 0;
        for (int b = a + 1; b < N; b++)
            sum += exp(-NEAR * distance(m + at(a, 0, L), m + at(b, 0, L), L));
        sums[a] = (real)sum;
    }
    double all = 0;
    for (int a = 0; a < N; a++) all += (double)sums[a];
    *loss = N > 1 ? (real)(all / (0.5 * N * (N - 1))) : 0;
}

/* dm_a = - dloss NEAR exp(-NEAR d) (m_a - m_b) / d, summed over b, over the pairs; equal
 * masks do not pull */
void cpu_alike_bwd(Share dm, const real *dloss, const real *m, int N, int L)
{
    if (!dm.at) return;
    double scale = N > 1 ? (double)*dloss * NEAR / (0.5 * N * (N - 1)) : 0;
#pragma omp parallel for schedule(static)
    for (int a = 0; a < N; a++) {
        const real *ma = m + at(a, 0, L);
        real       *to = dm.at + at(a, 0, L);
        for (int l = 0; l < L && dm.beta == 0; l++) to[l] = 0;
        for (int b = 0; b < N; b++) {
            const real *mb = m + at(b, 0, L);
            double      d = distance(ma, mb, L);
            real        pull = d > 0 ? (real)(scale * exp(-NEAR * d) / d) : 0;
            for (int l = 0; l < L; l++) to[l] -= pull * (ma[l] - mb[l]);
        }
    }
}
