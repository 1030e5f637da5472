/* Self-attention and the projection behind it.  Keeps one number per query and head. */
#include "core/tape/ops.h"

static void check_qkv(const Tensor *qkv, int H)
{
    CHECK(qkv->rank == 3 && qkv->dim[2] % 3 == 0, "attention over rank %d, width %d",
          qkv->rank, qkv->dim[2]);
    CHECK(H >= 1 && qkv->dim[2] / 3 % H == 0, "attention: width %d into %d heads",
          qkv->dim[2] / 3, H);
}

static void check_residual(const Tensor *r, const Tensor *y, int T, const Visible *v)
{
    if (v)
        CHECK(r->rank == 2 && r->dim[0] == visible_once(v) && r->dim[1] == y->dim[2] &&
                  v->N == y->dim[0] && y->dim[1] == T && T == visible_tokens(v),
              "%d rows wanted, rank %d with %d; %d of %d rows ask", visible_once(v), r->rank,
              r->dim[0], y->dim[1], T);
    else
        CHECK(!r || (r->rank == 3 && r->dim[0] == y->dim[0] && r->dim[2] == y->dim[2] &&
                     (r->dim[1] == y->dim[1] || r->dim[1] == T)),
              "residual has %zu values, result %zu", tensor_count(r), tensor_count(y));
}

/* What attention finds for M rows of each image. */
static size_t values_of(const Tensor *qkv, int M)
{
    return tensor_count(qkv) / 3 / (size_t)qkv->dim[1] * (size_t)M;
}

/* Forwards attention's own result lives in scratch.  Backwards it holds its
 * gradient, then itself again: a product more for each head, while its probabilities
 * are there, instead of keeping it.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2; the way back from
 * the log-sum-exp is that of Dao et al. 2022, arXiv:2205.14135, section 3.1. */
static void attention_linear_add_back(Tape *t, const Node *n)
{
    Tensor        *qkv = n->in[0], *w = n->in[1], *b = n->in[2], *residual = n->in[3];
    const Visible *v = n->aux; /* NULL: the residual is not spread */
    const real    *lse = n->in[4]->data, *dout = n->out->grad;
    int            N = qkv->dim[0], T = qkv->dim[1], M = n->out->dim[1];
    int            D = w->dim[1], O = w->dim[0], H = n->in[4]->dim[1];
    Share          dqkv = tape_grad_over(t, qkv), dw = tape_grad(t, w), db = tape_grad(t, b);
    if (db.at) t->be->columns_bwd(db, dout, (size_t)(N * M), (size_t)O);

    Room  room = tape_take(t, values_of(qkv, M));
    real *y = room.at;
    if (dqkv.at) {
        t->be->gemm(0, 0, N * M, D, O, dout, w->data, 0, y);
        t->be->attention_bwd(dqkv, dw.at ? y : NULL, y, qkv->data, lse, N, T, M, D, H);
    } else if (dw.at) {
        t->be->attention_fwd(y, NULL, qkv->data, N, T, M, D, H);
    }
    if (dw.at) t->be->gemm(1, 0, O, D, N * M, dout, y, dw.beta, dw.at);
    tape_give(t, room);
    if (v)
        t->be->spread_bwd(tape_grad(t, residual), dout, v->ids, N, v->L, v->K, M, O);
    else if (!residual || residual->dim[1] == M)
        tape_pass_grad(t, residual, n->out);
    else
        t->be->last_rows_bwd(tape_grad(t, residual), dout, N, T, M, O);
}

static Tensor *attention_linear_add(Tape *t, Tensor *qkv, int H, int M, Tensor *w, Tensor *b,
                                    Tensor *residual, const Visible *v)
{
    check_qkv(qkv, H);
    int N = qkv->dim[0], T = qkv->dim[1], D = qkv->dim[2] / 3, O = w->dim[0];
    CHECK(1 <= M && M <= T, "%d of %d rows ask", M, T);
    CHECK(w->rank == 2 && w->dim[1] == D && (!b || tensor_count(b) == (size_t)O),
          "attention of width %d, then linear by [%d, %d], %zu biases", D, O, w->dim[1],
          b ? tensor_count(b) : 0);
    Tensor *y = tape_result(t, 3, (int[]){ N, M, O }, INPUTS(qkv, w, b, residual));
    Tensor *lse = y->wants_grad ? tape_constant(t, 3, (int[]){ N, H, M }) : NULL;
    check_residual(residual, y, T, v);

    ArenaMark   m = arena_mark(&t->values);
    real       *found = TAPE_SCRATCH(t, values_of(qkv, M));
    const real *start = residual ? residual->data : NULL;
    if (v)
        t->be->spread_fwd(y->data, start, v->ids, N, v->L, v->K, T, O);
    else if (residual && residual->dim[1] > M)
        t->be->last_rows_fwd(y->data, start, N, T, M, O);
    if (v || (residual && residual->dim[1] > M)) start = y->data;
    t->be->attention_fwd(found, lse ? lse->data : NULL, qkv->data, N, T, M, D, H);
    t->be->linear_fwd(y->data, found, w->data, b ? b->data : NULL, start, N * M, D, O);
    arena_rewind(&t->values, m);
    tape_push(t, attention_linear_add_back, y, INPUTS(qkv, w, b, residual, lse), v);
    return y;
}

Tensor *op_attention_linear_add(Tape *t, Tensor *qkv, int H, int M, Tensor *w, Tensor *b,
                                Tensor *residual)
{
    return attention_linear_add(t, qkv, H, M, w, b, residual, NULL);
}

Tensor *op_attention_linear_add_spread(Tape *t, Tensor *qkv, int H, Tensor *w, Tensor *b,
                                       Tensor *residual, const Visible *v)
{
    Visible *kept = ARENA_NEW(&t->nodes, Visible, 1);
    *kept = *v;
    return attention_linear_add(t, qkv, H, qkv->dim[1], w, b, residual, kept);
}

Tensor *op_attention_map(Tape *t, Tensor *qkv, int H)
{
    check_qkv(qkv, H);
    int N = qkv->dim[0], T = qkv->dim[1], D = qkv->dim[2] / 3;
    CHECK(T > 1, "an attention map needs a patch beside the class token");
    Tensor *p = tape_constant(t, 4, (int[]){ N, H, T - 1, T - 1 });
    t->be->attention_map(p->data, qkv->data, N, T, D, H);
    return p;
}

Tensor *op_class_attention(Tape *t, Tensor *qkv, int H)
{
    check_qkv(qkv, H);
    int N = qkv->dim[0], T = qkv->dim[1], D = qkv->dim[2] / 3;
    CHECK(T > 1, "the class token needs a patch beside it to attend to");
    Tensor *p = tape_constant(t, 3, (int[]){ N, H, T - 1 });
    t->be->class_attention(p->data, qkv->data, N, T, D, H);
    return p;
}
