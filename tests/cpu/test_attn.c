/* Attention against the formula, one number at a time in double. */
#include "core/base/threads.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

#ifdef REAL_IS_DOUBLE
static const double OFF = 1e-12;
#else
static const double OFF = 1e-5; /* measured 2e-6 */
#endif

typedef struct {
    int N, T, D, H;
} Case;

/* One token and one head; heads narrower than a vector, as wide, between; the
 * presets' own; more tokens than a block holds. */
static const Case cases[] = {
    { 1, 1, 3, 1 },   { 2, 2, 4, 4 },   { 3, 13, 64, 4 },  { 2, 50, 48, 4 },
    { 1, 17, 192, 3 }, { 1, 65, 96, 3 }, { 1, 72, 8, 1 },  { 1, 73, 20, 2 },
    { 1, 197, 32, 1 }, { 1, 150, 34, 2 },
};
enum { N_CASES = sizeof cases / sizeof *cases };

static double dot(const real *a, const real *b, int d)
{
    double sum = 0;
    for (int c = 0; c < d; c++) sum += (double)a[c] * (double)b[c];
    return sum;
}

/* p[j]: how much query i of head h attends to key j, keys from `first` on. */
static void attend(double *p, const real *qkv, const Case *c, int n, int h, int i, int first)
{
    int         d = c->D / c->H;
    const real *image = qkv + (size_t)n * (size_t)(c->T * 3 * c->D) + h * d;
    double      sum = 0;
    for (int j = first; j < c->T; j++) {
        p[j] = exp(dot(image + i * 3 * c->D, image + j * 3 * c->D + c->D, d) /
                   sqrt((double)d));
        sum += p[j];
    }
    for (int j = first; j < c->T; j++) p[j] /= sum;
}

/* What M rows of each image find, [N, M, D]. */
static Tensor *found(Tape *t, Tensor *qkv, int H, int M)
{
    int     N = qkv->dim[0], T = qkv->dim[1], D = qkv->dim[2] / 3;
    Tensor *y = tape_constant(t, 3, (int[]){ N, M, D });
    t->be->attention_fwd(y->data, NULL, qkv->data, N, T, M, D, H);
    return y;
}

static struct criterion_test_params all_cases(void)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTestParameters(attn, forward) { return all_cases(); }
ParameterizedTest(int *which, attn, forward)
{
    const Case *c = &cases[*which];
    Tape        t;
    double      p[256], worst = 0;
    tape_open(&t, test_backend());
    Tensor *qkv = test_constant(&t, 3, (int[]){ c->N, c->T, 3 * c->D }, 1);
    Tensor *y = found(&t, qkv, c->H, c->T);
    int     d = c->D / c->H;
    for (int n = 0; n < c->N; n++)
        for (int h = 0; h < c->H; h++)
            for (int i = 0; i < c->T; i++) {
                attend(p, qkv->data, c, n, h, i, 0);
                for (int k = h * d; k < (h + 1) * d; k++) {
                    double want = 0;
                    for (int j = 0; j < c->T; j++)
                        want += p[j] * (double)qkv->data[((size_t)(n * c->T + j) * 3 + 2) *
                                                             (size_t)c->D +
                                                         (size_t)k];
                    double off = fabs((double)y->data[(n * c->T + i) * c->D + k] - want);
                    if (!(off <= worst)) worst = off;
                }
            }
    cr_expect(worst <= OFF, "T %d D %d H %d: off by %.2e", c->T, c->D, c->H, worst);
    tape_close(&t);
}

/* Rows that ask get the answers they get among all. */
ParameterizedTestParameters(attn, last) { return all_cases(); }
ParameterizedTest(int *which, attn, last)
{
    const Case *c = &cases[*which];
    int         M = (3 * c->T + 3) / 4, all = c->T * c->D, from = (c->T - M) * c->D;
    Tape        t;
    double      worst = 0;
    tape_open(&t, test_backend());
    Tensor     *qkv = test_constant(&t, 3, (int[]){ c->N, c->T, 3 * c->D }, 1);
    const real *y = found(&t, qkv, c->H, c->T)->data;
    Tensor     *last = found(&t, qkv, c->H, M);
    for (int n = 0; n < c->N; n++)
        for (int i = 0; i < M * c->D; i++) {
            double off = fabs((double)last->data[n * M * c->D + i] -
                              (double)y[n * all + from + i]);
            if (!(off <= worst)) worst = off;
        }
    cr_expect(worst <= OFF, "%d of %d rows: off by %.2e", M, c->T, worst);
    tape_close(&t);
}

/* Going back, the result comes again, in place of its gradient or not, and gradients are
 * the same in place of qkv. */
