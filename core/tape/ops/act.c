/* Activations.  The arithmetic is in core/cpu/act.c; here are the shapes, and
 * what each op needs to find its way back. */
#include "core/tape/maps.h"
#include "core/tape/ops.h"

/* GELU in its exact form, y = x Phi(x).  Goes back from its input.
 * Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2. */
static void gelu_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0];
    t->be->gelu_bwd(tape_grad(t, x), n->out->grad, x->data, tensor_count(x));
}

Tensor *op_gelu(Tape *t, Tensor *x)
{
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x));
    t->be->gelu_fwd(y->data, x->data, tensor_count(x));
    tape_push(t, gelu_back, y, INPUTS(x), NULL);
    return y;
}

/* Goes back from its input, which it may overwrite. */
static void relu_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0];
    t->be->relu_bwd(tape_grad_over(t, x), n->out->grad, x->data, tensor_count(x));
}

Tensor *op_relu(Tape *t, Tensor *x)
{
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x));
    t->be->relu_fwd(y->data, x->data, tensor_count(x));
    tape_push(t, relu_back, y, INPUTS(x), NULL);
    return y;
}

/* Softmax over the last dimension.  Goes back from its output. */
static void softmax_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *y = n->out;
    t->be->softmax_bwd(tape_grad(t, x), y->grad, y->data, tensor_rows(y),
                       (size_t)y->dim[y->rank - 1]);
}

Tensor *op_softmax(Tape *t, Tensor *x)
{
    CHECK(x->rank >= 1, "softmax of a scalar");
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x));
    t->be->softmax_fwd(y->data, x->data, tensor_rows(x), (size_t)x->dim[x->rank - 1]);
    tape_push(t, softmax_back, y, INPUTS(x, y), NULL);
    return y;
}
