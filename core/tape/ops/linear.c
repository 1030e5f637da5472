/* Matrix products and what is fused with them.  Matrices are row-major and the
 * weights [O, I], so forwards is x w^T and backwards needs no transposed copy. */
#include "core/tape/dense.h"
#include "core/tape/ops.h"
#include "core/tape/ops/piece.h"

/* dx += dy w,  dw += dy^T x,  db += sum of rows of dy */
static void linear_shares(Tape *t, Tensor *x, const real *x_data, Tensor *w, Tensor *b,
                          const real *dy)
{
    int   rows = (int)tensor_rows(x), I = w->dim[1], O = w->dim[0];
    Share dw = tape_grad(t, w), db = tape_grad(t, b), dx = tape_grad(t, x);
    if (db.at) t->be->columns_bwd(db, dy, (size_t)rows, (size_t)O);
    if (dw.at) t->be->gemm(1, 0, O, I, rows, dy, x_data, dw.beta, dw.at);
    if (dx.at) t->be->gemm(0, 0, rows, I, O, dy, w->data, dx.beta, dx.at);
}

static void linear_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *w = n->in[1], *b = n->in[2], *residual = n->in[3];
    linear_shares(t, x, x->data, w, b, n->out->grad);
    tape_pass_grad(t, residual, n->out);
}

/* The result of x w^T + b + residual, not yet computed. */
static Tensor *linear_result(Tape *t, Tensor *const in[MAX_INPUTS], Tensor *x, Tensor *w,
                             Tensor *b, Tensor *residual)
{
    CHECK(x->rank >= 1 && w->rank == 2 && x->dim[x->rank - 1] == w->dim[1],
          "linear of rank %d, width %d by [%d, %d]", x->rank,
          x->rank ? x->dim[x->rank - 1] : 0, w->dim[0], w->dim[1]);
    CHECK(!b || (b->rank == 1 && b->dim[0] == w->dim[0]),
          "linear: %d outputs, bias has %zu", w->dim[0], tensor_count(b));
    int dim[MAX_RANK] = { 0 };
    for (int i = 0; i < x->rank; i++) dim[i] = x->dim[i];
    dim[x->rank - 1] = w->dim[0];
    Tensor *y = tape_result(t, x->rank, dim, in);
    CHECK(!residual || tensor_same_shape(residual, y),
          "residual has %zu values, result %zu", tensor_count(residual), tensor_count(y));
    return y;
}

Tensor *op_linear(Tape *t, Tensor *x, Tensor *w, Tensor *b)
{
    return op_linear_add(t, x, w, b, NULL);
}

Tensor *op_linear_add(Tape *t, Tensor *x, Tensor *w, Tensor *b, Tensor *residual)
{
    Tensor *const *in = INPUTS(x, w, b, residual);
    Tensor        *y = linear_result(t, in, x, w, b, residual);
    t->be->linear_fwd(y->data, x->data, w->data, b ? b->data : NULL,
                      residual ? residual->data : NULL, (int)tensor_rows(x), w->dim[1],
                      w->dim[0]);
    tape_push(t, linear_back, y, in, NULL);
    return y;
}

/* The normalised rows live in scratch both ways: writing them anew costs less
 * than keeping them. */
static void norm_linear_shares(Tape *t, const Node *n, const real *stats, const real *dy)
{
    Tensor *x = n->in[0], *gain = n->in[1], *bias = n->in[2];
    Tensor *w = n->in[3], *b = n->in[4];
    int     rows = (int)tensor_rows(x), I = w->dim[1], O = w->dim[0];

    Room  room = tape_take(t, tensor_count(x));
    real *z = room.at; /* first norm(x), then its gradient */
    Share dw = tape_grad(t, w), db = tape_grad(t, b);
    if (db.at) t->be->columns_bwd(db, dy, (size_t)rows, (size_t)O);
    if (dw.at) {
        t->be->norm_again(z, stats, x->data, gain->data, bias->data, (size_t)rows,
                          (size_t)I);
        t->be->gemm(1, 0, O, I, rows, dy, z, dw.beta, dw.at);
    }
    t->be->gemm(0, 0, rows, I, O, dy, w->data, 0, z);
    t->be->norm_bwd(tape_grad_over(t, x), tape_grad(t, gain), tape_grad(t, bias), z,
                    x->data, stats, gain->data, (size_t)rows, (size_t)I);
    tape_give(t, room);
}

