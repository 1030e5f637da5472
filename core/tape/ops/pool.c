/* Maps of another size. */
#include "core/tape/maps.h"

static void check_map(const Tensor *x)
{
    CHECK(x->rank == 4, "a map of rank %d", x->rank);
}

/* Goes back from its input: the largest is found again. */
static void max_pool_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0];
    t->be->max_pool_bwd(tape_grad(t, x), n->out->grad, x->data, n->aux);
}

Tensor *op_max_pool(Tape *t, Tensor *x, int size, int stride)
{
    check_map(x);
    CHECK(1 <= size && size <= x->dim[1] && size <= x->dim[2] && stride >= 1,
          "the largest of %d x %d by steps of %d over %d x %d", size, size, stride,
          x->dim[1], x->dim[2]);
    Slide *s = ARENA_NEW(&t->nodes, Slide, 1);
    *s = (Slide){ .N = x->dim[0], .rows = x->dim[1], .cols = x->dim[2], .C = x->dim[3],
                  .k = size, .stride = stride, .spread = 1,
                  .down = (x->dim[1] - size) / stride + 1,
                  .across = (x->dim[2] - size) / stride + 1 };
    Tensor *y = tape_result(t, 4, (int[]){ s->N, s->down, s->across, s->C }, INPUTS(x));
    t->be->max_pool_fwd(y->data, x->data, s);
    tape_push(t, max_pool_back, y, INPUTS(x), s);
    return y;
}

static void mean_pool_back(Tape *t, const Node *n)
{
    const Tensor *x = n->in[0];
    t->be->mean_pool_bwd(tape_grad(t, n->in[0]), n->out->grad, x->dim[0], x->dim[1],
                         x->dim[2], x->dim[3], n->out->dim[1]);
}

Tensor *op_mean_pool(Tape *t, Tensor *x, int n)
{
    check_map(x);
    CHECK(n >= 1, "means of %d x %d cells", n, n);
    Tensor *y = tape_result(t, 4, (int[]){ x->dim[0], n, n, x->dim[3] }, INPUTS(x));
    t->be->mean_pool_fwd(y->data, x->data, x->dim[0], x->dim[1], x->dim[2], x->dim[3], n);
    tape_push(t, mean_pool_back, y, INPUTS(x), NULL);
    return y;
}

static void resize_back(Tape *t, const Node *n)
{
    const Tensor *x = n->in[0], *y = n->out;
    t->be->resize_bwd(tape_grad(t, n->in[0]), y->grad, x->dim[0], x->dim[1], x->dim[2],
                      x->dim[3], y->dim[1], y->dim[2]);
}

Tensor *op_resize(Tape *t, Tensor *x, int rows, int cols)
{
    check_map(x);
    CHECK(rows >= 1 && cols >= 1, "a map of %d x %d", rows, cols);
    Tensor *y = tape_result(t, 4, (int[]){ x->dim[0], rows, cols, x->dim[3] }, INPUTS(x));
    t->be->resize_fwd(y->data, x->data, x->dim[0], x->dim[1], x->dim[2], x->dim[3], rows,
                      cols);
    tape_push(t, resize_back, y, INPUTS(x), NULL);
    return y;
}
