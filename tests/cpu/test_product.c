/* Our own products against the obvious loops, to the bit: of small whole numbers all
 * sums are exact in any order. */
#include "core/base/rng.h"
#include "core/base/threads.h"
#include "core/cpu/product.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PADDING = 3 };
static const real UNTOUCHED = 77;

/* Memory that ends with the last value, so that the sanitizers see who reads on. */
typedef struct {
    int   rows, cols, ld;
    real *at;
} Matrix;

static Matrix matrix_of(int rows, int cols, int padding, real between, uint64_t stream)
{
    Matrix m = { rows, cols, cols + padding, NULL };
    size_t size = (size_t)(rows - 1) * (size_t)m.ld + (size_t)cols;
    Rng    rng = rng_at(5, STREAM_MASK, 0, stream);
    m.at = malloc(size * sizeof *m.at);
    cr_assert(m.at);
    for (size_t i = 0; i < size; i++)
        m.at[i] = (int)(i % (size_t)m.ld) < cols ? (real)((int)rng_below(&rng, 7) - 3)
                                                 : between;
    return m;
}

static Matrix matrix_new(int rows, int cols, real between, uint64_t stream)
{
    return matrix_of(rows, cols, PADDING, between, stream);
}

static real value(Matrix m, int i, int j) { return m.at[(size_t)i * (size_t)m.ld + (size_t)j]; }

typedef struct {
    int  ta, tb, m, n, k;
    real beta;
} Case;

/* How many values of C, or between its rows, are not what they should be. */
static int wrong_values(Case p)
{
    Matrix a = matrix_new(p.ta ? p.k : p.m, p.ta ? p.m : p.k, (real)NAN, 1);
    Matrix b = matrix_new(p.tb ? p.n : p.k, p.tb ? p.k : p.n, (real)NAN, 2);
    Matrix c = matrix_new(p.m, p.n, UNTOUCHED, 3), was = matrix_new(p.m, p.n, UNTOUCHED, 3);
    for (int i = 0; p.beta == 0 && i < p.m; i++)
        for (int j = 0; j < p.n; j++) c.at[i * c.ld + j] = (real)NAN;
    product(p.ta, p.tb, p.m, p.n, p.k, a.at, a.ld, b.at, b.ld, p.beta, c.at, c.ld);

    int wrong = 0;
    for (int i = 0; i < p.m; i++) {
        for (int j = 0; j < p.n; j++) {
            real sum = p.beta * value(was, i, j);
            for (int k = 0; k < p.k; k++)
                sum += (p.ta ? value(a, k, i) : value(a, i, k)) *
                       (p.tb ? value(b, j, k) : value(b, k, j));
            wrong += !(value(c, i, j) == sum);
        }
        for (int j = p.n; i + 1 < p.m && j < c.ld; j++) wrong += value(c, i, j) != UNTOUCHED;
    }
    free(a.at), free(b.at), free(c.at), free(was.at);
    return wrong;
}

static void expect_right(Case p)
{
    int wrong = wrong_values(p);
    cr_expect(wrong == 0, "%d%d %d x %d x %d, beta %g: %d values are wrong", p.ta, p.tb, p.m,
              p.n, p.k, (double)p.beta, wrong);
}

ParameterizedTestParameters(product, sizes_around_a_tile)
{
    static int ways[] = { 0, 1, 2, 3 };
    return cr_make_param_array(int, ways, 4);
}

/* Rows, columns and terms of a tile on every machine, one less and one more. */
ParameterizedTest(int *way, product, sizes_around_a_tile)
{
    static const int  ms[] = { 1, 2, 5, 6, 7, 11, 12, 13, 25 };
    static const int  ns[] = { 1, 3, 4, 5, 8, 9, 15, 16, 17, 31, 32, 33, 48, 65 };
    static const int  ks[] = { 1, 7, 8, 9, 33 };
    static const real betas[] = { 0, 1, R(0.5) };
    threads_set(1);
    for (size_t m = 0; m < sizeof ms / sizeof *ms; m++)
        for (size_t n = 0; n < sizeof ns / sizeof *ns; n++)
            for (size_t k = 0; k < sizeof ks / sizeof *ks; k++)
                expect_right((Case){ *way & 1, *way >> 1, ms[m], ns[n], ks[k],
                                     betas[(m + n + k) % 3] });
}

