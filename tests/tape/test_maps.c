/* Every op on maps against finite differences, and against PyTorch's: golden/maps.py. */
#include "core/tape/maps.h"
#include "core/train/safetensors.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>

#define GOLDEN "tests/golden/maps.safetensors"

#define OP(name, call) \
    static Tensor *name(Tape *t, Tensor *const *x) { return call; }

OP(conv, op_conv(t, x[0], x[1], x[2], 1, 1))
OP(conv_bare, op_conv(t, x[0], x[1], NULL, 1, 0))
OP(conv_wide, op_conv(t, x[0], x[1], NULL, 1, 3))
OP(conv_strided, op_conv(t, x[0], x[1], x[2], 2, 1))
OP(conv_sparse, op_conv(t, x[0], x[1], NULL, 3, 0))
OP(conv_tiled, op_conv(t, x[0], x[1], x[2], 2, 0))
OP(conv_pixel, op_conv(t, x[0], x[1], x[2], 1, 0))
OP(deconv, op_deconv(t, x[0], x[1], x[2]))
OP(deconv_bare, op_deconv(t, x[0], x[1], NULL))
OP(group_norm, op_group_norm(t, x[0], x[1], x[2], 2))
OP(group_norm_1, op_group_norm(t, x[0], x[1], x[2], 1))
OP(relu, op_relu(t, x[0]))
OP(max_pool, op_max_pool(t, x[0], 2, 2))
OP(max_pool_overlapping, op_max_pool(t, x[0], 3, 2))
OP(max_pool_of_one, op_max_pool(t, x[0], 1, 2))
OP(mean_pool, op_mean_pool(t, x[0], 3))
OP(mean_pool_grown, op_mean_pool(t, x[0], 6))
OP(resize_up, op_resize(t, x[0], 7, 12))
OP(resize_down, op_resize(t, x[0], 2, 3))
OP(concat, op_concat(t, x, 3))
OP(concat_self, op_concat(t, (Tensor *[]){ x[0], x[1], x[0] }, 3))
OP(drop_channels, op_drop_channels(t, x[0], test_constant(t, 2, (int[]){ 2, 3 }, 81)))
OP(shape, op_shape(t, x[0], 2, (int[]){ 6, 4 }))

/* Numbers as golden/maps.py has them. */
static void fill(Tensor *x, uint64_t stream)
{
    for (size_t i = 0; i < tensor_count(x); i++)
        x->data[i] = (real)((double)((i * 7919 + stream * 631) % 1009) / 504 - 1);
}

static Tensor *map_norm_with(Tape *t, Tensor *const *x, bool training)
{
    int     C = x[0]->dim[3];
    Tensor *mean = tape_constant(t, 1, &C), *var = tape_constant(t, 1, &C);
    fill(mean, 8);
    for (int i = 0; i < C; i++) var->data[i] = R(0.5) + R(i);
    return op_map_norm(t, x[0], x[1], x[2], mean, var, training, 0.1);
}

OP(map_norm, map_norm_with(t, x, true))
OP(map_norm_eval, map_norm_with(t, x, false))

/* So far from each other in every frame of 3 x 3, and from 0, that no step of a finite
 * difference changes which is the largest. */
static Tensor *apart(Tape *t, Tensor *x)
{
    Tensor *c = tape_constant(t, x->rank, x->dim);
    int     cols = x->dim[2], C = x->dim[3];
    for (int i = 0; i < (int)tensor_count(x); i++) {
        int place = i / C / cols % 3 * 3 + i / C % cols % 3;
        c->data[i] = (real)(10 * ((place * 2 + i % C) % 9)) - R(45);
    }
    return op_add(t, x, c);
}

OP(relu_apart, op_relu(t, apart(t, x[0])))
OP(max_pool_apart, op_max_pool(t, apart(t, x[0]), 2, 2))
OP(max_pool_overlapping_apart, op_max_pool(t, apart(t, x[0]), 3, 2))

/* Gradients in place of values, unless a view of them is still read. */
static Tensor *over(Tape *t, Tensor *const *x)
{
    Tensor *y = op_conv(t, op_conv(t, x[0], x[1], NULL, 1, 1), x[1], NULL, 1, 1);
    return op_group_norm(t, op_deconv(t, y, x[2], NULL), x[3], x[4], 1);
}

