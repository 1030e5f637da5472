/* Moving rows: images to patches, patches to tokens, tokens to places. */
#include "core/tape/ops.h"

static void check_visible(const Visible *v, int N)
{
    CHECK(v->ids && v->N == N && 1 <= v->K && v->K <= v->L,
          "%d images; %d of %d patches visible of %d images", N, v->K, v->L, v->N);
    CHECK(v->thrown >= 0 && (!v->thrown || visible_hidden(v) > 0), "%d of %d thrown",
          v->thrown, v->L);
}

static void check_images(const Tensor *images, int p)
{
    CHECK(images->rank == 4, "images of rank %d", images->rank);
    CHECK(p >= 1 && images->dim[2] % p == 0 && images->dim[3] % p == 0,
          "patches of %d in an image of %d x %d", p, images->dim[2], images->dim[3]);
    CHECK(!images->wants_grad, "images are not differentiated");
}

Tensor *op_take_patches(Tape *t, Tensor *images, const Visible *v, int p)
{
    check_images(images, p);
    check_visible(v, images->dim[0]);
    int C = images->dim[1], rows = images->dim[2], cols = images->dim[3];
    CHECK(v->L == rows / p * (cols / p), "%d patches of %d in an image of %d x %d",
          v->L, p, rows, cols);
    Tensor *y = tape_constant(t, 3, (int[]){ v->N, v->K, C * p * p });
    t->be->take_patches(y->data, images->data, v->ids, v->N, C, rows, cols, p, v->K);
    return y;
}

static Tensor *targets(Tape *t, Tensor *images, const Visible *v, int p, bool normalized)
{
    check_images(images, p);
    int     N = images->dim[0], C = images->dim[1];
    int     rows = images->dim[2], cols = images->dim[3];
    int     L = rows / p * (cols / p), M = v ? visible_hidden(v) : L;
    CHECK(!normalized || p * p * C > 1, "a patch of one value cannot be normalised");
    CHECK(!v || (v->L == L && v->N == N && M > 0), "%d of %d patches hidden", M, L);
    Tensor *y = tape_constant(t, 3, (int[]){ N, M, p * p * C });
    t->be->target_patches(y->data, images->data, v ? v->ids + v->K : NULL, N, C, rows, cols,
                          p, M, normalized);
    return y;
}

Tensor *op_target_patches(Tape *t, Tensor *images, int p, bool normalized)
{
    return targets(t, images, NULL, p, normalized);
}

Tensor *op_target_hidden(Tape *t, Tensor *images, const Visible *v, int p, bool normalized)
{
    return targets(t, images, v, p, normalized);
}

/* Of one class or mask token and the positions. */
static void check_rows(const Tensor *x, int rows, const Tensor *one, const Tensor *pos,
                       const Visible *v)
{
    CHECK(x->rank == 3 && x->dim[1] == rows, "%d rows wanted, rank %d with %d", rows,
          x->rank, x->dim[1]);
    check_visible(v, x->dim[0]);
    size_t D = (size_t)x->dim[2];
    CHECK(tensor_count(one) == D && tensor_count(pos) == (size_t)(v->L + 1) * D,
          "width %zu: token of %zu, positions of %zu values", D, tensor_count(one),
          tensor_count(pos));
}

static void tokens_back(Tape *t, const Node *n)
{
    const Visible *v = n->aux;
    t->be->tokens_bwd(tape_grad(t, n->in[0]), tape_grad(t, n->in[1]),
                      tape_grad(t, n->in[2]), n->out->grad, v->ids, v->N, v->L, v->K,
                      n->out->dim[2]);
}

static const Visible *keep(Tape *t, const Visible *v)
{
    Visible *copy = ARENA_NEW(&t->nodes, Visible, 1);
    *copy = *v;
    return copy;
}

Tensor *op_tokens(Tape *t, Tensor *x, Tensor *cls, Tensor *pos, const Visible *v)
{
    check_rows(x, v->K, cls, pos, v);
    int     D = x->dim[2];
    Tensor *y = tape_result(t, 3, (int[]){ v->N, v->K + 1, D }, INPUTS(x, cls, pos));
    t->be->tokens_fwd(y->data, x->data, cls->data, pos->data, v->ids, v->N, v->L, v->K,
                      D);
    tape_push(t, tokens_back, y, INPUTS(x, cls, pos), keep(t, v));
    return y;
}

static void restore_back(Tape *t, const Node *n)
{
    const Visible *v = n->aux;
    t->be->restore_bwd(tape_grad(t, n->in[0]), tape_grad(t, n->in[1]),
                       tape_grad(t, n->in[2]), n->out->grad, v->ids, v->N, v->L, v->K,
                       n->out->dim[1]);
}

