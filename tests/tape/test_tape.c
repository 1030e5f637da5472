#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

/* A tape, and an arena for what outlives its resets. */
typedef struct {
    Tape  t;
    Arena host, values;
} Bench;

static void bench_open(Bench *b)
{
    tape_open(&b->t, test_backend());
    arena_open(&b->host, "test", NULL, NULL);
    arena_open(&b->values, "test values", b->t.be->alloc, b->t.be->release);
}

static void bench_close(Bench *b)
{
    arena_close(&b->values);
    arena_close(&b->host);
    tape_close(&b->t);
}

static Tensor *leaf(Bench *b, int rows, int cols, bool wants_grad)
{
    Tensor *x = tensor_new(&b->host, &b->values, 2, (int[]){ rows, cols }, wants_grad);
    test_fill(x->data, tensor_count(x), (uint64_t)(rows * cols));
    return x;
}

Test(tape, knows_shapes)
{
    Bench b;
    bench_open(&b);
    Tensor *x = tensor_new(&b.host, &b.values, 3, (int[]){ 2, 3, 4 }, false);
    Tensor *s = tensor_new(&b.host, &b.values, 0, NULL, false);
    cr_expect(tensor_count(x) == 24 && tensor_rows(x) == 6);
    cr_expect(tensor_count(s) == 1);
    cr_expect(!tensor_same_shape(x, s) && tensor_same_shape(x, x));
    bench_close(&b);
}

Test(tape, keeps_nothing_when_not_recording)
{
    Bench b;
    bench_open(&b);
    Tensor *x = leaf(&b, 4, 6, true), *w = leaf(&b, 3, 6, true);
    b.t.recording = false;
    Tensor *y = op_linear(&b.t, x, w, NULL);
    cr_expect(!b.t.last && !y->wants_grad);
    b.t.recording = true;
    Tensor *z = op_linear(&b.t, x, w, NULL);
    cr_expect(b.t.last && z->wants_grad && !z->grad);
    bench_close(&b);
}

Test(tape, leaves_frozen_inputs_alone)
{
    Bench b;
    bench_open(&b);
    Tensor *x = leaf(&b, 4, 6, false), *w = leaf(&b, 6, 6, true), *v = leaf(&b, 6, 6, false);
    Tensor *y = op_linear(&b.t, op_linear(&b.t, x, w, NULL), v, NULL);
    tape_backward(&b.t, op_dot(&b.t, y, test_constant(&b.t, 2, y->dim, 1)));
    cr_expect(w->has_grad && !x->has_grad && !v->has_grad && !x->grad && !v->grad);

    Tensor *frozen = op_linear(&b.t, x, v, NULL);
    cr_expect(!frozen->wants_grad);
    bench_close(&b);
}

Test(tape, skips_what_does_not_lead_to_the_loss)
{
    Bench b;
    bench_open(&b);
    Tensor *x = leaf(&b, 4, 6, true), *w = leaf(&b, 6, 6, true), *other = leaf(&b, 5, 6, true);
    Tensor *y = op_linear(&b.t, x, w, NULL);
    op_linear(&b.t, other, w, NULL);
    tape_backward(&b.t, op_dot(&b.t, y, test_constant(&b.t, 2, y->dim, 1)));
    cr_expect(x->has_grad && !other->has_grad);
    bench_close(&b);
}

/* Thirty layers forwards, but never more than a few gradients at a time. */
Test(tape, gradients_of_results_share_buffers)
{
    Bench b;
    bench_open(&b);
    Tensor *x = leaf(&b, 16, 64, true), *w = leaf(&b, 64, 64, true), *y = x;
    for (int i = 0; i < 30; i++) y = op_linear_add(&b.t, op_gelu(&b.t, y), w, NULL, y);
    tape_backward(&b.t, op_dot(&b.t, y, test_constant(&b.t, 2, y->dim, 1)));
    size_t one = 16 * 64 * sizeof(real);
    cr_expect(b.t.grads.used <= 4 * one, "%zu bytes of gradients, a result has %zu",
              b.t.grads.used, one);
    cr_expect(!y->grad && !y->has_grad);
    bench_close(&b);
}

typedef struct {
    int     n;
    Tensor *leaf[8];
    real    grad[8];
} Seen;

static void see(void *env, Tensor *leaf)
{
    Seen *s = env;
    s->leaf[s->n] = leaf;
    s->grad[s->n++] = leaf->grad[0];
}

/* w is taken by the first and the third layer, v by the second; x is frozen. */
Test(tape, leaves_are_complete_once_and_in_time)
{
    Bench b;
    Seen  seen = { 0 };
    bench_open(&b);
    Tensor *x = leaf(&b, 4, 6, false), *w = leaf(&b, 6, 6, true), *v = leaf(&b, 6, 6, true);
    real    own = 0;
    v->grad = NULL; /* the tape has to find room */
    for (int each = 0; each < 2; each++) {
        Tensor *y = op_gelu(&b.t, op_linear(&b.t, x, w, NULL));
        y = op_linear(&b.t, op_gelu(&b.t, op_linear(&b.t, y, v, NULL)), w, NULL);
        Tensor *loss = op_dot(&b.t, y, test_constant(&b.t, 2, y->dim, 1));
        if (each) tape_backward_each(&b.t, loss, see, &seen);
        else {
            tape_backward(&b.t, loss);
            own = v->grad[0];
            v->grad = NULL;
        }
        v->has_grad = w->has_grad = false;
        tape_reset(&b.t);
    }
    cr_assert(seen.n == 2, "%d leaves", seen.n);
    cr_expect(seen.leaf[0] == v && seen.leaf[1] == w);
    cr_expect(!v->grad && w->grad, "a leaf's own room stays its own");
    cr_expect(seen.grad[0] == own && seen.grad[1] == w->grad[0]);
    bench_close(&b);
}

