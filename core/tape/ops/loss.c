/* Losses: tensors in, a scalar out. */
#include "core/tape/ops.h"

/* Of pred the last rows are those of target. */
static void check_pair(const Tensor *pred, const Tensor *target)
{
    CHECK(pred->rank == 3 && target->rank == 3 && pred->dim[0] == target->dim[0] &&
              pred->dim[1] >= target->dim[1] && pred->dim[2] == target->dim[2],
          "pred [%d, %d, %d] does not end with target [%d, %d, %d]", pred->dim[0],
          pred->dim[1], pred->dim[2], target->dim[0], target->dim[1], target->dim[2]);
    CHECK(!target->wants_grad, "targets are not differentiated");
}

static void hidden_mse_back(Tape *t, const Node *n)
{
    Tensor    *pred = n->in[0], *target = n->in[1];
    const int *dim = pred->dim;
    t->be->hidden_mse_bwd(tape_grad_over(t, pred), n->out->grad, pred->data, target->data,
                          dim[0], dim[1], target->dim[1], dim[2]);
    tape_forget(t, target);
}

Tensor *op_hidden_mse(Tape *t, Tensor *pred, Tensor *target)
{
    check_pair(pred, target);
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(pred));
    t->be->hidden_mse_fwd(loss->data, pred->data, target->data, pred->dim[0], pred->dim[1],
                          target->dim[1], pred->dim[2]);
    tape_push(t, hidden_mse_back, loss, INPUTS(pred, target), NULL);
    return loss;
}

static Tensor *errors(Tape *t, Tensor *pred, Tensor *target, const int *ids, int L)
{
    check_pair(pred, target);
    int     N = target->dim[0], M = target->dim[1];
    Tensor *y = tape_constant(t, 2, (int[]){ N, L });
    t->be->patch_mse(y->data, pred->data, target->data, ids, N, L, pred->dim[1], M,
                     pred->dim[2]);
    return y;
}

Tensor *op_patch_mse(Tape *t, Tensor *pred, Tensor *target)
{
    return errors(t, pred, target, NULL, target->dim[1]);
}

Tensor *op_hidden_errors(Tape *t, Tensor *pred, Tensor *target, const Visible *v)
{
    CHECK(v->ids && v->N == target->dim[0] && visible_hidden(v) == target->dim[1],
          "errors of %d patches of %d images; %d of %d visible, %d thrown", target->dim[1],
          target->dim[0], v->K, v->L, v->thrown);
    return errors(t, pred, target, v->ids + v->K, v->L);
}

static void cross_entropy_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *target = n->in[1];
    t->be->cross_entropy_bwd(tape_grad(t, x), n->out->grad, x->data, target->data,
                             (size_t)x->dim[0], (size_t)x->dim[1]);
}

Tensor *op_cross_entropy(Tape *t, Tensor *x, Tensor *target)
{
    CHECK(x->rank == 2 && tensor_same_shape(x, target),
          "cross entropy of rank %d, %zu values, with %zu targets", x->rank,
          tensor_count(x), tensor_count(target));
    CHECK(!target->wants_grad, "targets are not differentiated");
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(x));
    t->be->cross_entropy_fwd(loss->data, x->data, target->data, (size_t)x->dim[0],
                             (size_t)x->dim[1]);
    tape_push(t, cross_entropy_back, loss, INPUTS(x, target), NULL);
    return loss;
}