Tensor *op_restore(Tape *t, Tensor *x, Tensor *mask, Tensor *pos, const Visible *v)
{
    check_rows(x, v->K + 1, mask, pos, v);
    int     D = x->dim[2];
    Tensor *y = tape_result(t, 2, (int[]){ visible_once(v), D }, INPUTS(x, mask, pos));
    t->be->restore_fwd(y->data, x->data, mask->data, pos->data, v->ids, v->N, v->L, v->K,
                       D);
    tape_push(t, restore_back, y, INPUTS(x, mask, pos), keep(t, v));
    return y;
}

static void spread_back(Tape *t, const Node *n)
{
    const Visible *v = n->aux;
    const int     *dim = n->out->dim;
    t->be->spread_bwd(tape_grad(t, n->in[0]), n->out->grad, v->ids, v->N, v->L, v->K, dim[1],
                      dim[2]);
}

Tensor *op_spread(Tape *t, Tensor *x, const Visible *v)
{
    check_visible(v, v->N);
    CHECK(x->rank == 2 && x->dim[0] == visible_once(v), "%d rows wanted, rank %d with %d",
          visible_once(v), x->rank, x->dim[0]);
    int     T = visible_tokens(v), D = x->dim[1];
    Tensor *y = tape_result(t, 3, (int[]){ v->N, T, D }, INPUTS(x));
    t->be->spread_fwd(y->data, x->data, v->ids, v->N, v->L, v->K, T, D);
    tape_push(t, spread_back, y, INPUTS(x), keep(t, v));
    return y;
}

static void to_places_back(Tape *t, const Node *n)
{
    const Visible *v = n->aux;
    t->be->places_bwd(tape_grad(t, n->in[0]), n->out->grad, v->ids, v->N, v->L,
                      v->L - v->thrown, n->out->dim[2]);
}

Tensor *op_to_places(Tape *t, Tensor *x, const Visible *v)
{
    int M = v->L - v->thrown, D = x->dim[2];
    CHECK(x->rank == 3 && x->dim[1] == M + 1, "%d rows wanted, rank %d with %d", M + 1,
          x->rank, x->dim[1]);
    check_visible(v, x->dim[0]);
    Tensor *y = tape_result(t, 3, (int[]){ v->N, v->L + 1, D }, INPUTS(x));
    t->be->places_fwd(y->data, x->data, v->ids, v->N, v->L, M, D);
    tape_push(t, to_places_back, y, INPUTS(x), keep(t, v));
    return y;
}

static void check_tokens(const Tensor *x, int at_least)
{
    CHECK(x->rank == 3 && x->dim[1] >= at_least, "%d tokens wanted, rank %d with %d",
          at_least, x->rank, x->dim[1]);
}

static void last_rows_back(Tape *t, const Node *n)
{
    const int *dim = n->in[0]->dim;
    t->be->last_rows_bwd(tape_grad(t, n->in[0]), n->out->grad, dim[0], dim[1],
                         n->out->dim[1], dim[2]);
}

Tensor *op_last_rows(Tape *t, Tensor *x, int M)
{
    CHECK(M >= 1, "the last %d rows", M);
    check_tokens(x, M);
    int     N = x->dim[0], T = x->dim[1], D = x->dim[2];
    Tensor *y = tape_result(t, 3, (int[]){ N, M, D }, INPUTS(x));
    t->be->last_rows_fwd(y->data, x->data, N, T, M, D);
    tape_push(t, last_rows_back, y, INPUTS(x), NULL);
    return y;
}

Tensor *op_drop_class(Tape *t, Tensor *x)
{
    check_tokens(x, 2);
    return op_last_rows(t, x, x->dim[1] - 1);
}

static void take_class_back(Tape *t, const Node *n)
{
    const int *dim = n->in[0]->dim;
    t->be->take_class_bwd(tape_grad(t, n->in[0]), n->out->grad, dim[0], dim[1], dim[2]);
}

Tensor *op_take_class(Tape *t, Tensor *x)
{
    check_tokens(x, 1);
    int     N = x->dim[0], T = x->dim[1], D = x->dim[2];
    Tensor *y = tape_result(t, 2, (int[]){ N, D }, INPUTS(x));
    t->be->take_class_fwd(y->data, x->data, N, T, D);
    tape_push(t, take_class_back, y, INPUTS(x), NULL);
    return y;
}

static void mean_patches_back(Tape *t, const Node *n)
{
    const int *dim = n->in[0]->dim;
    t->be->mean_patches_bwd(tape_grad(t, n->in[0]), n->out->grad, dim[0], dim[1], dim[2]);
}

Tensor *op_mean_patches(Tape *t, Tensor *x)
{
    check_tokens(x, 2);
    int     N = x->dim[0], T = x->dim[1], D = x->dim[2];
    Tensor *y = tape_result(t, 2, (int[]){ N, D }, INPUTS(x));
    t->be->mean_patches_fwd(y->data, x->data, N, T, D);
    tape_push(t, mean_patches_back, y, INPUTS(x), NULL);
    return y;
}
