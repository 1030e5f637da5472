/* Soft masks: tokens multiplied, losses weighted, and what a mask should look like. */
#include "core/tape/ops.h"

static void check_mask(const Tensor *m)
{
    CHECK(m->rank == 2, "a soft mask of rank %d", m->rank);
}

/* Goes back from its output. */
static void sigmoid_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *y = n->out;
    t->be->sigmoid_bwd(tape_grad(t, x), y->grad, y->data, tensor_count(x));
}

Tensor *op_sigmoid(Tape *t, Tensor *x)
{
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x));
    t->be->sigmoid_fwd(y->data, x->data, tensor_count(x));
    tape_push(t, sigmoid_back, y, INPUTS(x, y), NULL);
    return y;
}

static void scale_patches_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *m = n->in[1];
    t->be->scale_patches_bwd(tape_grad(t, x), tape_grad(t, m), n->out->grad, x->data,
                             m->data, m->dim[0], m->dim[1], x->dim[2]);
}

Tensor *op_scale_patches(Tape *t, Tensor *x, Tensor *m)
{
    check_mask(m);
    CHECK(x->rank == 3 && x->dim[0] == m->dim[0] && x->dim[1] == m->dim[1] + 1,
          "tokens [%d, %d, ..] by a mask [%d, %d]", x->dim[0], x->dim[1], m->dim[0],
          m->dim[1]);
    Tensor *y = tape_result(t, 3, x->dim, INPUTS(x, m));
    t->be->scale_patches_fwd(y->data, x->data, m->data, m->dim[0], m->dim[1], x->dim[2]);
    tape_push(t, scale_patches_back, y, INPUTS(x, m), NULL);
    return y;
}

static void soft_mse_back(Tape *t, const Node *n)
{
    Tensor *pred = n->in[0], *target = n->in[1], *m = n->in[2];
    t->be->soft_mse_bwd(tape_grad(t, pred), tape_grad(t, m), n->out->grad, n->out->data,
                        n->aux, pred->data, target->data, m->data, m->dim[0], m->dim[1],
                        pred->dim[2]);
}

Tensor *op_soft_mse(Tape *t, Tensor *pred, Tensor *target, Tensor *m)
{
    check_mask(m);
    CHECK(pred->rank == 3 && target->rank == 3 && target->dim[0] == m->dim[0] &&
              target->dim[1] == m->dim[1] && pred->dim[0] == m->dim[0] &&
              pred->dim[1] == m->dim[1] + 1 && pred->dim[2] == target->dim[2],
          "pred [%d, %d, %d], target [%d, %d, %d], mask [%d, %d]", pred->dim[0],
          pred->dim[1], pred->dim[2], target->dim[0], target->dim[1], target->dim[2],
          m->dim[0], m->dim[1]);
    CHECK(!target->wants_grad, "targets are not differentiated");
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(pred, target, m));
    real   *each = TAPE_SCRATCH(t, tensor_count(m));
    t->be->soft_mse_fwd(loss->data, each, pred->data, target->data, m->data, m->dim[0],
                        m->dim[1], pred->dim[2]);
    tape_push(t, soft_mse_back, loss, INPUTS(pred, target, m), each);
    return loss;
}

static void undecided_back(Tape *t, const Node *n)
{
    Tensor *m = n->in[0];
    t->be->undecided_bwd(tape_grad(t, m), n->out->grad, m->data, tensor_count(m));
}

Tensor *op_undecided(Tape *t, Tensor *m)
{
    check_mask(m);
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(m));
    t->be->undecided_fwd(loss->data, m->data, tensor_count(m));
    tape_push(t, undecided_back, loss, INPUTS(m), NULL);
    return loss;
}

static void share_kl_back(Tape *t, const Node *n)
{
    Tensor *m = n->in[0];
    t->be->share_kl_bwd(tape_grad(t, m), n->out->grad, m->data, m->dim[0], m->dim[1],
                        *(const double *)n->aux);
}

Tensor *op_share_kl(Tape *t, Tensor *m, double share)
{
    check_mask(m);
    CHECK(share > 0 && share < 1, "a share of %g", share);
    double *kept = ARENA_NEW(&t->nodes, double, 1);
    *kept = share;
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(m));
    t->be->share_kl_fwd(loss->data, m->data, m->dim[0], m->dim[1], share);
    tape_push(t, share_kl_back, loss, INPUTS(m), kept);
    return loss;
}

static void alike_back(Tape *t, const Node *n)
{
    Tensor *m = n->in[0];
    t->be->alike_bwd(tape_grad(t, m), n->out->grad, m->data, m->dim[0], m->dim[1]);
}

Tensor *op_alike(Tape *t, Tensor *m)
{
    check_mask(m);
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(m));
    real   *sums = TAPE_SCRATCH(t, m->dim[0]);
    t->be->alike_fwd(loss->data, sums, m->data, m->dim[0], m->dim[1]);
    tape_push(t, alike_back, loss, INPUTS(m), NULL);
    return loss;
}
