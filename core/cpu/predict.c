/* What a loss predictor learns from, on the CPU.  Each forward has its backward right
 * below it. */
#include "core/cpu/cpu.h"
#include "core/cpu/scratch.h"
#include "core/cpu/vmath.h"

static const double EPS = 1e-6; /* of the source, inside its logarithms */

static size_t at(int n, int l, int L) { return (size_t)n * (size_t)L + (size_t)l; }

/* y_nl = mean_p x_n(l+1)p; row 0 of x is the class token's */
void cpu_patch_mean_fwd(real *y, const real *x, int N, int L, int P)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int l = 0; l < L; l++) {
            const real *xi = x + at(n, l + 1, L + 1) * (size_t)P;
            double      sum = 0;
            for (int p = 0; p < P; p++) sum += (double)xi[p];
            y[at(n, l, L)] = (real)(sum / P);
        }
}

void cpu_patch_mean_bwd(Share dx, const real *dy, int N, int L, int P)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++)
        for (int l = -1; l < L; l++) {
            real *to = dx.at + at(n, l + 1, L + 1) * (size_t)P;
            real  d = l < 0 ? 0 : dy[at(n, l, L)] / (real)P;
            for (int p = 0; p < P; p++) to[p] = d + (dx.beta != 0 ? to[p] : 0);
        }
}

/* --- the right order ---------------------------------------------------- */

/* The hidden of one image side by side: a guess and a loss each. */
typedef struct {
    const int *id;
    real      *guess, *loss, *work, *d;
    int        M;
} Hidden;

static Hidden hidden_of(const real *guess, const real *losses, const int *ids, int n, int L,
                        int K)
{
    int    M = L - K;
    real  *room = scratch_take(4 * (size_t)M);
    Hidden h = { ids + at(n, K, L), room, room + M, room + 2 * M, room + 3 * M, M };
    for (int k = 0; k < M; k++) {
        h.guess[k] = guess[at(n, h.id[k], L)];
        h.loss[k] = losses[at(n, h.id[k], L)];
    }
    return h;
}

/* h.work_j = s(guess of the costlier - guess of the other), s(x) = 1 / (1 + exp -x), for
 * patch i and all j before it; 1 - EPS, whose logarithm counts nothing, of equal ones. */
static void sure(const Hidden *h, int i)
{
    real mine = h->guess[i], cost = h->loss[i];
#pragma omp simd
    for (int j = 0; j < i; j++) {
        real sign = (real)(cost > h->loss[j]) - (real)(cost < h->loss[j]);
        real p = 1 / (1 + v_exp(sign * (h->guess[j] - mine)));
        h->work[j] = sign != 0 ? p : 1 - (real)EPS;
    }
}

/* sum_j log(work_j + EPS) as the logarithm of a product, 32 factors at a time: none is
 * less than EPS, so that 1e-192 is the least. */
static double log_of_all(const real *work, int n)
{
    double sum = 0;
    for (int from = 0; from < n; from += 32) {
        double product = 1;
        for (int j = from; j < n && j < from + 32; j++) product *= (double)work[j] + EPS;
        sum += log(product);
    }
    return sum;
}

static double unequal(const Hidden *h, int i)
{
    int n = 0;
    for (int j = 0; j < i; j++) n += h->loss[i] != h->loss[j];
    return n;
}

/* loss = - sum over pairs of hidden patches of an image, i costlier than j, of
 *        log(s(guess_i - guess_j) + EPS), over their number;
 * sums [N, 2] keeps both of each image */
void cpu_order_loss_fwd(real *loss, real *sums, const real *guess, const real *losses,
                        const int *ids, int N, int L, int K)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        Hidden h = hidden_of(guess, losses, ids, n, L, K);
        double sum = 0, pairs = 0;
        for (int i = 1; i < h.M; i++) {
            sure(&h, i);
            sum -= log_of_all(h.work, i);
            pairs += unequal(&h, i);
        }
        sums[2 * n] = (real)sum;
        sums[2 * n + 1] = (real)pairs;
    }
    double sum = 0, pairs = 0;
    for (int n = 0; n < N; n++) sum += (double)sums[2 * n], pairs += (double)sums[2 * n + 1];
    *loss = pairs > 0 ? (real)(sum / pairs) : 0;
}

/* d/dx -log(s + EPS) = -s (1 - s) / (s + EPS), to the costlier and back from the other */
void cpu_order_loss_bwd(Share dguess, const real *dloss, const real *sums, const real *guess,
                        const real *losses, const int *ids, int N, int L, int K)
{
    if (!dguess.at) return;
    double pairs = 0;
    for (int n = 0; n < N; n++) pairs += (double)sums[2 * n + 1];
    real scale = pairs > 0 ? (real)((double)*dloss / pairs) : 0;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        Hidden h = hidden_of(guess, losses, ids, n, L, K);
        for (int k = 0; k < h.M; k++) h.d[k] = 0;
        for (int i = 1; i < h.M; i++) {
            real mine = 0;
            sure(&h, i);
#pragma omp simd reduction(+ : mine)
            for (int j = 0; j < i; j++) {
                real sign = (real)(h.loss[i] > h.loss[j]) - (real)(h.loss[i] < h.loss[j]);
                real p = h.work[j], d = sign * p * (1 - p) / (p + (real)EPS);
                h.d[j] += d;
                mine -= d;
            }
            h.d[i] += mine;
        }
        for (int l = 0; l < L && dguess.beta == 0; l++) dguess.at[at(n, l, L)] = 0;
        for (int k = 0; k < h.M; k++) dguess.at[at(n, h.id[k], L)] += scale * h.d[k];
    }
}

/* --- the right size ----------------------------------------------------- */

/* Losses of the hidden of one image as (loss - mean) / sqrt(var + EPS), var with n - 1;
 * of one alone there is no deviation, and its is taken as zero. */
static void standardize(Hidden *h)
{
    double sum = 0, square = 0;
    for (int k = 0; k < h->M; k++) sum += (double)h->loss[k];
    double mean = sum / h->M;
    for (int k = 0; k < h->M; k++)
        square += ((double)h->loss[k] - mean) * ((double)h->loss[k] - mean);
    double scale = 1 / sqrt((h->M > 1 ? square / (h->M - 1) : 0) + EPS);
    for (int k = 0; k < h->M; k++) h->loss[k] = (real)(((double)h->loss[k] - mean) * scale);
}

/* loss = mean over hidden of (guess - standardized loss)^2 */
void cpu_size_loss_fwd(real *loss, const real *guess, const real *losses, const int *ids,
                       int N, int L, int K)
{
    double sum = 0;
    for (int n = 0; n < N; n++) {
        Hidden h = hidden_of(guess, losses, ids, n, L, K);
        standardize(&h);
        for (int k = 0; k < h.M; k++) {
            double off = (double)h.guess[k] - (double)h.loss[k];
            sum += off * off;
        }
    }
    *loss = (real)(sum / ((double)N * (L - K)));
}

void cpu_size_loss_bwd(Share dguess, const real *dloss, const real *guess,
                       const real *losses, const int *ids, int N, int L, int K)
{
    if (!dguess.at) return;
    real scale = (real)(2 * (double)*dloss / ((double)N * (L - K)));
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        Hidden h = hidden_of(guess, losses, ids, n, L, K);
        standardize(&h);
        for (int l = 0; l < L && dguess.beta == 0; l++) dguess.at[at(n, l, L)] = 0;
        for (int k = 0; k < h.M; k++)
            dguess.at[at(n, h.id[k], L)] += scale * (h.guess[k] - h.loss[k]);
    }
}
