/* Maps seen otherwise, side by side, and with channels missing. */
#include "core/tape/maps.h"

#include <string.h>

static void shape_back(Tape *t, const Node *n)
{
    tape_pass_grad(t, n->in[0], n->out);
}

Tensor *op_shape(Tape *t, Tensor *x, int rank, const int *dim)
{
    Tensor *y = tape_view(t, x, rank, dim);
    tape_push(t, shape_back, y, INPUTS(x), NULL);
    return y;
}

static void concat_back(Tape *t, const Node *n)
{
    Tensor *y = n->out;
    int     width = y->dim[y->rank - 1];
    for (int i = 0, at = 0; i < MAX_INPUTS && n->in[i]; i++) {
        Tensor *x = n->in[i];
        int     C = x->dim[x->rank - 1];
        t->be->columns_take(tape_grad_over(t, x), y->grad, tensor_rows(y), width, at, C);
        at += C;
    }
}

Tensor *op_concat(Tape *t, Tensor *const *x, int count)
{
    CHECK(1 <= count && count <= MAX_INPUTS && x[0]->rank >= 1, "%d maps side by side",
          count);
    Tensor *in[MAX_INPUTS] = { NULL };
    int     rank = x[0]->rank, dim[MAX_RANK] = { 0 }, width = 0;
    memcpy(dim, x[0]->dim, sizeof dim);
    for (int i = 0; i < count; i++) {
        CHECK(x[i]->rank == rank && tensor_rows(x[i]) == tensor_rows(x[0]),
              "map %d beside the first: %zu pixels and %zu", i, tensor_rows(x[i]),
              tensor_rows(x[0]));
        in[i] = x[i];
        width += x[i]->dim[rank - 1];
    }
    dim[rank - 1] = width;
    Tensor *y = tape_result(t, rank, dim, in);
    for (int i = 0, at = 0; i < count; at += x[i++]->dim[rank - 1])
        t->be->columns_put(y->data, x[i]->data, tensor_rows(y), width, at,
                           x[i]->dim[rank - 1]);
    tape_push(t, concat_back, y, in, NULL);
    return y;
}

/* Goes back without x, whose place the gradient may take. */
static void drop_channels_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *kept = n->in[1];
    int     N = kept->dim[0], C = kept->dim[1];
    t->be->drop_channels_bwd(tape_grad_over(t, x), n->out->grad, kept->data, N,
                             tensor_rows(x) / (size_t)N, C);
}

Tensor *op_drop_channels(Tape *t, Tensor *x, Tensor *kept)
{
    CHECK(x->rank >= 2 && kept->rank == 2 && kept->dim[0] == x->dim[0] &&
              kept->dim[1] == x->dim[x->rank - 1],
          "maps [%d, .., %d], channels kept [%d, %d]", x->dim[0],
          x->rank ? x->dim[x->rank - 1] : 0, kept->dim[0], kept->dim[1]);
    CHECK(!kept->wants_grad, "which channels are kept is not differentiated");
    int     N = kept->dim[0], C = kept->dim[1];
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x));
    t->be->drop_channels_fwd(y->data, x->data, kept->data, N,
                             tensor_rows(x) / (size_t)N, C);
    tape_push(t, drop_channels_back, y, INPUTS(x, kept), NULL);
    return y;
}
