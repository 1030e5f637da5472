/* Convolutions against the obvious loops, in one piece and in several. */
#include "core/base/threads.h"
#include "core/tape/maps.h"
#include "core/tape/ops.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

#ifdef REAL_IS_DOUBLE
static const double OFF = 1e-12;
#else
static const double OFF = 1e-4; /* sums of up to 800 products of normal numbers */
#endif

typedef struct {
    int N, H, W, C, O, k, stride, pad, threads;
} Case;

/* The last two are more than a piece, which is 2^19 values of frames. */
static const Case cases[] = {
    { 2, 7, 5, 3, 4, 3, 1, 1, 1 },   { 1, 6, 9, 2, 35, 3, 1, 1, 2 },
    { 2, 8, 7, 3, 5, 3, 2, 1, 2 },   { 1, 9, 9, 2, 3, 2, 3, 0, 1 },
    { 1, 4, 6, 3, 17, 2, 2, 0, 2 },  { 3, 5, 4, 6, 4, 1, 1, 0, 2 },
    { 1, 3, 3, 2, 3, 5, 1, 2, 2 },   { 1, 5, 4, 70, 20, 3, 1, 0, 3 },
    { 2, 41, 33, 90, 2, 3, 1, 1, 2 }, { 1, 93, 98, 60, 3, 2, 2, 0, 2 },
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* x [N, H, W, C] at (i, j), 0 outside. */
static double pixel(const Tensor *x, int n, int i, int j, int c)
{
    const int *d = x->dim;
    if (i < 0 || j < 0 || i >= d[1] || j >= d[2]) return 0;
    return (double)x->data[((n * d[1] + i) * d[2] + j) * d[3] + c];
}

static double filter(const Tensor *w, int o, int c, int u, int v)
{
    const int *d = w->dim;
    return (double)w->data[((o * d[1] + c) * d[2] + u) * d[3] + v];
}

/* The greater of off and |by|; NaN is kept. */
static double worse(double off, double by) { return fabs(by) <= off ? off : fabs(by); }

static double worst_conv(const Tensor *y, const Tensor *x, const Tensor *w,
                         const Tensor *b, int stride, int pad)
{
    double off = 0;
    for (size_t q = 0; q < tensor_count(y); q++) {
        int    o = (int)q % y->dim[3], p = (int)q / y->dim[3];
        int    j = p % y->dim[2], i = p / y->dim[2] % y->dim[1];
        int    n = p / y->dim[2] / y->dim[1];
        double sum = b ? (double)b->data[o] : 0;
        for (int c = 0; c < w->dim[1]; c++)
            for (int u = 0; u < w->dim[2]; u++)
                for (int v = 0; v < w->dim[3]; v++)
                    sum += pixel(x, n, i * stride + u - pad, j * stride + v - pad, c) *
                           filter(w, o, c, u, v);
        off = worse(off, (double)y->data[q] - sum);
    }
    return off;
}

static Tensor *leaf(Arena *a, int rank, const int *dim, uint64_t stream)
{
    Tensor *x = tensor_new(a, a, rank, dim, true);
    test_fill(x->data, tensor_count(x), stream);
    return x;
}

static double dot(const real *a, const real *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

static double length(const real *a, size_t n) { return sqrt(dot(a, a, n)); }

ParameterizedTestParameters(conv, forwards_and_back)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

/* A convolution is linear in its map and in its filters, so that with y less the bias
 * <dy, y> = <dx, x> = <dw, w>: what gradients must be, whatever the size. */
ParameterizedTest(int *which, conv, forwards_and_back)
{
    const Case *c = &cases[*which];
    Tape        t;
    Arena       leaves;
    threads_set(c->threads);
    tape_open(&t, test_backend());
    arena_open(&leaves, "leaves", NULL, NULL);
    Tensor *x = leaf(&leaves, 4, (int[]){ c->N, c->H, c->W, c->C }, 1);
    Tensor *w = leaf(&leaves, 4, (int[]){ c->O, c->C, c->k, c->k }, 2);
    Tensor *b = leaf(&leaves, 1, &c->O, 3);

    Tensor *y = op_conv(&t, x, w, b, c->stride, c->pad);
    double  off = worst_conv(y, x, w, b, c->stride, c->pad);
    cr_expect(off <= OFF, "case %d with bias is off by %.2e", *which, off);
    y = op_conv(&t, x, w, NULL, c->stride, c->pad);
    off = worst_conv(y, x, w, NULL, c->stride, c->pad);
    cr_expect(off <= OFF, "case %d is off by %.2e", *which, off);

    Tensor *dy = test_constant(&t, 4, y->dim, 4);
    size_t  n = tensor_count(y), nx = tensor_count(x), nw = tensor_count(w);
    double  want = dot(dy->data, y->data, n);
    double  size = length(dy->data, n) * length(y->data, n);
    tape_backward(&t, op_dot(&t, y, dy));
    double by_x = dot(x->grad, x->data, nx), by_w = dot(w->grad, w->data, nw);
    cr_expect(fabs(by_x - want) <= OFF * size, "case %d: dx %g, %g", *which, by_x, want);
    cr_expect(fabs(by_w - want) <= OFF * size, "case %d: dw %g, %g", *which, by_w, want);
    arena_close(&leaves);
    tape_close(&t);
}

/* Turning and turning back is the identity, and turning by 180 degrees what it says. */
Test(conv, filters)
{
    enum { O = 19, C = 3, K = 2, ALL = O * C * K * K };
    const Backend *be = test_backend();
    real           w[ALL], turned[ALL], back[ALL], again[ALL];
    test_fill(w, ALL, 1);
    test_fill(again, ALL, 2);
    be->filters_turn(turned, w, O, C, K, 0);
    be->filters_bwd((Share){ back, 0 }, turned, O, C, K);
    cr_expect(!memcmp(back, w, sizeof w));
    be->filters_bwd((Share){ again, 1 }, turned, O, C, K);
    test_fill(back, ALL, 2);
    for (int i = 0; i < ALL; i++) cr_expect(again[i] == back[i] + w[i]);
    be->filters_turn(back, w, O, C, K, 1);
    for (int o = 0; o < O; o++)
        for (int c = 0; c < C; c++)
            for (int q = 0; q < K * K; q++) {
                cr_expect(turned[(o * K * K + q) * C + c] == w[(o * C + c) * K * K + q]);
                cr_expect(back[(c * K * K + K * K - 1 - q) * O + o] ==
                          w[(o * C + c) * K * K + q]);
            }
}

/* y_(2i+u)(2j+v)o = b_o + sum_c x_ijc w_couv, in several pieces. */
Test(conv, transposed)
{
    enum { N = 1, H = 130, W = 140, C = 5, O = 32 };
    Tape t;
    threads_set(2);
    tape_open(&t, test_backend());
    Tensor *x = test_constant(&t, 4, (int[]){ N, H, W, C }, 1);
    Tensor *w = test_constant(&t, 4, (int[]){ C, O, 2, 2 }, 2);
    Tensor *b = test_constant(&t, 1, (int[]){ O }, 3), *y = op_deconv(&t, x, w, b);
    double  off = 0;
    for (int i = 0; i < 2 * H; i++)
        for (int j = 0; j < 2 * W; j++)
            for (int o = 0; o < O; o++) {
                double sum = (double)b->data[o];
                for (int c = 0; c < C; c++)
                    sum += pixel(x, 0, i / 2, j / 2, c) * filter(w, c, o, i % 2, j % 2);
                off = worse(off, pixel(y, 0, i, j, o) - sum);
            }
    cr_expect(off <= OFF, "off by %.2e", off);
    tape_close(&t);
}

Test(conv, same_threads_same_bits)
{
    enum { H = 24, W = 20, C = 24, O = 33 };
    Tape  t;
    Arena leaves;
    real  was[O * C * 9];
    threads_set(2);
    tape_open(&t, test_backend());
    arena_open(&leaves, "leaves", NULL, NULL);
    Tensor *x = leaf(&leaves, 4, (int[]){ 2, H, W, C }, 1);
    Tensor *w = leaf(&leaves, 4, (int[]){ O, C, 3, 3 }, 2);
    for (int run = 0; run < 4; run++) {
        Tensor *y = op_conv(&t, x, w, NULL, 1, 1);
        w->has_grad = x->has_grad = false;
        tape_backward(&t, op_dot(&t, y, test_constant(&t, 4, y->dim, 4)));
        if (run)
            cr_expect(!memcmp(was, w->grad, sizeof was), "run %d differs", run);
        else
            memcpy(was, w->grad, sizeof was);
        tape_reset(&t);
    }
    arena_close(&leaves);
    tape_close(&t);
}