static Tensor *views(Tape *t, Tensor *const *x)
{
    Tensor *y = op_conv(t, x[0], x[1], NULL, 1, 1);
    Tensor *rows = op_shape(t, y, 2, (int[]){ 12, 2 });
    Tensor *z = op_conv(t, y, x[1], NULL, 1, 1);
    Tensor *v = op_gelu(t, op_shape(t, rows, 2, (int[]){ 12, 2 }));
    return op_add(t, op_gelu(t, rows), op_add(t, v, op_shape(t, z, 2, (int[]){ 12, 2 })));
}

static const GradCase cases[] = {
    { "conv", conv, 4, { { 2, 4, 3, 2 }, { 3, 2, 3, 3 }, { 3 } } },
    { "conv, bare", conv_bare, 4, { { 1, 4, 5, 2 }, { 2, 2, 3, 3 } } },
    { "conv, more zeros than frames", conv_wide, 4, { { 1, 2, 3, 1 }, { 2, 1, 3, 3 } } },
    { "conv, strided", conv_strided, 4, { { 1, 6, 5, 2 }, { 3, 2, 3, 3 }, { 3 } } },
    { "conv, pixels between", conv_sparse, 4, { { 1, 6, 7, 2 }, { 2, 2, 2, 2 } } },
    { "conv, tiled", conv_tiled, 4, { { 2, 4, 2, 2 }, { 3, 2, 2, 2 }, { 3 } } },
    { "conv, an edge", conv_tiled, 4, { { 1, 5, 4, 2 }, { 3, 2, 2, 2 }, { 3 } } },
    { "conv of pixels", conv_pixel, 4, { { 2, 2, 3, 3 }, { 2, 3, 1, 1 }, { 2 } } },
    { "conv, strided pixels", conv_tiled, 4, { { 1, 3, 4, 2 }, { 3, 2, 1, 1 }, { 3 } } },
    { "deconv", deconv, 4, { { 2, 2, 3, 3 }, { 3, 2, 2, 2 }, { 2 } } },
    { "deconv, no bias", deconv_bare, 4, { { 1, 2, 2, 2 }, { 2, 3, 2, 2 } } },
    { "map_norm, training", map_norm, 4, { { 2, 2, 3, 3 }, { 3 }, { 3 } } },
    { "map_norm, wide", map_norm, 4, { { 1, 2, 2, 18 }, { 18 }, { 18 } } },
    { "map_norm, not training", map_norm_eval, 4, { { 2, 2, 2, 3 }, { 3 }, { 3 } } },
    { "group_norm", group_norm, 4, { { 2, 2, 2, 6 }, { 6 }, { 6 } } },
    { "group_norm, wide", group_norm_1, 4, { { 2, 1, 2, 18 }, { 18 }, { 18 } } },
    { "relu", relu_apart, 4, { { 2, 3, 4, 2 } } },
    { "max_pool", max_pool_apart, 4, { { 2, 4, 5, 2 } } },
    { "max_pool, wide", max_pool_apart, 4, { { 1, 2, 2, 18 } } },
    { "max_pool, overlapping", max_pool_overlapping_apart, 4, { { 1, 7, 6, 2 } } },
    { "max_pool of one", max_pool_of_one, 4, { { 1, 4, 5, 2 } } },
    { "mean_pool", mean_pool, 4, { { 2, 7, 4, 2 } } },
    { "mean_pool, wide", mean_pool, 4, { { 1, 4, 3, 18 } } },
    { "mean_pool, grown", mean_pool_grown, 4, { { 1, 4, 5, 2 } } },
    { "resize up", resize_up, 4, { { 2, 3, 4, 2 } } },
    { "resize down", resize_down, 4, { { 1, 7, 5, 2 } } },
    { "resize of one", resize_up, 4, { { 1, 1, 1, 3 } } },
    { "concat", concat, 4, { { 2, 1, 3, 2 }, { 2, 1, 3, 1 }, { 2, 1, 3, 4 } } },
    { "concat, twice the same", concat_self, 4, { { 1, 2, 2, 2 }, { 1, 2, 2, 3 } } },
    { "drop_channels", drop_channels, 4, { { 2, 2, 3, 3 } } },
    { "shape", shape, 4, { { 2, 2, 3, 2 } } },
    { "over results", over, 4,
      { { 1, 2, 3, 2 }, { 2, 2, 3, 3 }, { 2, 3, 2, 2 }, { 3 }, { 3 } } },
    { "views of a result", views, 4, { { 1, 4, 3, 2 }, { 2, 2, 3, 3 } } },
};
enum { N_CASES = sizeof cases / sizeof *cases };

