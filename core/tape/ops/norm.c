/* Normalisation over a row or over the batch. */
#include "core/tape/ops.h"

static size_t width(const Tensor *x)
{
    CHECK(x->rank >= 1, "norm of a scalar");
    return (size_t)x->dim[x->rank - 1];
}

/* Goes back from its input and two numbers a row.
 * Source: Ba, Kiros and Hinton 2016, arXiv:1607.06450. */
static void norm_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *gain = n->in[1], *bias = n->in[2];
    t->be->norm_bwd(tape_grad(t, x), tape_grad(t, gain), tape_grad(t, bias),
                    n->out->grad, x->data, n->aux, gain->data, tensor_rows(x), width(x));
}

Tensor *op_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias)
{
    size_t rows = tensor_rows(x), cols = width(x);
    CHECK(tensor_count(gain) == cols && tensor_count(bias) == cols,
          "norm of width %zu with %zu gains, %zu biases", cols, tensor_count(gain),
          tensor_count(bias));
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x, gain, bias));
    real   *stats = y->wants_grad ? TAPE_SCRATCH(t, 2 * rows) : NULL;
    t->be->norm_fwd(y->data, stats, x->data, gain->data, bias->data, rows, cols);
    tape_push(t, norm_back, y, INPUTS(x, gain, bias), stats);
    return y;
}

/* Source: Ioffe and Szegedy 2015, arXiv:1502.03167. */
static void batch_norm_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0];
    t->be->batch_norm_bwd(tape_grad(t, x), n->out->grad, x->data, n->aux,
                          (size_t)x->dim[0], width(x));
}

static void batch_norm_eval_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0];
    t->be->batch_norm_eval_bwd(tape_grad(t, x), n->out->grad, n->aux, (size_t)x->dim[0],
                               width(x));
}

Tensor *op_batch_norm(Tape *t, Tensor *x, Tensor *running_mean, Tensor *running_var,
                      bool training, double momentum)
{
    size_t cols = width(x), rows = tensor_rows(x);
    CHECK(x->rank == 2, "batch norm of rank %d", x->rank);
    CHECK(tensor_count(running_mean) == cols && tensor_count(running_var) == cols,
          "batch norm of width %zu with %zu means, %zu variances", cols,
          tensor_count(running_mean), tensor_count(running_var));
    CHECK(!running_mean->wants_grad && !running_var->wants_grad,
          "running statistics are not differentiated");
    CHECK(!training || rows > 1, "batch norm needs more than one row to train");

    Tensor *y = tape_result(t, 2, x->dim, INPUTS(x));
    real   *stats = TAPE_SCRATCH(t, 2 * cols);
    if (training)
        t->be->batch_norm_fwd(y->data, stats, running_mean->data, running_var->data,
                              x->data, rows, cols, momentum);
    else
        t->be->batch_norm_eval(y->data, stats, running_mean->data, running_var->data,
                               x->data, rows, cols);
    tape_push(t, training ? batch_norm_back : batch_norm_eval_back, y, INPUTS(x), stats);
    return y;
}
