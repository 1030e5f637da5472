/* The kernels of detection and segmentation against PyTorch and torchvision, as
 * golden/dense.py has them, and against the formulas, one number at a time. */
#include "core/tape/dense.h"
#include "core/train/safetensors.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double NEAR = 2e-5; /* what is expected is rounded to floats */

typedef struct {
    Safetensors file;
    Arena       host, values;
    Tape        tape;
} Golden;

static void golden_open(Golden *g)
{
    Err err;
    cr_assert(!safetensors_open(&g->file, "tests/golden/dense.safetensors", &err), "%s",
              err.text);
    tape_open(&g->tape, test_backend());
    arena_open(&g->host, "golden", NULL, NULL);
    arena_open(&g->values, "golden values", g->tape.be->alloc, g->tape.be->release);
}

static void golden_close(Golden *g)
{
    arena_close(&g->values);
    arena_close(&g->host);
    tape_close(&g->tape);
    safetensors_close(&g->file);
}

/* A leaf with the values of the file. */
static Tensor *leaf(Golden *g, const char *name)
{
    Err               err;
    const SafeTensor *x = safetensors_find(&g->file, name);
    cr_assert(x, "no %s", name);
    int dim[MAX_RANK];
    for (int i = 0; i < x->rank; i++) dim[i] = (int)x->dim[i];
    Tensor *y = tensor_new(&g->host, &g->values, x->rank, dim, true);
    cr_assert(!safetensors_read(&g->file, x, y->data, &err), "%s", err.text);
    return y;
}

static const int *whole(Golden *g, const char *name)
{
    const Tensor *x = leaf(g, name);
    int          *y = ARENA_NEW(&g->host, int, tensor_count(x));
    for (size_t i = 0; i < tensor_count(x); i++) y[i] = (int)x->data[i];
    return y;
}

static void expect(Golden *g, const char *name, const real *got)
{
    const Tensor *want = leaf(g, name);
    double        worst = 0;
    for (size_t i = 0; i < tensor_count(want); i++) {
        double off = fabs((double)got[i] - (double)want->data[i]) /
                     (1 + fabs((double)want->data[i]));
        if (!(off <= worst)) worst = off;
    }
    cr_expect(worst <= NEAR, "%s: off by %.2e", name, worst);
}

/* As dense.py recorded it: NAME_y, and with NAME_dy the gradients of its inputs. */
static void expect_op(Golden *g, const char *name, Tensor *y, Tensor *const *x,
                      const char *const *what)
{
    char key[64];
    snprintf(key, sizeof key, "%s_y", name);
    expect(g, key, y->data);
    snprintf(key, sizeof key, "%s_dy", name);
    Tensor *dy = leaf(g, key);
    dy->wants_grad = false;
    tape_backward(&g->tape, op_dot(&g->tape, y, dy));
    for (; *what; what++, x++) {
        snprintf(key, sizeof key, "%s_d%s", name, *what);
        expect(g, key, (*x)->grad);
    }
}

Test(dense_kernels, regions)
{
    Golden g;
    golden_open(&g);
    Tensor    *x = leaf(&g, "roi_x");
    const Rois r = { leaf(&g, "roi_box")->dim[0], whole(&g, "roi_image"),
                     leaf(&g, "roi_box")->data, NULL };
    for (int size = 2; size <= 7; size += 5) {
        char key[32];
        Tensor *y = op_roi_align(&g.tape, &x, (double[]){ 0.25 }, 1, &r, size);
        snprintf(key, sizeof key, "roi_y%d", size);
        expect(&g, key, y->data);
        snprintf(key, sizeof key, "roi_dy%d", size);
        Tensor *dy = leaf(&g, key);
        dy->wants_grad = x->has_grad = false;
        tape_backward(&g.tape, op_dot(&g.tape, y, dy));
        snprintf(key, sizeof key, "roi_dx%d", size);
        expect(&g, key, x->grad);
    }
    golden_close(&g);
}

