/* Every op's way back against finite differences. */
#include "core/tape/dense.h"
#include "core/tape/maps.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#define OP(name, call) \
    static Tensor *name(Tape *t, Tensor *const *x) { return call; }

OP(linear, op_linear(t, x[0], x[1], x[2]))
OP(linear_bare, op_linear(t, x[0], x[1], NULL))
OP(linear_add, op_linear_add(t, x[0], x[1], x[2], x[3]))
OP(linear_self, op_linear_add(t, x[0], x[1], NULL, x[0]))
OP(norm_linear, op_norm_linear(t, x[0], x[1], x[2], 1e-6, x[3], x[4]))
OP(gelu_linear, op_gelu_linear_add(t, op_linear(t, x[0], x[1], NULL), x[2], x[3], x[0]))
OP(add, op_add(t, x[0], x[1]))
OP(add_self, op_add(t, x[0], x[0]))
OP(gain, op_gain(t, x[0], x[1]))
OP(mix_rows, op_mix_rows(t, x[0], test_constant(t, 2, (int[]){ 4, x[0]->dim[1] }, 73)))
OP(add_share, op_add_share(t, x[0], x[1], test_constant(t, 1, x[0]->dim, 76)))
OP(add_share_self, op_add_share(t, x[0], x[0], test_constant(t, 1, x[0]->dim, 76)))
OP(norm, op_norm(t, x[0], x[1], x[2], 1e-6))
OP(gelu, op_gelu(t, x[0]))
OP(softmax, op_softmax(t, x[0]))

/* The last M rows ask; bias and residual as far as the case has them. */
static Tensor *attend(Tape *t, Tensor *const *x, int H, int M)
{
    return op_attention_linear_add(t, x[0], H, M, x[1], x[2], x[3]);
}

OP(attention_1, attend(t, x, 1, x[0]->dim[1]))
OP(attention_2, attend(t, x, 2, x[0]->dim[1]))
OP(attention_3, attend(t, x, 3, x[0]->dim[1]))
OP(attention_last, attend(t, x, 2, 3))
OP(attention_last_73, attend(t, x, 1, 73))

/* The projection is constant, or what it projects. */
static Tensor *attention_alone(Tape *t, Tensor *const *x)
{
    Tensor *w = test_constant(t, 2, (int[]){ 3, 4 }, 75);
    return op_attention_linear_add(t, x[0], 2, 2, w, NULL, NULL);
}

static Tensor *projection_alone(Tape *t, Tensor *const *x)
{
    Tensor *qkv = test_constant(t, 3, (int[]){ 2, 4, 12 }, 74);
    return op_attention_linear_add(t, qkv, 2, 3, x[0], x[1], NULL);
}

OP(drop_class, op_drop_class(t, x[0]))

/* Gradients in place of the values they belong to, unless someone still reads these. */
static Tensor *attention_over(Tape *t, Tensor *const *x)
{
    Tensor *qkv = op_linear(t, x[0], x[1], NULL);
    return op_attention_linear_add(t, qkv, 2, 4, x[2], NULL, NULL);
}

OP(gelu_over_softmax, op_gelu_linear_add(t, op_softmax(t, x[0]), x[1], x[2], NULL))

OP(norm_over, op_norm_linear(t, op_linear(t, x[0], x[1], NULL), x[2], x[3], 1e-6, x[4], NULL))

static Tensor *hidden_mse_over(Tape *t, Tensor *const *x)
{
    Tensor *pred = op_linear(t, x[0], x[1], NULL);
    return op_hidden_mse(t, pred, test_constant(t, 3, (int[]){ 2, 3, 5 }, 78));
}

static Tensor *gelu_twice(Tape *t, Tensor *const *x)
{
    Tensor *h = op_linear(t, x[0], x[1], NULL);
    Tensor *y = op_gelu_linear_add(t, h, x[2], NULL, h);
    return op_add(t, y, op_gelu_linear_add(t, h, x[2], NULL, NULL));
}

