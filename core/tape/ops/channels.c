/* Norms of channels: over the batch, or over some channels of an image. */
#include "core/tape/maps.h"
#include "core/tape/ops.h"

static int channels(const Tensor *x)
{
    CHECK(x->rank >= 2, "norm of the channels of rank %d", x->rank);
    return x->dim[x->rank - 1];
}

static void check_gain(const Tensor *gain, const Tensor *bias, int C)
{
    CHECK(tensor_count(gain) == (size_t)C && tensor_count(bias) == (size_t)C,
          "norm of %d channels with %zu gains, %zu biases", C, tensor_count(gain),
          tensor_count(bias));
}

static const real *values(const Tensor *x) { return x ? x->data : NULL; }

/* From their input, which they may overwrite, and two numbers a channel.
 * Source: Ioffe and Szegedy 2015, arXiv:1502.03167. */
static void batch_norm_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *gain = n->in[1], *bias = n->in[2];
    t->be->batch_norm_bwd(tape_grad_over(t, x), tape_grad(t, gain), tape_grad(t, bias),
                          n->out->grad, x->data, n->aux, values(gain), tensor_rows(x),
                          (size_t)channels(x));
}

static void batch_norm_eval_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *gain = n->in[1], *bias = n->in[2];
    t->be->batch_norm_eval_bwd(tape_grad_over(t, x), tape_grad(t, gain),
                               tape_grad(t, bias), n->out->grad, x->data, n->aux,
                               values(gain), tensor_rows(x), (size_t)channels(x));
}

/* gain and bias may be NULL. */
static Tensor *batch_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias,
                          Tensor *running_mean, Tensor *running_var, bool training,
                          double momentum, real eps)
{
    size_t cols = (size_t)channels(x), rows = tensor_rows(x);
    CHECK(tensor_count(running_mean) == cols && tensor_count(running_var) == cols,
          "batch norm of width %zu with %zu means, %zu variances", cols,
          tensor_count(running_mean), tensor_count(running_var));
    CHECK(!running_mean->wants_grad && !running_var->wants_grad,
          "running statistics are not differentiated");
    CHECK(!training || rows > 1, "batch norm needs more than one row to train");

    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x, gain, bias));
    real   *stats = TAPE_SCRATCH(t, 2 * cols);
    if (training)
        t->be->batch_norm_fwd(y->data, stats, running_mean->data, running_var->data,
                              x->data, values(gain), values(bias), rows, cols, eps,
                              momentum);
    else
        t->be->batch_norm_eval(y->data, stats, running_mean->data, running_var->data,
                               x->data, values(gain), values(bias), rows, cols, eps);
    tape_push(t, training ? batch_norm_back : batch_norm_eval_back, y,
              INPUTS(x, gain, bias), stats);
    return y;
}

Tensor *op_batch_norm(Tape *t, Tensor *x, Tensor *running_mean, Tensor *running_var,
                      bool training, double momentum)
{
    return batch_norm(t, x, NULL, NULL, running_mean, running_var, training, momentum,
                      R(1e-6));
}

Tensor *op_map_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, Tensor *running_mean,
                    Tensor *running_var, bool training, double momentum)
{
    check_gain(gain, bias, channels(x));
    return batch_norm(t, x, gain, bias, running_mean, running_var, training, momentum,
                      R(1e-5));
}

typedef struct {
    int   groups;
    real *stats; /* [N, groups, 2] */
} Groups;

static void group_norm_back(Tape *t, const Node *n)
{
    Tensor       *x = n->in[0], *gain = n->in[1], *bias = n->in[2];
    const Groups *g = n->aux;
    int           N = x->dim[0];
    t->be->group_norm_bwd(tape_grad_over(t, x), tape_grad(t, gain), tape_grad(t, bias),
                          n->out->grad, x->data, g->stats, gain->data, N,
                          tensor_rows(x) / (size_t)N, channels(x), g->groups);
}

Tensor *op_group_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, int groups)
{
    int N = x->dim[0], C = channels(x);
    check_gain(gain, bias, C);
    CHECK(groups >= 1 && C % groups == 0, "%d channels in %d groups", C, groups);
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x, gain, bias));
    Groups *g = ARENA_NEW(&t->nodes, Groups, 1);
    *g = (Groups){ groups, TAPE_SCRATCH(t, 2 * N * groups) };
    t->be->group_norm_fwd(y->data, g->stats, x->data, gain->data, bias->data, N,
                          tensor_rows(x) / (size_t)N, C, groups, R(1e-5));
    tape_push(t, group_norm_back, y, INPUTS(x, gain, bias), g);
    return y;
}
