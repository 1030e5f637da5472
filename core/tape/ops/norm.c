/* Normalisation over a row. */
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

Tensor *op_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, double eps)
{
    size_t rows = tensor_rows(x), cols = width(x);
    CHECK(tensor_count(gain) == cols && tensor_count(bias) == cols,
          "norm of width %zu with %zu gains, %zu biases", cols, tensor_count(gain),
          tensor_count(bias));
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x, gain, bias));
    real   *stats = y->wants_grad ? TAPE_SCRATCH(t, 2 * rows) : NULL;
    t->be->norm_fwd(y->data, stats, x->data, gain->data, bias->data, rows, cols, eps);
    tape_push(t, norm_back, y, INPUTS(x, gain, bias), stats);
    return y;
}