/* y = norm(x) w^T + b, without a node. */
static void norm_linear(Tape *t, real *y, real *stats, Tensor *const in[MAX_INPUTS],
                        double eps)
{
    Tensor   *x = in[0], *gain = in[1], *bias = in[2], *w = in[3], *b = in[4];
    int       rows = (int)tensor_rows(x), I = w->dim[1], O = w->dim[0];
    ArenaMark m = arena_mark(&t->values);
    real     *z = TAPE_SCRATCH(t, tensor_count(x));
    CHECK(tensor_count(gain) == (size_t)I && tensor_count(bias) == (size_t)I,
          "norm of width %d with %zu gains, %zu biases", I, tensor_count(gain),
          tensor_count(bias));
    t->be->norm_fwd(z, stats, x->data, gain->data, bias->data, (size_t)rows, (size_t)I, eps);
    t->be->linear_fwd(y, z, w->data, b ? b->data : NULL, NULL, rows, I, O);
    arena_rewind(&t->values, m);
}

static void norm_linear_back(Tape *t, const Node *n)
{
    norm_linear_shares(t, n, n->aux, n->out->grad);
}

Tensor *op_norm_linear(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, double eps,
                       Tensor *w, Tensor *b)
{
    Tensor *const *in = INPUTS(x, gain, bias, w, b);
    Tensor        *y = linear_result(t, in, x, w, b, NULL);
    real          *stats = y->wants_grad ? TAPE_SCRATCH(t, 2 * tensor_rows(x)) : NULL;
    norm_linear(t, y->data, stats, in, eps);
    tape_push(t, norm_linear_back, y, in, stats);
    return y;
}

typedef struct {
    const real *stats;
    Visible     visible;
} Spread;

static void norm_linear_spread_back(Tape *t, const Node *n)
{
    const Spread  *s = n->aux;
    const Visible *v = &s->visible;
    const int     *dim = n->out->dim;
    Room           room = tape_take(t, tensor_rows(n->in[0]) * (size_t)dim[2]);
    t->be->spread_bwd((Share){ room.at, 0 }, n->out->grad, v->ids, v->N, v->L, v->K, dim[1],
                      dim[2]);
    norm_linear_shares(t, n, s->stats, room.at);
    tape_give(t, room);
}

Tensor *op_norm_linear_spread(Tape *t, Tensor *x, Tensor *gain, Tensor *bias, double eps,
                              Tensor *w, Tensor *b, const Visible *v)
{
    Tensor *const *in = INPUTS(x, gain, bias, w, b);
    int            T = visible_tokens(v), O = w->dim[0];
    CHECK(x->rank == 2 && x->dim[0] == visible_once(v) && x->dim[1] == w->dim[1] &&
              (!b || tensor_count(b) == (size_t)O),
          "%d rows of width %d wanted, rank %d with %d", visible_once(v), w->dim[1],
          x->rank, x->dim[0]);
    Tensor *y = tape_result(t, 3, (int[]){ v->N, T, O }, in);
    Spread *s = ARENA_NEW(&t->nodes, Spread, 1);
    real   *stats = y->wants_grad ? TAPE_SCRATCH(t, 2 * tensor_rows(x)) : NULL;
    *s = (Spread){ stats, *v };

    ArenaMark m = arena_mark(&t->values);
    real     *once = TAPE_SCRATCH(t, tensor_rows(x) * (size_t)O);
    norm_linear(t, once, stats, in, eps);
    t->be->spread_fwd(y->data, once, v->ids, v->N, v->L, v->K, T, O);
    arena_rewind(&t->values, m);
    tape_push(t, norm_linear_spread_back, y, in, s);
    return y;
}

