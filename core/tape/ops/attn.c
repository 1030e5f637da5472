/* Self-attention.  Keeps one number per query and head. */
#include "core/tape/ops.h"

static void check_qkv(const Tensor *qkv, int H)
{
    CHECK(qkv->rank == 3 && qkv->dim[2] % 3 == 0, "attention over rank %d, width %d",
          qkv->rank, qkv->dim[2]);
    CHECK(H >= 1 && qkv->dim[2] / 3 % H == 0, "attention: width %d into %d heads",
          qkv->dim[2] / 3, H);
}

/* Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2; the way back from
 * the log-sum-exp is that of Dao et al. 2022, arXiv:2205.14135, section 3.1. */
static void attention_back(Tape *t, const Node *n)
{
    Tensor     *qkv = n->in[0], *y = n->out;
    const real *lse = n->aux;
    int         N = y->dim[0], T = qkv->dim[1], M = y->dim[1], D = y->dim[2];
    int         H = n->in[1]->dim[1];
    t->be->attention_bwd(tape_grad_over(t, qkv), y->grad, qkv->data, lse, N, T, M, D, H);
}

Tensor *op_attention(Tape *t, Tensor *qkv, int H)
{
    return op_attention_last(t, qkv, H, qkv->dim[1]);
}

Tensor *op_attention_last(Tape *t, Tensor *qkv, int H, int M)
{
    check_qkv(qkv, H);
    int N = qkv->dim[0], T = qkv->dim[1], D = qkv->dim[2] / 3;
    CHECK(1 <= M && M <= T, "%d of %d rows ask", M, T);
    Tensor *y = tape_result(t, 3, (int[]){ N, M, D }, INPUTS(qkv));
    Tensor *lse = y->wants_grad ? tape_constant(t, 3, (int[]){ N, H, M }) : NULL;
    t->be->attention_fwd(y->data, lse ? lse->data : NULL, qkv->data, N, T, M, D, H);
    tape_push(t, attention_back, y, INPUTS(qkv, lse), lse ? lse->data : NULL);
    return y;
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
