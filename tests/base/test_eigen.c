#include "core/base/eigen.h"

#include "core/base/rng.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { N = 50 };

/* A = R diag(value) R of a reflection R = I - 2 u u^T: its eigenvectors are R's rows. */
static void plant(double a[N][N], double r[N][N], const double value[N])
{
    double u[N], square = 0;
    Rng    rng = rng_at(8, STREAM_TEST, 0, 0);
    for (int i = 0; i < N; i++) u[i] = rng_unit53(&rng) - 0.5, square += u[i] * u[i];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) r[i][j] = (i == j) - 2 * u[i] * u[j] / square;
    memset(a, 0, N * sizeof a[0]);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int k = 0; k < N; k++) a[i][j] += r[k][i] * value[k] * r[k][j];
}

static void random_start(double x[N])
{
    Rng rng = rng_at(9, STREAM_TEST, 0, 0);
    for (int i = 0; i < N; i++) x[i] = rng_unit53(&rng) - 0.5;
}

static void expect_vector(const double x[N], const double want[N], double near)
{
    double sign = 0, worst = 0;
    for (int i = 0; i < N; i++) sign += x[i] * want[i];
    for (int i = 0; i < N; i++) worst = fmax(worst, fabs((sign > 0 ? 1 : -1) * x[i] - want[i]));
    cr_expect(worst <= near, "off by %g", worst);
}

Test(eigen, all_that_were_planted)
{
    double a[N][N], r[N][N], value[N], got[N];
    for (int i = 0; i < N; i++) value[i] = 10 - i * 0.7 + 1.0 / (i + 1);
    plant(a, r, value);
    eigen_values(got, &a[0][0], N);
    for (int i = 0; i < N; i++)
        cr_expect(fabs(got[i] - value[i]) <= 1e-12, "%d: %.15g", i, got[i]); /* measured 4e-14 */
}

Test(eigen, the_largest_and_the_next)
{
    double a[N][N], r[N][N], value[N], x[N];
    for (int i = 0; i < N; i++) value[i] = 3 - 0.01 * i;
    plant(a, r, value);
    random_start(x);
    cr_expect(fabs(eigen_largest(x, &a[0][0], NULL, N) - 3) <= 1e-12);
    expect_vector(x, r[0], 1e-9); /* measured 1e-11 */
    random_start(x);
    cr_expect(fabs(eigen_largest(x, &a[0][0], r[0], N) - 2.99) <= 1e-12);
    expect_vector(x, r[1], 1e-9);
}

/* Neighbours that a power iteration needs millions of rounds to tell apart; and a largest
 * that is below 0. */
Test(eigen, close_ones_are_told_apart)
{
    double a[N][N], r[N][N], value[N], x[N];
    for (int i = 0; i < N; i++) value[i] = i < 2 ? -1 - 1e-6 * i : -1.5 - 0.01 * i;
    plant(a, r, value);
    random_start(x);
    cr_expect(fabs(eigen_largest(x, &a[0][0], NULL, N) + 1) <= 1e-12);
    expect_vector(x, r[0], 1e-6); /* 1e-13 over a gap of 1e-6; measured 3e-8 */
}

/* Nothing but zeros beside the known one, nothing at all, and 2 x 2. */
Test(eigen, where_little_is_left)
{
    double a[N][N], known[N], x[N], length = 0;
    for (int i = 0; i < N * N; i++) (&a[0][0])[i] = 1.0 / N;
    for (int i = 0; i < N; i++) known[i] = sqrt(1.0 / N);
    random_start(x);
    cr_expect(fabs(eigen_largest(x, &a[0][0], known, N)) <= 1e-14);
    for (int i = 0; i < N; i++) length += x[i] * x[i];
    cr_expect(fabs(length - 1) <= 1e-12);
    memset(a, 0, sizeof a);
    random_start(x);
    cr_expect(eigen_largest(x, &a[0][0], NULL, N) == 0 && isfinite(x[0]));
    double two[4] = { 2, 1, 1, 2 }, y[2] = { 1, 0.3 };
    cr_expect(fabs(eigen_largest(y, two, NULL, 2) - 3) <= 1e-14);
    cr_expect(fabs(y[0] - y[1]) <= 1e-14 && fabs(fabs(y[0]) - sqrt(0.5)) <= 1e-14);
}