Test(dense_kernels, attention_along_axes)
{
    Golden g;
    golden_open(&g);
    Tensor *x[] = { leaf(&g, "relative_qkv"), leaf(&g, "relative_rows"),
                    leaf(&g, "relative_cols") };
    Tensor *y = op_relative_attention(&g.tape, x[0], 2, 3, 4, x[1], x[2]);
    expect_op(&g, "relative", y, x, (const char *const[]){ "qkv", "rows", "cols", NULL });
    golden_close(&g);
}

Test(dense_kernels, attention_by_a_table)
{
    Golden g;
    golden_open(&g);
    Tensor *x[] = { leaf(&g, "table_qkv"), leaf(&g, "table_table") };
    Tensor *y = op_table_attention(&g.tape, x[0], 2, 3, 4, x[1]);
    expect_op(&g, "table", y, x, (const char *const[]){ "qkv", "table", NULL });
    golden_close(&g);
}

Test(dense_kernels, losses)
{
    Golden g;
    golden_open(&g);
    Tensor *x = leaf(&g, "label_x");
    Tensor *loss = op_label_cross_entropy(&g.tape, x, whole(&g, "label"), 255, 6);
    expect(&g, "label_loss", loss->data);
    tape_backward(&g.tape, loss);
    expect(&g, "label_dx", x->grad);

    const Targets y = { 7, (int[]){ 0, 1, 2, 3, 4, 5, 6 }, leaf(&g, "value")->data };
    for (int i = 0; i < 3; i++) {
        static const char *const key[3][2] = { { "sigmoid_loss", "sigmoid_dx" },
                                               { "l1_loss", "l1_dx" },
                                               { "smooth_loss", "smooth_dx" } };
        x = leaf(&g, "value_x");
        loss = i == 0 ? op_sigmoid_cross_entropy(&g.tape, x, &y, 1)
                      : op_smooth_l1(&g.tape, x, &y, i == 1 ? 0 : 0.6, 1);
        expect(&g, key[i][0], loss->data);
        tape_backward(&g.tape, loss);
        expect(&g, key[i][1], x->grad);
    }
    golden_close(&g);
}

/* --- against the formulas ------------------------------------------------- */

typedef struct {
    int N, rows, cols, D, H;
    bool class_token; /* for the table only */
} Case;

/* One token; a row; windows as published; more tokens than a block of queries. */
static const Case cases[] = {
    { 2, 1, 1, 4, 2, true },   { 1, 1, 7, 6, 2, true },  { 2, 14, 14, 64, 1, false },
    { 1, 8, 8, 48, 3, true }, { 1, 17, 13, 34, 2, true }, { 1, 5, 20, 8, 1, false },
};
enum { N_CASES = sizeof cases / sizeof *cases };

static double dot(const real *a, const real *b, int d)
{
    double sum = 0;
    for (int c = 0; c < d; c++) sum += (double)a[c] * (double)b[c];
    return sum;
}

/* What is added for query i and key j of head h: along the axes, or by the table. */
static double added(const Case *c, const real *q, const Tensor *const *x, int h, int i,
                    int j)
{
    int d = c->D / c->H, count = (2 * c->rows - 1) * (2 * c->cols - 1);
    if (!x[1]) {
        int class_token = x[0]->dim[0] > count;
        if (class_token && i == 0)
            return (double)x[0]->data[(count + (j ? 0 : 2)) * c->H + h];
        if (class_token && j == 0) return (double)x[0]->data[(count + 1) * c->H + h];
        i -= class_token, j -= class_token;
    }
    int down = i / c->cols - j / c->cols + c->rows - 1;
    int right = i % c->cols - j % c->cols + c->cols - 1;
    if (!x[1]) return (double)x[0]->data[(down * (2 * c->cols - 1) + right) * c->H + h];
    return dot(q, x[0]->data + down * d, d) + dot(q, x[1]->data + right * d, d);
}

