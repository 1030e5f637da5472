/* Reverse-mode differentiation: run forwards, remember, walk back.
 *
 * An op computes its result at once and pushes one node that knows how to
 * send gradients back.  Nodes are pushed in the order they ran, so the tape
 * is already sorted: backward is a loop from the last node to the first.
 *
 *     Tensor *h = op_linear(t, op_norm(t, x, gain, bias, 1e-6), w, b);
 *     tape_backward(t, op_dot(t, h, c));      // w->grad is there now
 *     tape_reset(t);                          // h is gone, w is not
 *
 * Gradients.  A tensor that wants a gradient has none until a node writes the
 * first share; later shares are added.  Nobody clears anything: tape_grad says
 * which of the two it is.
 *
 * Memory.  Gradients live in buffers of a pool.  Once a node has been walked
 * nobody reads its result again, so the pool gets the buffer of the result's
 * gradient back and that of its values on top; the largest gradients are written
 * over values (tape_grad_over), and scratch is the pool's (tape_take).  Going back
 * needs hardly more memory than going forwards.  After it, values of results that
 * led to the loss are gone; the loss itself stays.
 */
#ifndef CORE_TAPE_TAPE_H
#define CORE_TAPE_TAPE_H

#include "core/base/arena.h"
#include "core/tape/backend.h"

#include <stdbool.h>

enum { MAX_RANK = 4, MAX_INPUTS = 6 };

typedef struct {
    int   rank, dim[MAX_RANK]; /* row-major, no gaps                           */
    bool  wants_grad;
    bool  has_grad;            /* at least one share has been written          */
    bool  made;                /* by an op; else it is a leaf                  */
    bool  view;                /* its values are another tensor's              */
    int   uses;                /* nodes still to be walked that take it        */
    real *data;                /* lives on the backend; see backend.h          */
    real *grad;                /* same shape; NULL where the tape has to find
                                  room for it, which lasts until tape_reset    */
} Tensor;

typedef struct Tape       Tape;
typedef struct Node       Node;
typedef struct GradBuffer GradBuffer;
typedef void              NodeBack(Tape *t, const Node *n);
typedef void              LeafDone(void *env, Tensor *leaf);

struct Node {
    NodeBack   *back;
    Tensor     *out, *in[MAX_INPUTS]; /* out is among in where back reads its values */
    const void *aux;    /* whatever else the op keeps: ids, sizes, statistics */
    Node       *before; /* the node pushed before this one                    */
};

struct Tape {
    const Backend *be;
    Arena          nodes, values; /* host; backend                            */
    Arena          grads;         /* backend; behind the pool                 */
    GradBuffer    *pool;
    Node          *last;
    bool           recording;     /* false: nothing is kept, nothing goes back */
    bool           recompute;     /* of a model's block keep the input only   */
    LeafDone      *done;          /* NULL but in tape_backward_each            */
    void          *env;
};

void tape_open(Tape *t, const Backend *be);
void tape_close(Tape *t);
void tape_reset(Tape *t);

/* loss is a scalar; every leaf that wants a gradient gets its share. */
void tape_backward(Tape *t, Tensor *loss);

/* The same; calls done(env, leaf) once for each of those leaves, as soon as no node
 * reads it or adds to its gradient any more.  Then the gradient is gone, if its
 * room was the tape's, so those of all leaves never exist at once. */
void tape_backward_each(Tape *t, Tensor *loss, LeafDone *done, void *env);

/* x again; on the way back passed(env) is called between the nodes that were pushed
 * after this one and those before it: to tell apart what two losses take. */
Tensor *tape_watch(Tape *t, Tensor *x, void (*passed)(void *env), void *env);

/* Nobody reads x, a constant of this tape, any more: its room is for gradients. */
void tape_forget(Tape *t, Tensor *x);

/* For writers of ops. -------------------------------------------------- */

/* A result wants a gradient if one of its inputs does. */
Tensor *tape_result(Tape *t, int rank, const int *dim, Tensor *const in[MAX_INPUTS]);
/* The same, but its values are x's; what goes back passes x the gradient. */
Tensor *tape_view(Tape *t, Tensor *x, int rank, const int *dim);
void    tape_push(Tape *t, NodeBack *back, Tensor *out, Tensor *const in[MAX_INPUTS],
                  const void *aux);

/* Room for a share of x's gradient, in a node's back(); what every backward
 * kernel takes.  Its `at` is NULL if x is NULL or wants none. */
Share tape_grad(Tape *t, Tensor *x);

/* The same in place of x's values, if none but this node still reads them. */
Share tape_grad_over(Tape *t, Tensor *x);

/* Scratch of a back(): a buffer of the pool if one fits, else as TAPE_SCRATCH. */
typedef struct {
    real     *at;
    ArenaMark mark;
} Room;

Room tape_take(Tape *t, size_t n);
void tape_give(Tape *t, Room r); /* the last that was taken, first */

/* y's gradient is, unchanged, a share of x's (a residual).  If x has none yet
 * it takes y's buffer over, else the share is added.  Nothing may read
 * y->grad afterwards, so this comes last in a back(). */
void tape_pass_grad(Tape *t, Tensor *x, Tensor *y);

/* Walk from the last node to the first; gradients of where it starts are there.
 * With `reuse` the pool gets the values of the results. */
void tape_walk(Tape *t, bool reuse);

/* Values that die at tape_reset; not differentiated. */
Tensor *tape_constant(Tape *t, int rank, const int *dim);

/* Scratch of one op: mark, take, rewind. */
#define TAPE_SCRATCH(t, n) ((real *)arena_take(&(t)->values, (size_t)(n) * sizeof(real)))

Tensor *tensor_new(Arena *host, Arena *values, int rank, const int *dim, bool wants_grad);
size_t  tensor_count(const Tensor *x);
size_t  tensor_rows(const Tensor *x); /* count / last dimension */
bool    tensor_same_shape(const Tensor *x, const Tensor *y);

#define INPUTS(...) ((Tensor *const[MAX_INPUTS]){ __VA_ARGS__ })

#endif