ParameterizedTestParameters(product, sizes_around_a_block)
{
    static int ways[] = { 0, 1, 2, 3 };
    return cr_make_param_array(int, ways, 4);
}

/* More terms than are packed at a time, and more rows of them. */
ParameterizedTest(int *way, product, sizes_around_a_block)
{
    static const Case cases[] = {
        { 0, 0, 13, 33, 511, 0 },  { 0, 0, 12, 40, 512, 1 },   { 0, 0, 7, 32, 513, 0 },
        { 0, 0, 340, 21, 512, 1 }, { 0, 0, 700, 40, 1030, 0 }, { 0, 0, 5, 300, 1, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Case p = cases[i];
        p.ta = *way & 1, p.tb = *way >> 1;
        threads_set(1);
        expect_right(p);
    }
}

/* A start of its own, none, or what is there; each with a bias and without. */
static void expect_right_from(int m, int n, int k)
{
    Matrix a = matrix_of(m, k, 0, 0, 1), b = matrix_of(n, k, 0, 0, 2);
    Matrix c = matrix_of(m, n, 0, 0, 3), start = matrix_of(m, n, 0, 0, 4);
    Matrix bias = matrix_of(1, n, 0, 0, 5);
    for (int way = 0; way < 6; way++) {
        real *from = way / 2 == 0 ? NULL : way / 2 == 1 ? start.at : c.at;
        real *line = way % 2 ? bias.at : NULL;
        for (int i = 0; i < m * n; i++) c.at[i] = way / 2 == 2 ? start.at[i] : (real)NAN;
        product_from(m, n, k, a.at, b.at, from, line, c.at);
        int wrong = 0;
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++) {
                real sum = (from ? start.at[i * n + j] : 0) + (line ? line[j] : 0);
                for (int l = 0; l < k; l++) sum += a.at[i * k + l] * b.at[j * k + l];
                wrong += !(c.at[i * n + j] == sum);
            }
        cr_expect(wrong == 0, "%d x %d x %d, way %d: %d values", m, n, k, way, wrong);
    }
    free(a.at), free(b.at), free(c.at), free(start.at), free(bias.at);
}

Test(product, starts_from_something)
{
    static const int sizes[][3] = { { 1, 1, 1 },    { 13, 33, 8 },  { 12, 64, 96 },
                                    { 40, 17, 513 }, { 31, 90, 20 }, { 340, 40, 1030 } };
    for (int threads = 1; threads <= 3; threads++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            threads_set(threads);
            expect_right_from(sizes[i][0], sizes[i][1], sizes[i][2]);
        }
}

/* By rows and by columns, also with nothing to do for some. */
Test(product, is_shared_among_threads)
{
    static const int sizes[][3] = { { 1, 1, 5 }, { 2, 40, 9 }, { 90, 33, 70 }, { 33, 90, 70 } };
    for (int threads = 2; threads <= 3; threads++)
        for (int way = 0; way < 4; way++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                threads_set(threads);
                expect_right((Case){ way & 1, way >> 1, sizes[i][0], sizes[i][1],
                                     sizes[i][2], (real)(way % 2) });
            }
}

Test(product, of_no_terms_is_what_beta_leaves)
{
    real c[2][3] = { { 2, 4, UNTOUCHED }, { 6, 8, UNTOUCHED } }, x = 1;
    product(0, 0, 2, 2, 0, &x, 1, &x, 2, R(0.5), &c[0][0], 3);
    cr_expect(c[0][0] == 1 && c[0][1] == 2 && c[1][0] == 3 && c[1][1] == 4);
    product(0, 0, 2, 2, 0, &x, 1, &x, 2, 0, &c[0][0], 3);
    cr_expect(c[0][0] == 0 && c[1][1] == 0 && c[0][2] == UNTOUCHED);
}

/* What is not a number stays in its row and its column. */
Test(product, spreads_no_nan)
{
    enum { M = 14, N = 35, K = 20 };
    real a[M * K], b[K * N], c[M * N];
    for (int i = 0; i < M * K; i++) a[i] = 1;
    for (int i = 0; i < K * N; i++) b[i] = 1;
    a[13 * K + 3] = (real)NAN;
    b[5 * N + 34] = (real)NAN;
    product(0, 0, M, N, K, a, K, b, N, 0, c, N);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++)
            cr_expect(i == 13 || j == 34 ? isnan(c[i * N + j]) : c[i * N + j] == K,
                      "%d, %d", i, j);
}
