/* Products and sums against the obvious loops. */
#include "core/base/threads.h"
#include "core/cpu/columns.h"
#include "core/cpu/cpu.h"
#include "core/cpu/scratch.h"
#include "core/cpu/tile.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef REAL_IS_DOUBLE
static const double OFF = 1e-13;
#else
static const double OFF = 5e-5; /* sums of up to 600 products of normal numbers */
#endif

enum { MOST = 70000 };
static real a[MOST], b[MOST], c[MOST], want[MOST];

/* Far enough apart to take each way of sharing a product. */
typedef struct {
    int ta, tb, m, n, k, add, threads;
} Product;

static const Product products[] = {
    { 0, 0, 1, 1, 1, 0, 2 },    { 0, 1, 1, 7, 5, 1, 2 },   { 1, 0, 3, 2, 1, 1, 2 },
    { 0, 1, 200, 9, 31, 0, 2 }, { 0, 1, 200, 9, 31, 1, 3 }, { 0, 0, 97, 33, 17, 1, 2 },
    { 1, 0, 20, 9, 600, 0, 2 }, { 1, 0, 20, 9, 601, 1, 3 }, { 1, 0, 96, 80, 70, 1, 2 },
    { 1, 0, 80, 96, 70, 0, 2 }, { 1, 0, 20, 9, 601, 1, 1 }, { 0, 0, 97, 33, 17, 0, 1 },
};
enum { N_PRODUCTS = sizeof products / sizeof *products };

static void reference(const Product *p)
{
    for (int i = 0; i < p->m; i++)
        for (int j = 0; j < p->n; j++) {
            double sum = p->add ? (double)want[i * p->n + j] : 0;
            for (int k = 0; k < p->k; k++)
                sum += (double)a[p->ta ? k * p->m + i : i * p->k + k] *
                       (double)b[p->tb ? j * p->k + k : k * p->n + j];
            want[i * p->n + j] = (real)sum;
        }
}

static double worst(const real *x, const real *y, size_t n)
{
    double off = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)x[i] - (double)y[i]);
        if (!(d <= off)) off = d;
    }
    return off;
}

ParameterizedTestParameters(linear, gemm)
{
    static int index[N_PRODUCTS];
    for (int i = 0; i < N_PRODUCTS; i++) index[i] = i;
    return cr_make_param_array(int, index, N_PRODUCTS);
}

ParameterizedTest(int *i, linear, gemm)
{
    const Product *p = &products[*i];
    size_t         count = (size_t)(p->m * p->n);
    threads_set(p->threads);
    test_fill(a, (size_t)(p->m * p->k), 1);
    test_fill(b, (size_t)(p->k * p->n), 2);
    test_fill(want, count, 3);
    real *scratch = scratch_take(MOST);
    for (size_t j = 0; j < MOST; j++) scratch[j] = (real)NAN;
    for (size_t j = 0; j < count; j++) c[j] = p->add ? want[j] : (real)NAN;
    reference(p);
    cpu_gemm(p->ta, p->tb, p->m, p->n, p->k, a, b, (real)p->add, c);
    double off = worst(c, want, count);
    cr_expect(off <= OFF, "product %d is off by %.2e", *i, off);
}

Test(linear, forward_starts_from_bias_and_residual)
{
    enum { ROWS = 37, I = 11, O = 13 };
    real y[ROWS * O], bias[O], residual[ROWS * O];
    test_fill(a, ROWS * I, 1);
    test_fill(b, O * I, 2);
    test_fill(bias, O, 3);
    test_fill(residual, ROWS * O, 4);
    for (int which = 0; which < 4; which++) {
        const real *use_bias = which & 1 ? bias : NULL;
        const real *use_residual = which & 2 ? residual : NULL;
        for (int i = 0; i < ROWS * O; i++)
            want[i] = (which & 1 ? bias[i % O] : 0) + (which & 2 ? residual[i] : 0);
        reference(&(Product){ .tb = 1, .m = ROWS, .n = O, .k = I, .add = 1 });
        cpu_linear_fwd(y, a, b, use_bias, use_residual, ROWS, I, O);
        double off = worst(y, want, ROWS * O);
        cr_expect(off <= OFF, "case %d is off by %.2e", which, off);
        if (!use_residual) continue;
        cpu_linear_fwd(residual, a, b, use_bias, residual, ROWS, I, O); /* over itself */
        cr_expect(!memcmp(residual, y, sizeof y), "case %d over the residual", which);
        test_fill(residual, ROWS * O, 4);
    }
}

Test(linear, columns)
{
    enum { ROWS = 101, COLS = 21 };
    real sum[COLS];
    test_fill(a, ROWS * COLS, 1);
    for (int threads = 1; threads <= 3; threads++) {
        threads_set(threads);
        for (int j = 0; j < COLS; j++) sum[j] = (real)NAN;
        cpu_columns_bwd((Share){ sum, 0 }, a, ROWS, COLS);
        cpu_columns_bwd((Share){ sum, 1 }, a, ROWS, COLS);
        for (int j = 0; j < COLS; j++) {
            double twice = 0;
            for (int i = 0; i < ROWS; i++) twice += 2 * (double)a[i * COLS + j];
            cr_expect(fabs((double)sum[j] - twice) <= OFF, "%d threads, column %d",
                      threads, j);
        }
    }
}

/* A million tenths: a float that adds one by one ends at 100958. */
Test(linear, long_columns_do_not_drift)
{
    enum { ROWS = 1000000 };
    real *x = malloc(ROWS * sizeof *x), sum;
    cr_assert(x);
    for (int i = 0; i < ROWS; i++) x[i] = R(0.1);
    cpu_columns_bwd((Share){ &sum, 0 }, x, ROWS, 1);
    cr_expect(fabs((double)sum - 100000) <= 0.01, "%.3f", (double)sum);
    free(x);
}

Test(linear, same_threads_same_bits)
{
    enum { K = 700, M = 24, N = 40 };
    real again[M * N];
    threads_set(2);
    test_fill(a, K * M, 1);
    test_fill(b, K * N, 2);
    cpu_gemm(1, 0, M, N, K, a, b, 0, c);
    for (int i = 0; i < 5; i++) {
        cpu_gemm(1, 0, M, N, K, a, b, 0, again);
        cr_expect(!memcmp(again, c, sizeof again), "run %d differs", i);
    }
}

/* Every number of rows and vectors that a tile can have, A both ways round. */
Test(linear, tiles)
{
    enum { TERMS = 5 };
    test_fill(a, 64 * TERMS, 1);
    test_fill(b, TERMS * 12 * LANES, 2);
    for (int rows = 1; rows <= 9; rows++)
        for (int vectors = 1; vectors <= 11; vectors++)
            for (int turned = 0; turned < 2; turned++) {
                int cols = vectors * LANES;
                test_fill(want, (size_t)(rows * cols), 3);
                memcpy(c, want, (size_t)(rows * cols) * sizeof *c);
                reference(&(Product){ turned, 0, rows, cols, TERMS, 1, 1 });
                TileA from = turned ? (TileA){ a, 1, (size_t)rows } : (TileA){ a, TERMS, 1 };
                tile_product(c, (size_t)cols, from, b, (size_t)cols, rows, cols, TERMS, true);
                double off = worst(c, want, (size_t)(rows * cols));
                cr_expect(off <= OFF, "%d x %d is off by %.2e", rows, cols, off);
            }
}
