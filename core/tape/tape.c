#include "core/tape/tape.h"

#include <string.h>

size_t tensor_count(const Tensor *x)
{
    size_t n = 1;
    for (int i = 0; i < x->rank; i++) n *= (size_t)x->dim[i];
    return n;
}

size_t tensor_rows(const Tensor *x)
{
    size_t n = 1;
    for (int i = 0; i + 1 < x->rank; i++) n *= (size_t)x->dim[i];
    return n;
}

bool tensor_same_shape(const Tensor *x, const Tensor *y)
{
    bool same = x->rank == y->rank;
    for (int i = 0; same && i < x->rank; i++) same = x->dim[i] == y->dim[i];
    return same;
}

static Tensor *new_shape(Arena *host, int rank, const int *dim)
{
    CHECK(0 <= rank && rank <= MAX_RANK, "rank %d", rank);
    Tensor *x = ARENA_NEW(host, Tensor, 1);
    *x = (Tensor){ .rank = rank };
    for (int i = 0; i < rank; i++) {
        CHECK(dim[i] > 0, "dimension %d is %d", i, dim[i]);
        x->dim[i] = dim[i];
    }
    return x;
}

static Tensor *new_tensor(Arena *host, Arena *values, int rank, const int *dim)
{
    Tensor *x = new_shape(host, rank, dim);
    x->data = ARENA_NEW(values, real, tensor_count(x));
    return x;
}

Tensor *tensor_new(Arena *host, Arena *values, int rank, const int *dim, bool wants_grad)
{
    Tensor *x = new_tensor(host, values, rank, dim);
    x->wants_grad = wants_grad;
    if (wants_grad) x->grad = ARENA_NEW(values, real, tensor_count(x));
    return x;
}

void tape_open(Tape *t, const Backend *be)
{
    *t = (Tape){ .be = be, .recording = true };
    arena_open(&t->nodes, "tape nodes", NULL, NULL);
    arena_open(&t->values, "step values", be->alloc, be->release);
    arena_open(&t->grads, "step gradients", be->alloc, be->release);
}

void tape_close(Tape *t)
{
    arena_close(&t->grads);
    arena_close(&t->values);
    arena_close(&t->nodes);
}

void tape_reset(Tape *t)
{
    arena_reset(&t->grads);
    arena_reset(&t->values);
    arena_reset(&t->nodes);
    t->last = NULL;
    t->pool = NULL;
}

Tensor *tape_constant(Tape *t, int rank, const int *dim)
{
    return new_tensor(&t->nodes, &t->values, rank, dim);
}

Tensor *tape_result(Tape *t, int rank, const int *dim, Tensor *const in[MAX_INPUTS])
{
    Tensor *y = tape_constant(t, rank, dim);
    for (int i = 0; t->recording && i < MAX_INPUTS; i++)
        y->wants_grad |= in[i] && in[i]->wants_grad;
    return y;
}

Tensor *tape_view(Tape *t, Tensor *x, int rank, const int *dim)
{
    Tensor *y = new_shape(&t->nodes, rank, dim);
    CHECK(tensor_count(y) == tensor_count(x), "%zu values seen as %zu", tensor_count(x),
          tensor_count(y));
    y->data = x->data;
    y->view = true;
    y->wants_grad = t->recording && x->wants_grad;
    return y;
}

void tape_push(Tape *t, NodeBack *back, Tensor *out, Tensor *const in[MAX_INPUTS],
               const void *aux)
{
    if (!out->wants_grad) return;
    Node *n = ARENA_NEW(&t->nodes, Node, 1);
    *n = (Node){ .back = back, .out = out, .aux = aux, .before = t->last };
    memcpy(n->in, in, sizeof n->in);
    out->made = true;
    t->last = n;
}

/* Buffers for gradients.  A network alternates between a few sizes, so the
 * smallest that fits fits well; a bias must not take the room of a batch. */
struct GradBuffer {
    real       *data;
    size_t      room;
    bool        taken;
    GradBuffer *next;
};

static GradBuffer *add_buffer(Tape *t, real *data, size_t room)
{
    GradBuffer *b = ARENA_NEW(&t->nodes, GradBuffer, 1);
    *b = (GradBuffer){ data, room, false, t->pool };
    t->pool = b;
    return b;
}

static GradBuffer *take_buffer(Tape *t, size_t n)
{
    enum { AT_MOST = 4 }; /* times as large as needed */
    GradBuffer *best = NULL;
    for (GradBuffer *b = t->pool; b; b = b->next)
        if (!b->taken && b->room >= n && b->room / AT_MOST <= n &&
            (!best || b->room < best->room))
            best = b;
    if (best) best->taken = true;
    return best;
}

static GradBuffer *buffer_of(const Tape *t, const real *data)
{
    GradBuffer *b = t->pool;
    while (b && b->data != data) b = b->next;
    return b;
}

