/* A map in windows. */
#include "core/tape/dense.h"

static int windows_of(int rows, int cols, int S)
{
    return ((rows + S - 1) / S) * ((cols + S - 1) / S);
}

/* Windows and the map they are of, whichever of the two is the result. */
static void to_map(Tape *t, Share map, const real *windows, const int *dim, int S)
{
    t->be->from_windows(map, windows, dim[0], dim[1], dim[2], dim[3], S);
}

static void to_windows(Tape *t, Share windows, const real *map, const int *dim, int S)
{
    t->be->to_windows(windows, map, dim[0], dim[1], dim[2], dim[3], S);
}

static int side_of(const Tensor *windows)
{
    int S = 1;
    while (S * S < windows->dim[1]) S++;
    return S;
}

static void to_windows_back(Tape *t, const Node *n)
{
    to_map(t, tape_grad(t, n->in[0]), n->out->grad, n->in[0]->dim, side_of(n->out));
}

Tensor *op_to_windows(Tape *t, Tensor *x, int S)
{
    CHECK(x->rank == 4 && S >= 1, "windows of %d x %d of rank %d", S, S, x->rank);
    int     w = windows_of(x->dim[1], x->dim[2], S);
    Tensor *y = tape_result(t, 3, (int[]){ x->dim[0] * w, S * S, x->dim[3] }, INPUTS(x));
    to_windows(t, (Share){ y->data, 0 }, x->data, x->dim, S);
    tape_push(t, to_windows_back, y, INPUTS(x), NULL);
    return y;
}

static void from_windows_back(Tape *t, const Node *n)
{
    to_windows(t, tape_grad(t, n->in[0]), n->out->grad, n->out->dim, side_of(n->in[0]));
}

Tensor *op_from_windows(Tape *t, Tensor *x, int rows, int cols)
{
    CHECK(x->rank == 3, "windows of rank %d", x->rank);
    int S = side_of(x), w = windows_of(rows, cols, S);
    CHECK(S * S == x->dim[1] && x->dim[0] % w == 0,
          "%d windows of %d tokens, of maps of %d x %d", x->dim[0], x->dim[1], rows,
          cols);
    int     dim[4] = { x->dim[0] / w, rows, cols, x->dim[2] };
    Tensor *y = tape_result(t, 4, dim, INPUTS(x));
    to_map(t, (Share){ y->data, 0 }, x->data, dim, S);
    tape_push(t, from_windows_back, y, INPUTS(x), NULL);
    return y;
}
