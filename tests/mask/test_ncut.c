#include "core/mask/ncut.h"

#include "core/base/eigen.h"
#include "core/base/rng.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { L = 60, FIRST = 24, D = 8 };

/* Two blocks, strong inside and weak between, with noise. */
static void plant(double w[L][L])
{
    Rng rng = rng_at(5, STREAM_TEST, 0, 0);
    for (int i = 0; i < L; i++)
        for (int j = 0; j <= i; j++) {
            bool same = (i < FIRST) == (j < FIRST);
            w[i][j] = w[j][i] = (same ? 1 : 0.2) * (0.5 + rng_unit53(&rng));
        }
}

static double degree(double w[L][L], int i)
{
    double sum = 0;
    for (int j = 0; j < L; j++) sum += w[i][j];
    return sum;
}

Test(ncut, solves_the_generalised_problem)
{
    double w[L][L], copy[L][L], z[L], worst = 0, first = 0, length = 0;
    plant(w);
    memcpy(copy, w, sizeof w);
    double lambda = ncut_vector(z, &copy[0][0], L);
    for (int i = 0; i < L; i++) {
        double d = degree(w, i), cut = d * z[i];
        for (int j = 0; j < L; j++) cut -= w[i][j] * z[j];
        worst = fmax(worst, fabs(cut - lambda * d * z[i]));
        first += d * z[i];
        length += d * z[i] * z[i];
    }
    cr_expect(worst <= 1e-11, "residual %g", worst); /* measured 2e-10 */
    cr_expect(fabs(first) <= 1e-9, "z D 1 = %g", first);
    cr_expect(fabs(length - 1) <= 1e-9, "z D z = %g", length);
    cr_expect(lambda > 0.2 && lambda < 0.7, "lambda %g", lambda);
}

/* Patches of an encoder after a few epochs: a direction that all share, and little beside it.
 * All eigenvalues but the first are small and close, where power iteration crawls. */
Test(ncut, of_features_that_are_all_alike)
{
    static const NcutAffinity how[] = { NCUT_POSITIVE, NCUT_HALF };
    for (int k = 0; k < 2; k++) {
        float  x[L][D];
        double w[L][L], s[L][L], z[L], value[L], worst = 0;
        Rng    rng = rng_at(7, STREAM_TEST, 0, 0);
        for (int i = 0; i < L; i++)
            for (int c = 0; c < D; c++) x[i][c] = (c == 0 ? 2 : 0) + 0.3F * rng_normal(&rng);
        ncut_unit_rows(&x[0][0], L, D);
        ncut_affinity(&w[0][0], &x[0][0], L, D, how[k]);
        for (int i = 0; i < L; i++)
            for (int j = 0; j < L; j++) s[i][j] = w[i][j] / sqrt(degree(w, i) * degree(w, j));
        double copy[L][L], lambda;
        memcpy(copy, w, sizeof w);
        lambda = ncut_vector(z, &copy[0][0], L);
        for (int i = 0; i < L; i++) { /* z is of the order of 0.01 */
            double off = (1 - lambda) * degree(w, i) * z[i];
            for (int j = 0; j < L; j++) off -= w[i][j] * z[j];
            worst = fmax(worst, fabs(off));
        }
        eigen_values(value, &s[0][0], L);
        cr_expect(worst <= 1e-11, "%d: residual %g", k, worst);
        cr_expect(fabs(lambda - (1 - value[1])) <= 1e-12, "%d: %.15g, all of them have %.15g", k,
                  lambda, 1 - value[1]);
    }
}

Test(ncut, finds_planted_halves_and_the_smaller_one)
{
    double w[L][L], z[L];
    bool   by_seed[L], smaller[L];
    plant(w);
    ncut_vector(z, &w[0][0], L);
    ncut_object(by_seed, z, L, false);
    ncut_object(smaller, z, L, true);
    for (int i = 0; i < L; i++) {
        cr_expect_eq(smaller[i], i < FIRST, "patch %d", i);
        cr_expect_eq(by_seed[i] == by_seed[0], i < FIRST, "patch %d", i);
    }
}

Test(ncut, weights_are_symmetric_and_above_zero)
{
    static const double least[] = { NCUT_LEAST, 0, NCUT_LEAST };
    float  x[L][D];
    double w[L][L];
    Rng    rng = rng_at(6, STREAM_TEST, 0, 0);
    for (int i = 0; i < L * D; i++) (&x[0][0])[i] = rng_normal(&rng);
    for (int c = 0; c < D; c++) x[3][c] = 0; /* a patch without features */
    ncut_unit_rows(&x[0][0], L, D);
    for (int how = NCUT_POSITIVE; how <= NCUT_BINARY; how++) {
        ncut_affinity(&w[0][0], &x[0][0], L, D, (NcutAffinity)how);
        for (int i = 0; i < L; i++)
            for (int j = 0; j < L; j++) {
                cr_expect(w[i][j] == w[j][i] && w[i][j] >= least[how] && w[i][j] > 0 &&
                              w[i][j] <= 1 + 1e-6,
                          "%d: weight %g of %d, %d", how, w[i][j], i, j);
                cr_expect(how != NCUT_BINARY || w[i][j] == 1 || w[i][j] == NCUT_LEAST);
            }
    }
}

Test(ncut, a_graph_without_halves_is_cut_somewhere)
{
    double w[L][L], z[L];
    for (int i = 0; i < L * L; i++) (&w[0][0])[i] = 1;
    double lambda = ncut_vector(z, &w[0][0], L);
    cr_expect(fabs(lambda - 1) <= 1e-9, "lambda %g", lambda);
    for (int i = 0; i < L; i++) cr_expect(isfinite(z[i]));
}
