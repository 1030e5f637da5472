#include "core/metrics/geometry.h"

#include "core/base/arena.h"

#include <math.h>
#include <stddef.h>

static double norm_of(const float *x, size_t d)
{
    double sum = 0;
    for (size_t k = 0; k < d; k++) sum += (double)x[k] * (double)x[k];
    return sum > 0 ? sqrt(sum) : 1;
}

/* Rows of length 1, as doubles; a row of zeros stays. */
static double *unit_rows(Arena *a, const float *x, size_t n, size_t d)
{
    double *z = ARENA_NEW(a, double, n * d);
    for (size_t i = 0; i < n; i++) {
        double norm = norm_of(x + i * d, d);
        for (size_t k = 0; k < d; k++) z[i * d + k] = (double)x[i * d + k] / norm;
    }
    return z;
}

static double distance(const double *x, const double *y, size_t d)
{
    double sum = 0;
    for (size_t k = 0; k < d; k++) sum += (x[k] - y[k]) * (x[k] - y[k]);
    return sum;
}

double geometry_alignment(const float *x, const float *y, int rows, int cols)
{
    Arena  a;
    size_t n = (size_t)rows, d = (size_t)cols;
    double sum = 0;
    arena_open(&a, "alignment", NULL, NULL);
    const double *u = unit_rows(&a, x, n, d), *v = unit_rows(&a, y, n, d);
    for (size_t i = 0; i < n; i++) sum += distance(u + i * d, v + i * d, d);
    arena_close(&a);
    return sum / rows;
}

double geometry_uniformity(const float *x, int rows, int cols)
{
    Arena  a;
    size_t n = (size_t)rows, d = (size_t)cols;
    double sum = 0;
    arena_open(&a, "uniformity", NULL, NULL);
    const double *u = unit_rows(&a, x, n, d);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) sum += exp(-2 * distance(u + i * d, u + j * d, d));
    arena_close(&a);
    return log(sum / (0.5 * rows * (rows - 1.0)));
}

double geometry_cosine(const float *x, int rows, int cols)
{
    Arena  a;
    size_t n = (size_t)rows, d = (size_t)cols;
    double sum = 0;
    arena_open(&a, "cosines", NULL, NULL);
    const double *u = unit_rows(&a, x, n, d);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double cosine = 0;
            for (size_t k = 0; k < d; k++) cosine += u[i * d + k] * u[j * d + k];
            sum += cosine * cosine;
        }
    arena_close(&a);
    return sum / rows / rows;
}

/* --- CKA ----------------------------------------------------------------- */

/* K [n, n], the products of rows of the centred features. */
static double *gram(Arena *a, const float *x, size_t n, size_t d)
{
    double *z = ARENA_NEW(a, double, n * d), *k = ARENA_NEW(a, double, n * n);
    for (size_t j = 0; j < d; j++) {
        double mean = 0;
        for (size_t i = 0; i < n; i++) mean += (double)x[i * d + j] / (double)n;
        for (size_t i = 0; i < n; i++) z[i * d + j] = (double)x[i * d + j] - mean;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t c = 0; c < d; c++) sum += z[i * d + c] * z[j * d + c];
            k[i * n + j] = k[j * n + i] = sum;
        }
    return k;
}

/* S(A, B) = |A^T B|^2 = sum of K_A K_B; debiased with a, b the squared norms of rows:
 * S - n/(n-2) sum a b + (sum a)(sum b) / ((n-1)(n-2)). */
static double similarity(const double *k, const double *l, size_t n, bool debiased)
{
    double sum = 0, both = 0, a = 0, b = 0, m = (double)n;
    for (size_t i = 0; i < n * n; i++) sum += k[i] * l[i];
    if (!debiased) return sum;
    for (size_t i = 0; i < n; i++) {
        both += k[i * n + i] * l[i * n + i];
        a += k[i * n + i], b += l[i * n + i];
    }
    return sum - m / (m - 2) * both + a * b / ((m - 1) * (m - 2));
}

double geometry_cka(const float *x, int d, const float *y, int e, int rows, bool debiased)
{
    Arena  a;
    size_t n = (size_t)rows;
    if (debiased && rows < 3) return (double)NAN;
    arena_open(&a, "CKA", NULL, NULL);
    const double *k = gram(&a, x, n, (size_t)d), *l = gram(&a, y, n, (size_t)e);
    double        cka = similarity(k, l, n, debiased) /
                 sqrt(similarity(k, k, n, debiased) * similarity(l, l, n, debiased));
    arena_close(&a);
    return cka;
}