static Tensor *attention_and_self(Tape *t, Tensor *const *x)
{
    Tensor *y = op_linear_add(t, x[0], x[1], NULL, x[0]);
    return op_attention_linear_add(t, y, 1, 5, x[2], NULL, op_gelu(t, y));
}

OP(last_rows, op_last_rows(t, x[0], 2))
OP(take_class, op_take_class(t, x[0]))
OP(mean_patches, op_mean_patches(t, x[0]))

static Tensor *batch_norm(Tape *t, Tensor *const *x, bool training)
{
    int     D = x[0]->dim[1];
    Tensor *mean = test_constant(t, 1, &D, 77), *var = tape_constant(t, 1, &D);
    for (int i = 0; i < D; i++) t->be->write(var->data + i, &(real){ R(0.5) + R(i) }, 1);
    return op_batch_norm(t, x[0], mean, var, training, 0.1);
}

OP(batch_norm_train, batch_norm(t, x, true))
OP(batch_norm_eval, batch_norm(t, x, false))

static const int     ids[2 * 5] = { 1, 3, 0, 2, 4, 0, 4, 1, 2, 3 };
static const Visible some = { .N = 2, .L = 5, .K = 2, .ids = ids };
static const int     first_ids[2 * 5] = { 3, 0, 1, 2, 4, 0, 1, 2, 3, 4 };
static const Visible one = { .N = 2, .L = 5, .K = 1, .ids = first_ids };
static const int     last_ids[5] = { 0, 1, 3, 4, 2 };
static const Visible but_one = { .N = 1, .L = 5, .K = 4, .ids = last_ids };
static const int     thrown_ids[2 * 5] = { 1, 0, 4, 2, 3, 3, 1, 2, 0, 4 };
static const Visible thrown = { .N = 2, .L = 5, .K = 1, .ids = thrown_ids, .thrown = 2 };

OP(tokens, op_tokens(t, x[0], x[1], x[2], &some))
OP(tokens_one, op_tokens(t, x[0], x[1], x[2], &one))
OP(tokens_but_one, op_tokens(t, x[0], x[1], x[2], &but_one))
OP(restore, op_restore(t, x[0], x[1], x[2], &some))
OP(restore_one, op_restore(t, x[0], x[1], x[2], &one))
OP(restore_but_one, op_restore(t, x[0], x[1], x[2], &but_one))

OP(restore_thrown, op_restore(t, x[0], x[1], x[2], &thrown))

OP(spread, op_spread(t, x[0], &some))
OP(spread_thrown, op_spread(t, x[0], &thrown))
OP(attention_spread, op_attention_linear_add_spread(t, x[0], 2, x[1], x[2], x[3], &some))
OP(attention_thrown, op_attention_linear_add_spread(t, x[0], 2, x[1], x[2], x[3], &thrown))
OP(norm_linear_spread, op_norm_linear_spread(t, x[0], x[1], x[2], 1e-6, x[3], x[4], &some))

static Tensor *norm_spread_over(Tape *t, Tensor *const *x)
{
    Tensor *y = op_restore(t, x[0], x[1], x[2], &thrown);
    Tensor *z = op_norm_linear_spread(t, y, x[3], x[4], 1e-6, x[5], NULL, &thrown);
    return op_add(t, z, op_spread(t, y, &thrown));
}

OP(to_places, op_to_places(t, x[0], &some))
OP(to_places_thrown, op_to_places(t, x[0], &thrown))

/* Of the last M rows. */
static Tensor *target(Tape *t, const Tensor *pred, int M)
{
    return test_constant(t, 3, (int[]){ pred->dim[0], M, pred->dim[2] }, 78);
}

