/* Losses of what has labels: some values, or the class of each row. */
#include "core/tape/dense.h"

typedef struct {
    const Targets *y;
    double         beta, count;
} Wanted;

static const Wanted *wanted(Tape *t, const Tensor *x, const Targets *y, double beta,
                            double count)
{
    CHECK(count > 0 && beta >= 0, "a loss divided by %g, with beta %g", count, beta);
    size_t all = tensor_count(x);
    for (int i = 0; i < y->n; i++)
        CHECK(y->at[i] >= 0 && (size_t)y->at[i] < all, "target %d is for value %d of %zu",
              i, y->at[i], all);
    Wanted *w = ARENA_NEW(&t->nodes, Wanted, 1);
    *w = (Wanted){ y, beta, count };
    return w;
}

static void sigmoid_cross_entropy_back(Tape *t, const Node *n)
{
    Tensor       *x = n->in[0];
    const Wanted *w = n->aux;
    t->be->sigmoid_cross_entropy_bwd(tape_grad(t, x), n->out->grad, x->data,
                                     tensor_count(x), w->y->at, w->y->value, w->y->n,
                                     w->count);
}

Tensor *op_sigmoid_cross_entropy(Tape *t, Tensor *x, const Targets *y, double count)
{
    const Wanted *w = wanted(t, x, y, 0, count);
    Tensor       *loss = tape_result(t, 0, NULL, INPUTS(x));
    t->be->sigmoid_cross_entropy_fwd(loss->data, x->data, y->at, y->value, y->n, count);
    tape_push(t, sigmoid_cross_entropy_back, loss, INPUTS(x), w);
    return loss;
}

static void smooth_l1_back(Tape *t, const Node *n)
{
    Tensor       *x = n->in[0];
    const Wanted *w = n->aux;
    t->be->smooth_l1_bwd(tape_grad(t, x), n->out->grad, x->data, tensor_count(x),
                         w->y->at, w->y->value, w->y->n, w->beta, w->count);
}

Tensor *op_smooth_l1(Tape *t, Tensor *x, const Targets *y, double beta, double count)
{
    const Wanted *w = wanted(t, x, y, beta, count);
    Tensor       *loss = tape_result(t, 0, NULL, INPUTS(x));
    t->be->smooth_l1_fwd(loss->data, x->data, y->at, y->value, y->n, beta, count);
    tape_push(t, smooth_l1_back, loss, INPUTS(x), w);
    return loss;
}

typedef struct {
    const int *label;
    int        ignore;
    double     count;
} Labels;

static void label_cross_entropy_back(Tape *t, const Node *n)
{
    Tensor       *x = n->in[0];
    const Labels *l = n->aux;
    t->be->label_cross_entropy_bwd(tape_grad_over(t, x), n->out->grad, x->data, l->label,
                                   l->ignore, tensor_rows(x), (size_t)x->dim[x->rank - 1],
                                   l->count);
}

Tensor *op_label_cross_entropy(Tape *t, Tensor *x, const int *label, int ignore,
                               double count)
{
    CHECK(x->rank >= 1 && count > 0, "labels for rank %d, a loss divided by %g", x->rank,
          count);
    size_t rows = tensor_rows(x);
    int    C = x->dim[x->rank - 1];
    for (size_t i = 0; i < rows; i++)
        CHECK(label[i] == ignore || (label[i] >= 0 && label[i] < C),
              "row %zu has label %d of %d", i, label[i], C);
    Labels *l = ARENA_NEW(&t->nodes, Labels, 1);
    *l = (Labels){ label, ignore, count };
    Tensor *loss = tape_result(t, 0, NULL, INPUTS(x));
    t->be->label_cross_entropy_fwd(loss->data, x->data, label, ignore, rows, (size_t)C,
                                   count);
    tape_push(t, label_cross_entropy_back, loss, INPUTS(x), l);
    return loss;
}
