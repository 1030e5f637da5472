/* What a loss predictor learns from. */
#include "core/tape/ops.h"

static void patch_mean_back(Tape *t, const Node *n)
{
    const int *dim = n->in[0]->dim;
    t->be->patch_mean_bwd(tape_grad(t, n->in[0]), n->out->grad, dim[0], dim[1] - 1, dim[2]);
}

Tensor *op_patch_mean(Tape *t, Tensor *x)
{
    CHECK(x->rank == 3 && x->dim[1] > 1, "patches behind a class token wanted, rank %d",
          x->rank);
    int     N = x->dim[0], L = x->dim[1] - 1;
    Tensor *y = tape_result(t, 2, (int[]){ N, L }, INPUTS(x));
    t->be->patch_mean_fwd(y->data, x->data, N, L, x->dim[2]);
    tape_push(t, patch_mean_back, y, INPUTS(x), NULL);
    return y;
}

typedef struct {
    Visible visible;
    real   *sums;
} Kept;

static Kept *keep(Tape *t, const Tensor *guess, const Tensor *losses, const Visible *v)
{
    CHECK(guess->rank == 2 && tensor_same_shape(guess, losses),
          "%zu guesses of %zu losses", tensor_count(guess), tensor_count(losses));
    CHECK(!losses->wants_grad, "losses are not differentiated");
    CHECK(v->ids && v->N == guess->dim[0] && v->L == guess->dim[1] && 0 <= v->K &&
              v->K < v->L,
          "%d images of %d patches; %d of %d patches visible of %d", guess->dim[0],
          guess->dim[1], v->K, v->L, v->N);
    Kept *k = ARENA_NEW(&t->nodes, Kept, 1);
    *k = (Kept){ .visible = *v };
    return k;
}

static void order_loss_back(Tape *t, const Node *n)
{
    const Kept    *k = n->aux;
    const Visible *v = &k->visible;
    t->be->order_loss_bwd(tape_grad(t, n->in[0]), n->out->grad, k->sums, n->in[0]->data,
                          n->in[1]->data, v->ids, v->N, v->L, v->K);
}

Tensor *op_order_loss(Tape *t, Tensor *guess, Tensor *losses, const Visible *v)
{
    Kept   *k = keep(t, guess, losses, v);
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(guess));
    k->sums = TAPE_SCRATCH(t, 2 * v->N);
    t->be->order_loss_fwd(loss->data, k->sums, guess->data, losses->data, v->ids, v->N, v->L,
                          v->K);
    tape_push(t, order_loss_back, loss, INPUTS(guess, losses), k);
    return loss;
}

static void size_loss_back(Tape *t, const Node *n)
{
    const Visible *v = &((const Kept *)n->aux)->visible;
    t->be->size_loss_bwd(tape_grad(t, n->in[0]), n->out->grad, n->in[0]->data,
                         n->in[1]->data, v->ids, v->N, v->L, v->K);
}

Tensor *op_size_loss(Tape *t, Tensor *guess, Tensor *losses, const Visible *v)
{
    Kept   *k = keep(t, guess, losses, v);
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(guess));
    t->be->size_loss_fwd(loss->data, guess->data, losses->data, v->ids, v->N, v->L, v->K);
    tape_push(t, size_loss_back, loss, INPUTS(guess, losses), k);
    return loss;
}
