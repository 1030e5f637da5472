/* Losses: tensors in, a scalar out. */
#include "core/tape/ops.h"

static void check_pair(const Tensor *pred, const Tensor *target)
{
    CHECK(pred->rank == 3 && target->rank == 3 && pred->dim[0] == target->dim[0] &&
              pred->dim[1] == target->dim[1] + 1 && pred->dim[2] == target->dim[2],
          "pred [%d, %d, %d] needs a class token before target [%d, %d, %d]",
          pred->dim[0], pred->dim[1], pred->dim[2], target->dim[0], target->dim[1],
          target->dim[2]);
    CHECK(!target->wants_grad, "targets are not differentiated");
}

static void hidden_mse_back(Tape *t, const Node *n)
{
    Tensor        *pred = n->in[0], *target = n->in[1];
    const Visible *v = n->aux;
    t->be->hidden_mse_bwd(tape_grad(t, pred), n->out->grad, pred->data, target->data,
                          v->ids, v->N, v->L, v->K, v->L - v->K - v->thrown,
                          pred->dim[2]);
}

Tensor *op_hidden_mse(Tape *t, Tensor *pred, Tensor *target, const Visible *v)
{
    check_pair(pred, target);
    CHECK(v->ids && v->N == pred->dim[0] && v->L == target->dim[1] && 0 <= v->K &&
              v->K + v->thrown < v->L && v->thrown >= 0,
          "%d images of %d patches; %d of %d patches visible, %d thrown, of %d",
          pred->dim[0], target->dim[1], v->K, v->L, v->thrown, v->N);
    Visible *kept = ARENA_NEW(&t->nodes, Visible, 1);
    *kept = *v;
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(pred));
    t->be->hidden_mse_fwd(loss->data, pred->data, target->data, v->ids, v->N, v->L, v->K,
                          v->L - v->K - v->thrown, pred->dim[2]);
    tape_push(t, hidden_mse_back, loss, INPUTS(pred, target), kept);
    return loss;
}

Tensor *op_patch_mse(Tape *t, Tensor *pred, Tensor *target)
{
    check_pair(pred, target);
    int     N = target->dim[0], L = target->dim[1];
    Tensor *y = tape_constant(t, 2, (int[]){ N, L });
    t->be->patch_mse(y->data, pred->data, target->data, N, L, pred->dim[2]);
    return y;
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