/* The worst of y [N, T, D]. */
static double attention_off(const Case *c, const Tensor *y, const Tensor *qkv,
                            const Tensor *const *x)
{
    int     T = qkv->dim[1], d = c->D / c->H;
    double *p = malloc((size_t)T * sizeof *p), worst = 0;
    for (int n = 0; n < c->N; n++)
        for (int h = 0; h < c->H; h++)
            for (int i = 0; i < T; i++) {
                const real *image =
                    qkv->data + (size_t)n * (size_t)(T * 3 * c->D) + h * d;
                const real *q = image + i * 3 * c->D;
                double      sum = 0;
                for (int j = 0; j < T; j++) {
                    double s = dot(q, image + j * 3 * c->D + c->D, d) / sqrt((double)d);
                    p[j] = exp(s + added(c, q, x, h, i, j));
                    sum += p[j];
                }
                for (int k = 0; k < d; k++) {
                    double want = 0;
                    for (int j = 0; j < T; j++)
                        want += p[j] / sum * (double)image[j * 3 * c->D + 2 * c->D + k];
                    double got = (double)y->data[(n * T + i) * c->D + h * d + k];
                    double off = fabs(got - want);
                    if (!(off <= worst)) worst = off;
                }
            }
    free(p);
    return worst;
}

ParameterizedTestParameters(dense_kernels, attention_is_the_formula)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTest(int *which, dense_kernels, attention_is_the_formula)
{
    const Case *c = &cases[*which];
    int         T = c->rows * c->cols, d = c->D / c->H, H = c->H;
    int         down = 2 * c->rows - 1, right = 2 * c->cols - 1;
    Tape        t;
    tape_open(&t, test_backend());
    Tensor *qkv = test_constant(&t, 3, (int[]){ c->N, T, 3 * c->D }, 1);
    Tensor *rows = test_constant(&t, 2, (int[]){ down, d }, 2);
    Tensor *cols = test_constant(&t, 2, (int[]){ right, d }, 3);
    Tensor *y = op_relative_attention(&t, qkv, H, c->rows, c->cols, rows, cols);
    double  off = attention_off(c, y, qkv, (const Tensor *const[]){ rows, cols });
    cr_expect(off <= NEAR, "along axes, %d x %d: off by %.2e", c->rows, c->cols, off);

    T += c->class_token;
    qkv = test_constant(&t, 3, (int[]){ c->N, T, 3 * c->D }, 4);
    Tensor *table =
        test_constant(&t, 2, (int[]){ down * right + 3 * c->class_token, H }, 5);
    y = op_table_attention(&t, qkv, H, c->rows, c->cols, table);
    off = attention_off(c, y, qkv, (const Tensor *const[]){ table, NULL });
    cr_expect(off <= NEAR, "by a table, %d x %d: off by %.2e", c->rows, c->cols, off);
    tape_close(&t);
}

/* A window's cell is the map's, or zero beyond it; and back every cell is its own. */
Test(dense_kernels, windows)
{
    enum { N = 2, ROWS = 5, COLS = 7, D = 3, S = 3, DOWN = 2, ACROSS = 3 };
    Tape t;
    tape_open(&t, test_backend());
    Tensor *x = test_constant(&t, 4, (int[]){ N, ROWS, COLS, D }, 6);
    Tensor *y = op_to_windows(&t, x, S), *z = op_from_windows(&t, y, ROWS, COLS);
    cr_assert(y->dim[0] == N * DOWN * ACROSS && y->dim[1] == S * S && y->dim[2] == D);
    for (int i = 0; i < N * DOWN * ACROSS * S * S; i++) {
        int n = i / (DOWN * ACROSS * S * S), window = i / (S * S) % (DOWN * ACROSS);
        int r = window / ACROSS * S + i / S % S, q = window % ACROSS * S + i % S;
        for (int c = 0; c < D; c++) {
            bool inside = r < ROWS && q < COLS;
            real want = inside ? x->data[((n * ROWS + r) * COLS + q) * D + c] : 0;
            cr_expect(y->data[i * D + c] == want, "image %d, row %d, column %d", n, r, q);
        }
    }
    for (size_t i = 0; i < tensor_count(x); i++) cr_expect(z->data[i] == x->data[i]);
    tape_close(&t);
}
