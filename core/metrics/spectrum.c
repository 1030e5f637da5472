#include "core/metrics/spectrum.h"

#include "core/base/arena.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* --- eigenvalues --------------------------------------------------------- */

/* A to Q^T A Q with two diagonals: column by column a reflection I - 2 v v^T / v^T v takes
 * all below the second diagonal to zero.
 * Source: Golub and Van Loan, Matrix Computations, section 8.3. */
static void to_two_diagonals(double *a, size_t n, double *v, double *q)
{
    for (size_t k = 0; k + 2 < n; k++) {
        double square = 0, dot = 0;
        for (size_t i = k + 1; i < n; i++) {
            v[i] = a[i * n + k];
            square += v[i] * v[i];
        }
        double norm = v[k + 1] > 0 ? -sqrt(square) : sqrt(square);
        double vv = 2 * (square - v[k + 1] * norm);
        if (!(vv > 0)) continue; /* zeros already */
        v[k + 1] -= norm;
        for (size_t i = k + 1; i < n; i++) {
            double sum = 0;
            for (size_t j = k + 1; j < n; j++) sum += a[i * n + j] * v[j];
            q[i] = 2 * sum / vv;
            dot += q[i] * v[i];
        }
        for (size_t i = k + 1; i < n; i++) q[i] -= dot / vv * v[i];
        for (size_t i = k + 1; i < n; i++)
            for (size_t j = k + 1; j < n; j++) a[i * n + j] -= v[i] * q[j] + q[i] * v[j];
        a[(k + 1) * n + k] = a[k * n + k + 1] = norm;
    }
}

/* How many eigenvalues of the two diagonals lie below x: signs of the pivots. */
static size_t below(double x, const double *d, const double *e, size_t n)
{
    double q = 1;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        q = d[i] - x - (i ? e[i - 1] * e[i - 1] / q : 0);
        if (q == 0) q = DBL_EPSILON * (fabs(d[i]) + fabs(x)) + DBL_MIN;
        count += q < 0;
    }
    return count;
}

void spectrum_eigenvalues(double *values, double *a, int size)
{
    enum { HALVINGS = 70 };
    Arena  host;
    size_t n = (size_t)size;
    double low = 0, high = 0;
    arena_open(&host, "eigenvalues", NULL, NULL);
    double *d = ARENA_NEW(&host, double, n), *e = ARENA_NEW(&host, double, n);
    to_two_diagonals(a, n, d, e);
    for (size_t i = 0; i < n; i++) d[i] = a[i * n + i];
    for (size_t i = 0; i + 1 < n; i++) e[i] = a[i * n + i + 1];
    for (size_t i = 0; i < n; i++) { /* Gershgorin's circles */
        double r = (i ? fabs(e[i - 1]) : 0) + (i + 1 < n ? fabs(e[i]) : 0);
        if (d[i] - r < low) low = d[i] - r;
        if (d[i] + r > high) high = d[i] + r;
    }
    for (size_t k = 0; k < n; k++) {
        double from = low, to = high;
        for (int i = 0; i < HALVINGS && from < to; i++) {
            double middle = from + (to - from) / 2;
            if (below(middle, d, e, n) >= n - k) to = middle;
            else from = middle;
        }
        values[k] = from + (to - from) / 2;
    }
    arena_close(&host);
}

/* --- singular values ----------------------------------------------------- */

int spectrum_of(double *sigma, const float *x, int rows, int cols, bool centred)
{
    Arena  host;
    size_t n = (size_t)rows, d = (size_t)cols;
    arena_open(&host, "spectrum", NULL, NULL);
    double *mean = memset(ARENA_NEW(&host, double, d), 0, d * sizeof *mean);
    for (size_t i = 0; i < n && centred; i++)
        for (size_t j = 0; j < d; j++) mean[j] += (double)x[i * d + j] / (double)n;
    bool    tall = n >= d;
    size_t  m = tall ? d : n, other = tall ? n : d;
    double *z = ARENA_NEW(&host, double, n * d), *gram = ARENA_NEW(&host, double, m * m);
    for (size_t i = 0; i < n; i++) /* the m vectors whose products are wanted, in rows */
        for (size_t j = 0; j < d; j++)
            z[tall ? j * n + i : i * d + j] = (double)x[i * d + j] - mean[j];
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t k = 0; k < other; k++) sum += z[i * other + k] * z[j * other + k];
            gram[i * m + j] = gram[j * m + i] = sum;
        }
    spectrum_eigenvalues(sigma, gram, (int)m);
    for (size_t k = 0; k < m; k++) sigma[k] = sigma[k] > 0 ? sqrt(sigma[k]) : 0;
    arena_close(&host);
    return (int)m;
}

double spectrum_effective_rank(const double *sigma, int n, double eps)
{
    double sum = 0, entropy = 0;
    for (int k = 0; k < n; k++) sum += sigma[k];
    if (!(sum > 0)) return (double)NAN;
    for (int k = 0; k < n; k++) {
        double p = sigma[k] / sum + eps;
        if (p > 0) entropy -= p * log(p);
    }
    return exp(entropy);
}

double spectrum_participation(const double *sigma, int n)
{
    double sum = 0, squares = 0;
    for (int k = 0; k < n; k++) {
        double l = sigma[k] * sigma[k];
        sum += l, squares += l * l;
    }
    return sum * sum / squares;
}

double spectrum_stable_rank(const double *sigma, int n)
{
    double sum = 0;
    for (int k = 0; k < n; k++) sum += sigma[k] * sigma[k];
    return sum / (sigma[0] * sigma[0]);
}

int spectrum_components(const double *sigma, int n, double share)
{
    double sum = 0, sofar = 0;
    int    k = 0;
    for (int i = 0; i < n; i++) sum += sigma[i] * sigma[i];
    while (k < n && sofar < share * sum) sofar += sigma[k] * sigma[k], k++;
    return k;
}