OP(hidden_mse, op_hidden_mse(t, x[0], target(t, x[0], 3)))
OP(hidden_mse_one, op_hidden_mse(t, x[0], target(t, x[0], 1)))
OP(hidden_mse_all, op_hidden_mse(t, x[0], target(t, x[0], x[0]->dim[1])))
OP(cross_entropy, op_cross_entropy(t, x[0], test_constant(t, 2, x[0]->dim, 79)))

static Tensor *losses(Tape *t, const Tensor *like)
{
    return test_constant(t, 2, like->dim, 80);
}

OP(patch_mean, op_patch_mean(t, x[0]))
OP(order_loss, op_order_loss(t, x[0], losses(t, x[0]), &some))
OP(order_loss_but_one, op_order_loss(t, x[0], losses(t, x[0]), &but_one))
OP(add_row, op_add_row(t, x[0], x[1]))
OP(sampling_loss, op_sampling_loss(t, x[0], losses(t, x[0]), &some))
OP(size_loss, op_size_loss(t, x[0], losses(t, x[0]), &some))

OP(sigmoid, op_sigmoid(t, x[0]))
OP(scale_patches, op_scale_patches(t, x[0], x[1]))
OP(soft_mse, op_soft_mse(t, x[0], target(t, x[0], 3), op_sigmoid(t, x[1])))
OP(undecided, op_undecided(t, op_sigmoid(t, x[0])))
OP(share_kl, op_share_kl(t, op_sigmoid(t, x[0]), 0.3))
OP(alike, op_alike(t, x[0]))

/* A tensor with two uses, one of them a residual, and a residual chain. */
static Tensor *block(Tape *t, Tensor *const *x)
{
    Tensor *y = op_linear_add(t, x[0], x[1], NULL, x[0]);
    Tensor *z = op_linear_add(t, op_gelu(t, y), x[1], NULL, y);
    return op_add(t, op_norm(t, z, x[2], x[3], 1e-6), op_linear(t, y, x[1], NULL));
}

static Tensor *part(Tape *t, const void *env, Tensor *x)
{
    Tensor *const *leaf = env;
    Tensor        *y = op_linear_add(t, op_gelu(t, x), leaf[1], NULL, x);
    return op_norm(t, y, leaf[2], leaf[3], 1e-6);
}

static Tensor *recompute(Tape *t, Tensor *const *x)
{
    Tensor *y = op_linear(t, x[0], x[4], NULL);
    return op_linear_add(t, op_recompute(t, y, y->rank, y->dim, part, x), x[4], NULL, y);
}

