/* Self-attention that knows where tokens are.  Keeps its result and one number per query
 * and head. */
#include "core/tape/dense.h"

typedef struct {
    int   N, T, D, H, rows, cols;
    real *lse; /* [N, H, T], NULL if nothing goes back */
} Grid;

static Grid *grid_of(Tape *t, const Tensor *qkv, int H, int rows, int cols)
{
    CHECK(qkv->rank == 3 && qkv->dim[2] % 3 == 0, "attention over rank %d, width %d",
          qkv->rank, qkv->dim[2]);
    CHECK(H >= 1 && qkv->dim[2] / 3 % H == 0, "attention: width %d into %d heads",
          qkv->dim[2] / 3, H);
    CHECK(rows >= 1 && cols >= 1, "tokens in a grid of %d x %d", rows, cols);
    Grid *g = ARENA_NEW(&t->nodes, Grid, 1);
    *g = (Grid){ qkv->dim[0], qkv->dim[1], qkv->dim[2] / 3, H, rows, cols, NULL };
    return g;
}

static Tensor *result(Tape *t, Grid *g, Tensor *const in[MAX_INPUTS])
{
    Tensor *y = tape_result(t, 3, (int[]){ g->N, g->T, g->D }, in);
    if (y->wants_grad) g->lse = tape_constant(t, 3, (int[]){ g->N, g->H, g->T })->data;
    return y;
}

/* Where dqkv goes; into `room`, which is given back after, where nobody wants it. */
static Share share_of_qkv(Tape *t, Tensor *qkv, Room *room)
{
    Share d = tape_grad_over(t, qkv);
    *room = tape_take(t, d.at ? 1 : tensor_count(qkv));
    return d.at ? d : (Share){ room->at, 0 };
}

static int reach(int side) { return 2 * side - 1; }

/* Each head of each image has its own gradient of the tables; they are summed here. */
static void relative_back(Tape *t, const Node *n)
{
    Tensor     *qkv = n->in[0], *along[2] = { n->in[1], n->in[2] };
    const Grid *g = n->aux;
    Share       dalong[2];
    Room        part[2], spare;
    size_t      heads = (size_t)g->N * (size_t)g->H;
    for (int k = 0; k < 2; k++) {
        dalong[k] = tape_grad(t, along[k]);
        part[k] = tape_take(t, heads * tensor_count(along[k]));
    }
    Share dqkv = share_of_qkv(t, qkv, &spare);
    t->be->relative_attention_bwd(dqkv, dalong[0].at ? part[0].at : NULL,
                                  dalong[1].at ? part[1].at : NULL, n->out->grad,
                                  qkv->data, g->lse, along[0]->data, along[1]->data, g->N,
                                  g->rows, g->cols, g->D, g->H);
    tape_give(t, spare);
    for (int k = 1; k >= 0; k--) {
        t->be->columns_bwd(dalong[k], part[k].at, heads, tensor_count(along[k]));
        tape_give(t, part[k]);
    }
}

Tensor *op_relative_attention(Tape *t, Tensor *qkv, int H, int rows, int cols,
                              Tensor *rel_rows, Tensor *rel_cols)
{
    Grid *g = grid_of(t, qkv, H, rows, cols);
    CHECK(g->T == rows * cols, "%d tokens in a grid of %d x %d", g->T, rows, cols);
    int want[2] = { reach(rows), reach(cols) };
    for (int k = 0; k < 2; k++) {
        const Tensor *x = k ? rel_cols : rel_rows;
        CHECK(x->rank == 2 && x->dim[0] == want[k] && x->dim[1] == g->D / H,
              "relative positions [%d, %d], not [%d, %d]", x->dim[0], x->dim[1], want[k],
              g->D / H);
    }
    Tensor *y = result(t, g, INPUTS(qkv, rel_rows, rel_cols));
    t->be->relative_attention_fwd(y->data, g->lse, qkv->data, rel_rows->data,
                                  rel_cols->data, g->N, rows, cols, g->D, H);
    tape_push(t, relative_back, y, INPUTS(qkv, rel_rows, rel_cols), g);
    return y;
}

/* Of each image its own gradient of the table, summed here. */
static void table_back(Tape *t, const Node *n)
{
    Tensor     *qkv = n->in[0], *table = n->in[1];
    const Grid *g = n->aux;
    Share       dtable = tape_grad(t, table);
    Room        spare, part = tape_take(t, (size_t)g->N * tensor_count(table));
    Share       dqkv = share_of_qkv(t, qkv, &spare);
    t->be->table_attention_bwd(dqkv, dtable.at ? part.at : NULL, n->out->grad, qkv->data,
                               g->lse, table->data, table->dim[0], g->N, g->T, g->rows,
                               g->cols, g->D, g->H);
    tape_give(t, spare);
    t->be->columns_bwd(dtable, part.at, (size_t)g->N, tensor_count(table));
    tape_give(t, part);
}

Tensor *op_table_attention(Tape *t, Tensor *qkv, int H, int rows, int cols, Tensor *table)
{
    Grid *g = grid_of(t, qkv, H, rows, cols);
    int   class_token = g->T - rows * cols;
    int   count = reach(rows) * reach(cols) + 3 * class_token;
    CHECK(class_token == 0 || class_token == 1, "%d tokens in a grid of %d x %d", g->T,
          rows, cols);
    CHECK(table->rank == 2 && table->dim[0] == count && table->dim[1] == H,
          "relative positions [%d, %d], not [%d, %d]", table->dim[0], table->dim[1],
          count, H);
    Tensor *y = result(t, g, INPUTS(qkv, table));
    t->be->table_attention_fwd(y->data, g->lse, qkv->data, table->data, count, g->N, g->T,
                               rows, cols, g->D, H);
    tape_push(t, table_back, y, INPUTS(qkv, table), g);
    return y;
}
