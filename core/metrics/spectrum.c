#include "core/metrics/spectrum.h"

#include "core/base/arena.h"
#include "core/base/eigen.h"

#include <math.h>
#include <string.h>

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
    eigen_values(sigma, gram, (int)m);
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