enum { PIECE = 1 << 21 }; /* values of h whose gelu is there at a time */

static void gelu_linear_add_back(Tape *t, const Node *n)
{
    Tensor *h = n->in[0], *w = n->in[1], *b = n->in[2], *residual = n->in[3];
    int     rows = (int)tensor_rows(h), I = w->dim[1], O = w->dim[0];
    Share   dw = tape_grad(t, w), db = tape_grad(t, b), dh = tape_grad_over(t, h);
    if (db.at) t->be->columns_bwd(db, n->out->grad, (size_t)rows, (size_t)O);

    Room  room = tape_take(t, piece_values(rows, I, PIECE));
    real *g = room.at;
    for (int i = 0; i < piece_of(rows, I, PIECE, 0).n; i++) {
        Piece       p = piece_of(rows, I, PIECE, i);
        size_t      at = (size_t)p.lo * (size_t)I;
        const real *dy = n->out->grad + (size_t)p.lo * (size_t)O;
        if (dh.at) {
            t->be->gemm(0, 0, p.rows, I, O, dy, w->data, 0, g);
            t->be->gelu_turn((Share){ dh.at + at, dh.beta }, g, h->data + at,
                             (size_t)p.rows * (size_t)I);
        } else {
            t->be->gelu_fwd(g, h->data + at, (size_t)p.rows * (size_t)I);
        }
        if (dw.at) t->be->gemm(1, 0, O, I, p.rows, dy, g, i ? 1 : dw.beta, dw.at);
    }
    tape_give(t, room);
    tape_pass_grad(t, residual, n->out);
}

Tensor *op_gelu_linear_add(Tape *t, Tensor *h, Tensor *w, Tensor *b, Tensor *residual)
{
    Tensor *const *in = INPUTS(h, w, b, residual);
    Tensor        *y = linear_result(t, in, h, w, b, residual);
    int            rows = (int)tensor_rows(h), I = w->dim[1], O = w->dim[0];
    ArenaMark      m = arena_mark(&t->values);
    real          *g = TAPE_SCRATCH(t, piece_values(rows, I, PIECE));
    for (int i = 0; i < piece_of(rows, I, PIECE, 0).n; i++) {
        Piece  p = piece_of(rows, I, PIECE, i);
        size_t at = (size_t)p.lo * (size_t)O;
        t->be->gelu_fwd(g, h->data + (size_t)p.lo * (size_t)I, (size_t)p.rows * (size_t)I);
        t->be->linear_fwd(y->data + at, g, w->data, b ? b->data : NULL,
                          residual ? residual->data + at : NULL, p.rows, I, O);
    }
    arena_rewind(&t->values, m);
    tape_push(t, gelu_linear_add_back, y, in, NULL);
    return y;
}

static void add_back(Tape *t, const Node *n)
{
    Share dx = tape_grad(t, n->in[1]);
    if (dx.at) t->be->add_bwd(dx, n->out->grad, tensor_count(n->out));
    tape_pass_grad(t, n->in[0], n->out);
}

Tensor *op_add(Tape *t, Tensor *x, Tensor *y)
{
    CHECK(tensor_same_shape(x, y), "adding %zu and %zu values of different shape",
          tensor_count(x), tensor_count(y));
    Tensor *sum = tape_result(t, x->rank, x->dim, INPUTS(x, y));
    t->be->add_fwd(sum->data, x->data, y->data, tensor_count(x));
    tape_push(t, add_back, sum, INPUTS(x, y), NULL);
    return sum;
}

/* The sum's gradient is x's as it stands, so it is passed on last. */
static void gain_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *gain = n->in[1];
    t->be->gain_bwd(tape_grad(t, x), tape_grad(t, gain), n->out->grad, x->data, gain->data,
                    tensor_rows(x), tensor_count(gain));
}