Test(tape, values_of_results_are_used_again)
{
    Bench b;
    bench_open(&b);
    Tensor *x = leaf(&b, 16, 64, true), *w = leaf(&b, 64, 64, true), *y = x;
    for (int i = 0; i < 30; i++) y = op_gelu(&b.t, op_linear(&b.t, y, w, NULL));
    Tensor *loss = op_dot(&b.t, y, test_constant(&b.t, 2, y->dim, 1));
    tape_backward(&b.t, loss);
    cr_expect(b.t.grads.used <= 2 * 16 * 64 * sizeof(real) + 64);
    cr_expect(!y->data && loss->data);
    bench_close(&b);
}

/* And so are values that were told to be read no more. */
Test(tape, gradients_lie_where_a_constant_was)
{
    Bench b;
    bench_open(&b);
    Tensor *x = leaf(&b, 4, 6, true), *big = tape_constant(&b.t, 2, (int[]){ 5, 6 });
    Tensor *y = op_gelu(&b.t, op_gelu(&b.t, x));
    real   *room = big->data, *c = test_constant(&b.t, 2, y->dim, 1)->data;
    tape_forget(&b.t, big);
    Tensor *loss = op_dot(&b.t, y, &(Tensor){ .rank = 2, .dim = { 4, 6 }, .data = c });
    tape_backward(&b.t, loss);
    cr_expect(!big->data && b.t.grads.used <= 2 * 64 + 4 * 6 * sizeof(real));
    cr_expect(room[0] != 0 && room[23] != 0);
    bench_close(&b);
}

Test(tape, what_goes_back_is_not_forgotten, .signal = SIGABRT)
{
    Bench b;
    bench_open(&b);
    tape_forget(&b.t, op_gelu(&b.t, leaf(&b, 4, 6, true)));
}

Test(tape, second_step_allocates_nothing_and_equals_the_first)
{
    Bench b;
    real  first[64 * 64], again[64 * 64];
    bench_open(&b);
    Tensor *x = leaf(&b, 33, 64, false), *w = leaf(&b, 64, 64, true);
    size_t  held[3];
    for (int step = 0; step < 3; step++) {
        Tensor *y = x;
        for (int i = 0; i < 3; i++) y = op_gelu(&b.t, op_linear(&b.t, y, w, NULL));
        tape_backward(&b.t, op_dot(&b.t, y, test_constant(&b.t, 2, y->dim, 1)));
        b.t.be->read(step ? again : first, w->grad, 64 * 64);
        w->has_grad = false;
        tape_reset(&b.t);
        held[step] = b.t.nodes.held + b.t.values.held + b.t.grads.held;
    }
    cr_expect(held[1] == held[2], "%zu bytes, then %zu", held[1], held[2]);
    cr_expect_arr_eq(first, again, sizeof first);
    bench_close(&b);
}

/* A leaf that keeps has_grad collects the gradients of several batches. */
Test(tape, gradients_of_leaves_add_up)
{
    Bench b;
    real  once[6], twice[6];
    bench_open(&b);
    Tensor *x = leaf(&b, 2, 3, true);
    for (int step = 0; step < 2; step++) {
        tape_backward(&b.t, op_dot(&b.t, op_gelu(&b.t, x),
                                   test_constant(&b.t, 2, x->dim, 1)));
        b.t.be->read(step ? twice : once, x->grad, 6);
        tape_reset(&b.t);
    }
    for (int i = 0; i < 6; i++)
        cr_expect_float_eq((double)twice[i], 2 * (double)once[i], 1e-6);
    bench_close(&b);
}

Test(tape, backward_of_many_values_aborts, .signal = SIGABRT)
{
    Bench b;
    bench_open(&b);
    tape_backward(&b.t, op_gelu(&b.t, leaf(&b, 2, 3, true)));
}

Test(tape, backward_without_a_leaf_aborts, .signal = SIGABRT)
{
    Bench b;
    bench_open(&b);
    Tensor *x = leaf(&b, 2, 3, false);
    tape_backward(&b.t, op_dot(&b.t, x, x));
}

Test(tape, widths_that_disagree_abort, .signal = SIGABRT)
{
    Bench b;
    bench_open(&b);
    op_linear(&b.t, leaf(&b, 2, 3, false), leaf(&b, 2, 4, false), NULL);
}

Test(tape, constant_that_wants_a_gradient_aborts, .signal = SIGABRT)
{
    Bench b;
    bench_open(&b);
    op_cross_entropy(&b.t, leaf(&b, 2, 3, true), leaf(&b, 2, 3, true));
}

Test(tape, unknown_backend_is_named)
{
    const Backend *be;
    Err            err;
    cr_expect(backend_open(&be, "abacus", &err) == STATUS_DEVICE);
    cr_expect(strstr(err.text, "abacus"), "%s", err.text);
}
