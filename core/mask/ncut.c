#include "core/mask/ncut.h"

#include "core/base/arena.h"
#include "core/base/eigen.h"
#include "core/base/rng.h"

#include <math.h>

void ncut_unit_rows(float *x, int L, int D)
{
    for (int i = 0; i < L; i++, x += D) {
        double square = 0;
        for (int c = 0; c < D; c++) square += (double)x[c] * (double)x[c];
        float scale = square > 0 ? (float)(1 / sqrt(square)) : 0;
        for (int c = 0; c < D; c++) x[c] *= scale;
    }
}

static double weight(double cosine, NcutAffinity how)
{
    double w = how == NCUT_POSITIVE ? cosine
             : how == NCUT_HALF     ? (1 + cosine) / 2
                                    : cosine > NCUT_EDGE;
    return w > NCUT_LEAST ? w : NCUT_LEAST;
}

void ncut_affinity(double *w, const float *x, int L, int D, NcutAffinity how)
{
    for (int i = 0; i < L; i++)
        for (int j = 0; j <= i; j++) {
            const float *a = x + (size_t)i * (size_t)D, *b = x + (size_t)j * (size_t)D;
            double       dot = 0;
            for (int c = 0; c < D; c++) dot += (double)a[c] * (double)b[c];
            w[i * L + j] = w[j * L + i] = weight(dot, how);
        }
}

/* S in place of W, which is symmetric; d its row sums, first = sqrt(d) of length 1. */
static void normalise(double *w, double *d, double *first, int L)
{
    double total = 0;
    for (int i = 0; i < L; i++) {
        d[i] = 0;
        for (int j = 0; j < L; j++) d[i] += w[i * L + j];
        total += d[i];
    }
    for (int i = 0; i < L; i++) first[i] = sqrt(d[i] / total);
    for (int i = 0; i < L; i++)
        for (int j = 0; j < L; j++) w[i * L + j] /= sqrt(d[i] * d[j]);
}

double ncut_vector(double *z, double *w, int L)
{
    Arena scratch;
    Rng   rng = rng_at(0, STREAM_MASK, 0, 0);
    arena_open(&scratch, "normalised cut", NULL, NULL);
    double *d = ARENA_NEW(&scratch, double, L), *first = ARENA_NEW(&scratch, double, L);
    normalise(w, d, first, L);
    for (int i = 0; i < L; i++) z[i] = rng_unit53(&rng) - 0.5;
    double most = eigen_largest(z, w, first, L);
    for (int i = 0; i < L; i++) z[i] /= sqrt(d[i]);
    arena_close(&scratch);
    return 1 - most;
}

void ncut_object(bool *object, const double *z, int L, bool smaller)
{
    double mean = 0;
    int    surest = 0, above = 0;
    for (int i = 0; i < L; i++) mean += z[i] / L;
    for (int i = 0; i < L; i++) {
        if (fabs(z[i]) > fabs(z[surest])) surest = i;
        above += z[i] > mean;
    }
    bool upper = smaller ? 2 * above <= L : z[surest] > mean;
    for (int i = 0; i < L; i++) object[i] = (z[i] > mean) == upper;
}

void ncut_add_likeness(float *out, float factor, const float *x, int L, int D,
                       const bool *object, bool is)
{
    Arena scratch;
    arena_open(&scratch, "mean of a cluster", NULL, NULL);
    float *mean = ARENA_NEW(&scratch, float, D);
    for (int c = 0; c < D; c++) mean[c] = 0;
    for (int i = 0; i < L; i++)
        for (int c = 0; c < D && object[i] == is; c++) mean[c] += x[i * D + c];
    ncut_unit_rows(mean, 1, D);
    for (int i = 0; i < L; i++) {
        float cosine = 0;
        for (int c = 0; c < D; c++) cosine += x[i * D + c] * mean[c];
        out[i] += factor * cosine;
    }
    arena_close(&scratch);
}