ParameterizedTestParameters(attn, again) { return all_cases(); }
ParameterizedTest(int *which, attn, again)
{
    const Case *c = &cases[*which];
    int         N = c->N, T = c->T, D = c->D, H = c->H, M = (3 * T + 3) / 4;
    Tape        t;
    double      worst = 0;
    tape_open(&t, test_backend());
    Tensor *qkv = test_constant(&t, 3, (int[]){ N, T, 3 * D }, 1);
    Tensor *y = tape_constant(&t, 3, (int[]){ N, M, D });
    Tensor *aside = tape_constant(&t, 3, y->dim), *dy = test_constant(&t, 3, y->dim, 2);
    Tensor *dqkv = tape_constant(&t, 3, qkv->dim);
    Tensor *lse = tape_constant(&t, 3, (int[]){ N, H, M });
    size_t  n = tensor_count(qkv), m = tensor_count(y);
    t.be->attention_fwd(y->data, lse->data, qkv->data, N, T, M, D, H);
    Share share = { dqkv->data, 0 };
    t.be->attention_bwd(share, aside->data, dy->data, qkv->data, lse->data, N, T, M, D, H);
    for (size_t i = 0; i < m; i++) {
        double off = fabs((double)aside->data[i] - (double)y->data[i]);
        if (!(off <= worst)) worst = off;
    }
    cr_expect(worst <= OFF, "off by %.2e", worst);
    share.at = qkv->data;
    t.be->attention_bwd(share, dy->data, dy->data, qkv->data, lse->data, N, T, M, D, H);
    cr_expect(!memcmp(dy->data, aside->data, m * sizeof *y->data), "in place of dy");
    cr_expect(!memcmp(qkv->data, dqkv->data, n * sizeof *y->data), "in place of qkv");
    tape_close(&t);
}

/* op gives a row for each of so many queries from `first` on: its attention to patches,
 * while it attends to keys from `first` on. */
static void check_map(const Case *c, Tensor *(*op)(Tape *t, Tensor *qkv, int H), int first,
                      int queries)
{
    Tape   t;
    double p[256], worst = 0;
    int    L = c->T - 1;
    tape_open(&t, test_backend());
    Tensor *qkv = test_constant(&t, 3, (int[]){ c->N, c->T, 3 * c->D }, 1);
    Tensor *map = op(&t, qkv, c->H);
    cr_expect(map->dim[0] == c->N && map->dim[1] == c->H && map->dim[map->rank - 1] == L);
    cr_assert(tensor_count(map) == (size_t)(c->N * c->H * queries * L));
    const real *row = map->data;
    for (int n = 0; n < c->N; n++)
        for (int h = 0; h < c->H; h++)
            for (int i = first; i < first + queries; i++, row += L) {
                double sum = 0;
                attend(p, qkv->data, c, n, h, i, first);
                for (int j = 0; j < L; j++) {
                    double off = fabs((double)row[j] - p[j + 1]);
                    if (!(off <= worst)) worst = off;
                    sum += (double)row[j];
                }
                cr_expect(fabs(sum - (first ? 1 : 1 - p[0])) <= OFF, "a row sums to %.9f", sum);
            }
    cr_expect(worst <= OFF, "T %d D %d H %d: off by %.2e", c->T, c->D, c->H, worst);
    tape_close(&t);
}

ParameterizedTestParameters(attn, map) { return all_cases(); }
ParameterizedTest(int *which, attn, map)
{
    const Case *c = &cases[*which];
    if (c->T > 1) check_map(c, op_attention_map, 1, c->T - 1);
}

ParameterizedTestParameters(attn, class_attention) { return all_cases(); }
ParameterizedTest(int *which, attn, class_attention)
{
    const Case *c = &cases[*which];
    if (c->T > 1) check_map(c, op_class_attention, 0, 1);
}

/* Scores of a thousand, and equal ones: no overflow, no NaN. */
Test(attn, large_scores)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *qkv = test_constant(&t, 3, (int[]){ 1, 20, 3 * 16 }, 1);
    for (size_t i = 0; i < tensor_count(qkv); i++) qkv->data[i] *= 100;
    const real *y = found(&t, qkv, 2, 20)->data;
    for (int i = 0; i < 20 * 16; i++) cr_expect(isfinite(y[i]), "[%d]", i);
    tape_close(&t);
}

/* A head sees its own columns only, so its result cannot depend on others. */
Test(attn, threads_do_not_change_bits)
{
    Tape   t;
    Arena  host, values;
    real   first[2 * 19 * 36], grad[2 * 19 * 36];
    tape_open(&t, test_backend());
    arena_open(&host, "test", NULL, NULL);
    arena_open(&values, "test values", t.be->alloc, t.be->release);
    Tensor *qkv = tensor_new(&host, &values, 3, (int[]){ 2, 19, 36 }, true);
    test_fill(qkv->data, tensor_count(qkv), 1);
    Tensor *w = tensor_new(&host, &values, 2, (int[]){ 12, 12 }, false);
    test_fill(w->data, tensor_count(w), 3);
    for (int threads = 1; threads <= 3; threads++) {
        threads_set(threads);
        Tensor *y = op_attention_linear_add(&t, qkv, 3, 19, w, NULL, NULL);
        tape_backward(&t, op_dot(&t, y, test_constant(&t, 3, y->dim, 2)));
        if (threads == 1) t.be->read(first, qkv->grad, 2 * 19 * 36);
        t.be->read(grad, qkv->grad, 2 * 19 * 36);
        cr_expect(!memcmp(first, grad, sizeof grad), "%d threads", threads);
        qkv->has_grad = false;
        tape_reset(&t);
    }
    arena_close(&values);
    arena_close(&host);
    tape_close(&t);
}
