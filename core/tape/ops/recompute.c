/* Values for time: a part of a network that is run again on the way back. */
#include "core/tape/ops.h"

typedef struct {
    Part       *part;
    const void *env;
} Again;

/* The part's nodes stand between the others as if they had never been away.  What
 * they keep is gone when they have been walked, so the pool must not get it. */
static void recompute_back(Tape *t, const Node *n)
{
    const Again *a = n->aux;
    Node        *later = t->last;
    ArenaMark    m = arena_mark(&t->values);
    t->last = NULL;
    Tensor *y = a->part(t, a->env, n->in[0]);
    tape_pass_grad(t, y, n->out);
    tape_walk(t, false);
    t->last = later;
    arena_rewind(&t->values, m);
}

/* Recorded already the first time, so that the same kernels see the same
 * arguments; then the record, if there is one, is forgotten. */
Tensor *op_recompute(Tape *t, Tensor *x, int rank, const int *dim, Part *part,
                     const void *env)
{
    Tensor *y = tape_constant(t, rank, dim);
    Again  *a = ARENA_NEW(&t->nodes, Again, 1);
    *a = (Again){ part, env };

    Node     *before = t->last;
    ArenaMark nodes = arena_mark(&t->nodes), values = arena_mark(&t->values);
    Tensor   *z = part(t, env, x);
    CHECK(tensor_same_shape(y, z), "%zu values, not %zu, of a part to be run again",
          tensor_count(z), tensor_count(y));
    t->be->add_bwd((Share){ y->data, 0 }, z->data, tensor_count(y));
    y->wants_grad = z->wants_grad;
    t->last = before;
    arena_rewind(&t->values, values);
    arena_rewind(&t->nodes, nodes);
    tape_push(t, recompute_back, y, INPUTS(x), a);
    return y;
}