static const GradCase cases[] = {
    { "linear", linear, 3, { { 2, 3, 5 }, { 4, 5 }, { 4 } } },
    { "linear, one row", linear, 2, { { 1, 7 }, { 3, 7 }, { 3 } } },
    { "linear, one output", linear, 2, { { 5, 3 }, { 1, 3 }, { 1 } } },
    { "linear without bias", linear_bare, 2, { { 5, 3 }, { 19, 3 } } },
    { "linear_add", linear_add, 2, { { 6, 3 }, { 4, 3 }, { 4 }, { 6, 4 } } },
    { "linear_add of itself", linear_self, 2, { { 6, 4 }, { 4, 4 } } },
    { "norm_linear", norm_linear, 3, { { 2, 2, 6 }, { 6 }, { 6 }, { 5, 6 }, { 5 } } },
    { "norm_linear, wide", norm_linear, 2, { { 3, 37 }, { 37 }, { 37 }, { 2, 37 }, { 2 } } },
    { "gelu_linear_add", gelu_linear, 2, { { 5, 3 }, { 17, 3 }, { 3, 17 }, { 3 } } },
    { "add", add, 3, { { 2, 3, 3 }, { 2, 3, 3 } } },
    { "add of itself", add_self, 2, { { 3, 3 } } },
    { "add_share", add_share, 3, { { 4, 3, 2 }, { 4, 3, 2 } } },
    { "add_share of itself", add_share_self, 2, { { 3, 3 } } },
    { "norm", norm, 3, { { 2, 3, 5 }, { 5 }, { 5 } } },
    { "norm, one row", norm, 2, { { 1, 33 }, { 33 }, { 33 } } },
    { "norm, width 2", norm, 2, { { 4, 2 }, { 2 }, { 2 } } },
    { "batch_norm, training", batch_norm_train, 2, { { 7, 3 } } },
    { "batch_norm, wide", batch_norm_train, 2, { { 3, 18 } } },
    { "batch_norm, not training", batch_norm_eval, 2, { { 4, 5 } } },
    { "gelu", gelu, 2, { { 5, 7 } } },
    { "softmax", softmax, 2, { { 4, 19 } } },
    { "softmax of one", softmax, 3, { { 2, 3, 1 } } },
    { "attention, one token", attention_2, 3, { { 2, 1, 12 }, { 4, 4 } } },
    { "attention, one head", attention_1, 3, { { 1, 5, 9 }, { 2, 3 }, { 2 } } },
    { "attention, heads of 1", attention_3, 3, { { 1, 4, 9 }, { 5, 3 }, { 5 }, { 1, 4, 5 } } },
    { "attention, heads of 5", attention_2, 3, { { 2, 7, 30 }, { 2, 10 } } },
    { "attention, heads of 17", attention_1, 3, { { 1, 3, 51 }, { 2, 17 } } },
    { "attention, heads of 8", attention_2, 3, { { 1, 3, 48 }, { 2, 16 } } },
    { "attention, 19 tokens", attention_2, 3, { { 1, 19, 12 }, { 3, 4 } } },
    { "attention, two blocks", attention_1, 3, { { 1, 75, 3 }, { 2, 1 } } },
    { "attention, three ask", attention_last, 3, { { 2, 7, 12 }, { 3, 4 }, { 3 }, { 2, 3, 3 } } },
    { "attention, three of seven", attention_last, 3,
      { { 2, 7, 12 }, { 3, 4 }, { 3 }, { 2, 7, 3 } } },
    { "attention, 73 of 75 ask", attention_last_73, 3, { { 1, 75, 3 }, { 1, 1 } } },
    { "attention, projection constant", attention_alone, 3, { { 2, 4, 12 } } },
    { "attention, constant, projected", projection_alone, 2, { { 3, 4 }, { 3 } } },
    { "tokens", tokens, 3, { { 2, 2, 3 }, { 1, 1, 3 }, { 1, 6, 3 } } },
    { "tokens, one visible", tokens_one, 3, { { 2, 1, 3 }, { 1, 1, 3 }, { 1, 6, 3 } } },
    { "tokens, one hidden", tokens_but_one, 3, { { 1, 4, 3 }, { 1, 1, 3 }, { 1, 6, 3 } } },
    { "restore", restore, 3, { { 2, 3, 3 }, { 1, 1, 3 }, { 1, 6, 3 } } },
    { "restore, one visible", restore_one, 3, { { 2, 2, 3 }, { 1, 1, 3 }, { 1, 6, 3 } } },
    { "restore, one hidden", restore_but_one, 3, { { 1, 5, 3 }, { 1, 1, 3 }, { 1, 6, 3 } } },
    { "restore, some thrown", restore_thrown, 3, { { 2, 2, 3 }, { 1, 1, 3 }, { 1, 6, 3 } } },
    { "spread", spread, 2, { { 11, 3 } } },
    { "spread, some thrown", spread_thrown, 2, { { 9, 3 } } },
    { "attention, spread residual", attention_spread, 3,
      { { 2, 6, 12 }, { 3, 4 }, { 3 }, { 11, 3 } } },
    { "attention, spread and thrown", attention_thrown, 3,
      { { 2, 4, 12 }, { 3, 4 }, { 3 }, { 9, 3 } } },
    { "norm_linear_spread", norm_linear_spread, 2, { { 11, 4 }, { 4 }, { 4 }, { 3, 4 }, { 3 } } },
    { "norm_linear_spread and self", norm_spread_over, 3,
      { { 2, 2, 3 }, { 1, 1, 3 }, { 1, 6, 3 }, { 3 }, { 3 }, { 3, 3 } } },
    { "drop_class", drop_class, 3, { { 2, 3, 3 } } },
    { "attention over a result", attention_over, 3, { { 1, 7, 3 }, { 48, 3 }, { 3, 16 } } },
    { "norm_linear over a result", norm_over, 2, { { 4, 3 }, { 6, 3 }, { 6 }, { 6 }, { 2, 6 } } },
    { "hidden_mse over a result", hidden_mse_over, 3, { { 2, 4, 3 }, { 5, 3 } } },
    { "gelu_linear_add of softmax", gelu_over_softmax, 2, { { 4, 6 }, { 5, 6 }, { 5 } } },
    { "gelu_linear_add, twice", gelu_twice, 2, { { 4, 3 }, { 6, 3 }, { 6, 6 } } },
    { "attention, other uses", attention_and_self, 3, { { 1, 5, 6 }, { 6, 6 }, { 6, 2 } } },
    { "last_rows", last_rows, 3, { { 2, 3, 3 } } },
    { "take_class", take_class, 3, { { 2, 3, 3 } } },
    { "mean_patches", mean_patches, 3, { { 2, 4, 3 } } },
    { "hidden_mse", hidden_mse, 3, { { 2, 6, 3 } } },
    { "hidden_mse, one hidden", hidden_mse_one, 3, { { 1, 6, 5 } } },
    { "hidden_mse, all hidden", hidden_mse_all, 3, { { 2, 4, 3 } } },
    { "to_places", to_places, 3, { { 2, 6, 3 } } },
    { "to_places, some thrown", to_places_thrown, 3, { { 2, 4, 3 } } },
    { "cross_entropy", cross_entropy, 2, { { 4, 5 } } },
    { "recompute", recompute, 2, { { 3, 4 }, { 4, 4 }, { 4 }, { 4 }, { 4, 4 } } },
    { "two uses", block, 2, { { 3, 4 }, { 4, 4 }, { 4 }, { 4 } } },
    { "patch_mean", patch_mean, 3, { { 2, 4, 3 } } },
    { "order_loss", order_loss, 2, { { 2, 5 } } },
    { "order_loss, no pair", order_loss_but_one, 2, { { 1, 5 } } },
    { "size_loss", size_loss, 2, { { 2, 5 } } },
    { "add_row", add_row, 3, { { 2, 3, 4 }, { 1, 3, 4 } } },
    { "sigmoid", sigmoid, 2, { { 3, 7 } } },
    { "scale_patches", scale_patches, 3, { { 2, 4, 3 }, { 2, 3 } } },
    { "soft_mse", soft_mse, 3, { { 2, 4, 3 }, { 2, 3 } } },
    { "undecided", undecided, 2, { { 2, 5 } } },
    { "share_kl", share_kl, 2, { { 3, 5 } } },
    { "alike", alike, 2, { { 4, 5 } } },
    { "alike, one image", alike, 2, { { 1, 5 } } },
    { "sampling_loss", sampling_loss, 2, { { 2, 5 } } },
    { "gain", gain, 3, { { 2, 3, 5 }, { 5 } } },
    { "gain, many rows", gain, 2, { { 70, 3 }, { 3 } } },
    { "mix_rows", mix_rows, 3, { { 2, 3, 5 } } },
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* Criterion hands parameters to a fresh process: pass an index, no pointers. */
ParameterizedTestParameters(gradients, of_ops)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTest(int *i, gradients, of_ops)
{
    double off = gradcheck(&cases[*i], (uint64_t)*i);
    cr_expect(off <= GRAD_LIMIT, "%s: off by %.2e, allowed %.0e", cases[*i].name, off,
              GRAD_LIMIT);
}
