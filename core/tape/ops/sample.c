/* What a sampler of patches learns from. */
#include "core/tape/ops.h"

static void add_row_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *row = n->in[1], *y = n->out;
    Share   drow = tape_grad(t, row);
    if (drow.at) t->be->columns_bwd(drow, y->grad, (size_t)y->dim[0], tensor_count(row));
    tape_pass_grad(t, x, y);
}

Tensor *op_add_row(Tape *t, Tensor *x, Tensor *row)
{
    size_t cols = tensor_count(row);
    CHECK(x->rank >= 1 && tensor_count(x) == cols * (size_t)x->dim[0],
          "a row of %zu added to rows of %zu", cols,
          x->rank ? tensor_count(x) / (size_t)x->dim[0] : 0);
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x, row));
    t->be->add_row_fwd(y->data, x->data, row->data, (size_t)x->dim[0], cols);
    tape_push(t, add_row_back, y, INPUTS(x, row), NULL);
    return y;
}

typedef struct {
    Visible visible;
    real   *sums;
} Kept;

static void sampling_loss_back(Tape *t, const Node *n)
{
    const Kept    *k = n->aux;
    const Visible *v = &k->visible;
    t->be->sampling_loss_bwd(tape_grad(t, n->in[0]), n->out->grad, k->sums, n->in[0]->data,
                             n->in[1]->data, v->ids, v->N, v->L, v->K);
}

Tensor *op_sampling_loss(Tape *t, Tensor *odds, Tensor *losses, const Visible *v)
{
    size_t all = (size_t)v->N * (size_t)v->L;
    CHECK(tensor_count(odds) == all && tensor_count(losses) == all,
          "%zu odds of %zu losses of %d images of %d patches", tensor_count(odds),
          tensor_count(losses), v->N, v->L);
    CHECK(!losses->wants_grad, "losses are not differentiated");
    CHECK(v->ids && 0 <= v->K && v->K < v->L, "%d of %d patches visible", v->K, v->L);
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(odds));
    Kept   *k = ARENA_NEW(&t->nodes, Kept, 1);
    *k = (Kept){ *v, TAPE_SCRATCH(t, v->N) };
    t->be->sampling_loss_fwd(loss->data, k->sums, odds->data, losses->data, v->ids, v->N,
                             v->L, v->K);
    tape_push(t, sampling_loss_back, loss, INPUTS(odds, losses), k);
    return loss;
}