static const GradCase golden[] = {
    { "conv", conv, 4, { { 2, 5, 4, 3 }, { 4, 3, 3, 3 }, { 4 } } },
    { "conv_strided", conv_strided, 4, { { 1, 6, 5, 2 }, { 3, 2, 3, 3 }, { 3 } } },
    { "conv_tiled", conv_tiled, 4, { { 1, 4, 6, 3 }, { 2, 3, 2, 2 }, { 2 } } },
    { "conv_pixel", conv_pixel, 4, { { 2, 3, 2, 4 }, { 3, 4, 1, 1 }, { 3 } } },
    { "deconv", deconv, 4, { { 2, 3, 2, 3 }, { 3, 4, 2, 2 }, { 4 } } },
    { "map_norm", map_norm, 4, { { 2, 3, 3, 5 }, { 5 }, { 5 } } },
    { "map_norm_eval", map_norm_eval, 4, { { 2, 3, 3, 5 }, { 5 }, { 5 } } },
    { "group_norm", group_norm, 4, { { 2, 3, 3, 6 }, { 6 }, { 6 } } },
    { "relu", relu, 4, { { 2, 3, 4, 2 } } },
    { "max_pool", max_pool, 4, { { 2, 4, 5, 3 } } },
    { "max_pool_overlapping", max_pool_overlapping, 4, { { 1, 7, 6, 2 } } },
    { "max_pool_of_one", max_pool_of_one, 4, { { 1, 5, 4, 2 } } },
    { "mean_pool", mean_pool, 4, { { 2, 7, 4, 3 } } },
    { "mean_pool_grown", mean_pool_grown, 4, { { 1, 4, 5, 2 } } },
    { "resize_up", resize_up, 4, { { 2, 3, 4, 3 } } },
    { "resize_down", resize_down, 4, { { 1, 7, 5, 2 } } },
};
enum { N_GOLDEN = sizeof golden / sizeof *golden };

/* Criterion hands parameters to a fresh process: pass an index, no pointers. */
static struct criterion_test_params indices(int n)
{
    static int index[64];
    for (int i = 0; i < n; i++) index[i] = i;
    return cr_make_param_array(int, index, (size_t)n);
}

ParameterizedTestParameters(maps, gradient) { return indices(N_CASES); }

ParameterizedTest(int *i, maps, gradient)
{
    double off = gradcheck(&cases[*i], (uint64_t)*i);
    cr_expect(off <= GRAD_LIMIT, "%s: off by %.2e, allowed %.0e", cases[*i].name, off,
              GRAD_LIMIT);
}

static void compare(const Safetensors *f, const char *name, const char *what, int k,
                    const real *got, size_t n)
{
    enum { MOST = 1000 };
    real want[MOST];
    char key[64];
    Err  err;
    snprintf(key, sizeof key, "%s.%s", name, what);
    if (k >= 0) snprintf(key, sizeof key, "%s.%s%d", name, what, k);
    const SafeTensor *x = safetensors_find(f, key);
    cr_assert(x && x->count == n && n <= MOST, "%s: %zu values", key, n);
    cr_assert(!safetensors_read(f, x, want, &err), "%s", err.text);
    for (size_t i = 0; i < n; i++)
        cr_expect(fabs((double)(got[i] - want[i])) <= 1e-5 * (1 + fabs((double)want[i])),
                  "%s [%zu]: %.9g, torch has %.9g", key, i, (double)got[i],
                  (double)want[i]);
}

ParameterizedTestParameters(maps, torch) { return indices(N_GOLDEN); }

ParameterizedTest(int *i, maps, torch)
{
    const GradCase *c = &golden[*i];
    Tape            t;
    Arena           leaves;
    Safetensors     f;
    Err             err;
    Tensor         *in[MAX_INPUTS] = { NULL };
    cr_assert(!safetensors_open(&f, GOLDEN, &err), "%s", err.text);
    tape_open(&t, test_backend());
    arena_open(&leaves, "leaves", NULL, NULL);
    for (int k = 0; k < 3 && c->dim[k][0]; k++) {
        int rank = 0;
        while (rank < c->rank && c->dim[k][rank]) rank++;
        in[k] = tensor_new(&leaves, &leaves, rank, c->dim[k], true);
        fill(in[k], (uint64_t)k);
    }
    Tensor *y = c->fn(&t, in), *dy = tape_constant(&t, y->rank, y->dim);
    fill(dy, 9);
    compare(&f, c->name, "y", -1, y->data, tensor_count(y));
    tape_backward(&t, op_dot(&t, y, dy));
    for (int k = 0; k < 3 && in[k]; k++)
        compare(&f, c->name, "d", k, in[k]->grad, tensor_count(in[k]));
    arena_close(&leaves);
    tape_close(&t);
    safetensors_close(&f);
}