Tensor *op_gain(Tape *t, Tensor *x, Tensor *gain)
{
    CHECK(x->rank >= 1 && tensor_count(gain) == (size_t)x->dim[x->rank - 1],
          "%zu gains of width %d", tensor_count(gain), x->rank ? x->dim[x->rank - 1] : 0);
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x, gain));
    t->be->gain_fwd(y->data, x->data, gain->data, tensor_rows(x), tensor_count(gain));
    tape_push(t, gain_back, y, INPUTS(x, gain), NULL);
    return y;
}

/* dx = weights^T dy, of each image */
static void mix_rows_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *weights = n->in[1], *y = n->out;
    Share   dx = tape_grad(t, x);
    int     O = y->dim[1], I = x->dim[1], D = x->dim[2];
    for (int i = 0; dx.at && i < x->dim[0]; i++)
        t->be->gemm(1, 0, I, D, O, weights->data, y->grad + (size_t)i * O * D, dx.beta,
                    dx.at + (size_t)i * I * D);
}

Tensor *op_mix_rows(Tape *t, Tensor *x, Tensor *weights)
{
    CHECK(x->rank == 3 && weights->rank == 2 && weights->dim[1] == x->dim[1],
          "rows of rank %d mixed by [%d, %d]", x->rank, weights->dim[0], weights->dim[1]);
    CHECK(!weights->wants_grad, "op_mix_rows has no gradient for its weights");
    int     O = weights->dim[0], I = x->dim[1], D = x->dim[2];
    Tensor *y = tape_result(t, 3, (int[]){ x->dim[0], O, D }, INPUTS(x));
    for (int i = 0; i < x->dim[0]; i++)
        t->be->gemm(0, 0, O, D, I, weights->data, x->data + (size_t)i * I * D, 0,
                    y->data + (size_t)i * O * D);
    tape_push(t, mix_rows_back, y, INPUTS(x, weights), NULL);
    return y;
}

static void add_share_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *branch = n->in[1], *share = n->in[2];
    size_t  N = tensor_count(share);
    t->be->add_share_bwd(tape_grad(t, branch), n->out->grad, share->data, (int)N,
                         tensor_count(x) / N);
    tape_pass_grad(t, x, n->out);
}

Tensor *op_add_share(Tape *t, Tensor *x, Tensor *branch, Tensor *share)
{
    CHECK(tensor_same_shape(x, branch) && x->rank >= 1 && share->rank == 1 &&
              share->dim[0] == x->dim[0],
          "adding %zu shares of %zu values to %zu", tensor_count(share),
          tensor_count(branch), tensor_count(x));
    CHECK(!share->wants_grad, "op_add_share has no gradient for its shares");
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x, branch));
    size_t  N = tensor_count(share);
    t->be->add_share_fwd(y->data, x->data, branch->data, share->data, (int)N,
                         tensor_count(x) / N);
    tape_push(t, add_share_back, y, INPUTS(x, branch, share), NULL);
    return y;
}

static void dot_back(Tape *t, const Node *n)
{
    Tensor *x = n->in[0], *w = n->in[1];
    t->be->dot_bwd(tape_grad(t, x), n->out->grad, w->data, tensor_count(x));
}

Tensor *op_dot(Tape *t, Tensor *x, Tensor *w)
{
    CHECK(tensor_count(x) == tensor_count(w), "dot of %zu and %zu values",
          tensor_count(x), tensor_count(w));
    CHECK(!w->wants_grad, "op_dot has no gradient for its second input");
    Tensor *y = tape_result(t, 0, NULL, INPUTS(x));
    t->be->dot_fwd(y->data, x->data, w->data, tensor_count(x));
    tape_push(t, dot_back, y, INPUTS(x, w), NULL);
    return y;
}

Tensor *op_times(Tape *t, Tensor *x, double factor)
{
    CHECK(tensor_count(x) == 1, "%zu values are no scalar", tensor_count(x));
    Tensor *c = tape_constant(t, 0, NULL);
    t->be->write(c->data, &(real){ (real)factor }, 1);
    return op_dot(t, x, c);
}