Room tape_take(Tape *t, size_t n)
{
    Room        r = { .mark = arena_mark(&t->values) };
    GradBuffer *b = take_buffer(t, n);
    r.at = b ? b->data : TAPE_SCRATCH(t, n);
    return r;
}

void tape_give(Tape *t, Room r)
{
    GradBuffer *b = buffer_of(t, r.at);
    if (b) b->taken = false;
    arena_rewind(&t->values, r.mark);
}

/* A leaf's own room stays its own. */
static void give_back(Tape *t, Tensor *x)
{
    GradBuffer *b = x->grad ? buffer_of(t, x->grad) : NULL;
    if (b) b->taken = false;
    if (b || x->grad == x->data) x->grad = NULL; /* see tape_grad_over */
}

void tape_forget(Tape *t, Tensor *x)
{
    CHECK(!x->made && !x->wants_grad, "a tensor of %zu that is read when going back",
          tensor_count(x));
    add_buffer(t, x->data, tensor_count(x));
    x->data = NULL;
}

static real *grad_room(Tape *t, size_t n)
{
    GradBuffer *b = take_buffer(t, n);
    if (!b) b = add_buffer(t, ARENA_NEW(&t->grads, real, n), n);
    b->taken = true;
    return b->data;
}

Share tape_grad(Tape *t, Tensor *x)
{
    if (!x || !x->wants_grad) return (Share){ NULL, 0 };
    CHECK(x->grad || !x->has_grad, "a share of a gradient of %zu that was complete",
          tensor_count(x));
    if (!x->grad) x->grad = grad_room(t, tensor_count(x));
    Share share = { x->grad, x->has_grad ? 1 : 0 };
    x->has_grad = true;
    return share;
}

Share tape_grad_over(Tape *t, Tensor *x)
{
    if (x && x->made && !x->view && x->uses == 1 && !x->grad) x->grad = x->data;
    return tape_grad(t, x);
}

void tape_pass_grad(Tape *t, Tensor *x, Tensor *y)
{
    if (!x || !x->wants_grad) return;
    CHECK(tensor_count(x) == tensor_count(y), "passing a gradient of %zu on to %zu",
          tensor_count(y), tensor_count(x));
    if (x->has_grad || x->grad || y->grad == y->data) {
        t->be->add_bwd(tape_grad(t, x), y->grad, tensor_count(x));
    } else {
        x->grad = y->grad;
        x->has_grad = true;
        y->grad = NULL;
    }
}

/* A leaf is complete with the node that was the first to take it. */
static void complete_leaves(Tape *t, const Node *n)
{
    for (int i = 0; i < MAX_INPUTS; i++) {
        Tensor *x = n->in[i];
        if (!x || --x->uses || x->made || !x->has_grad || !t->done) continue;
        t->done(t->env, x);
        give_back(t, x);
    }
}

void tape_walk(Tape *t, bool reuse)
{
    for (const Node *n = t->last; n; n = n->before)
        for (int i = 0; i < MAX_INPUTS; i++)
            if (n->in[i]) n->in[i]->uses++;
    for (const Node *n = t->last; n; n = n->before) {
        Tensor *y = n->out;
        if (y->has_grad) { /* else not on the way to this loss */
            n->back(t, n);
            give_back(t, y);
            y->has_grad = false;
            if (reuse && y->rank && !y->view) {
                add_buffer(t, y->data, tensor_count(y));
                y->data = NULL;
            }
        }
        complete_leaves(t, n);
    }
}

void tape_backward(Tape *t, Tensor *loss)
{
    CHECK(tensor_count(loss) == 1, "loss has %zu elements", tensor_count(loss));
    CHECK(loss->wants_grad, "no input of the loss wants a gradient");
    CHECK(!loss->grad, "the loss is a leaf, or has been walked back from before");
    t->be->write(tape_grad(t, loss).at, &(real){ 1 }, 1);
    tape_walk(t, true);
}

void tape_backward_each(Tape *t, Tensor *loss, LeafDone *done, void *env)
{
    t->done = done;
    t->env = env;
    tape_backward(t, loss);
    t->done = NULL;
}

typedef struct {
    void (*passed)(void *env);
    void *env;
} Watch;

static void watch_back(Tape *t, const Node *n)
{
    const Watch *w = n->aux;
    w->passed(w->env);
    tape_pass_grad(t, n->in[0], n->out);
}

Tensor *tape_watch(Tape *t, Tensor *x, void (*passed)(void *env), void *env)
{
    Tensor *y = tape_result(t, x->rank, x->dim, INPUTS(x));
    Watch  *w = ARENA_NEW(&t->nodes, Watch, 1);
    *w = (Watch){ passed, env };
    t->be->add_bwd((Share){ y->data, 0 }, x->data, tensor_count(x));
    tape_push(t, watch_back, y, INPUTS(x), w);
    return y;
}
