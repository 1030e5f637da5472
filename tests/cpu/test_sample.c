#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>

/* Even odds of four cost log 4 a unit of loss; visible patches do not count. */
Test(sample, sampling_loss_by_hand)
{
    Tape       t;
    static int ids[] = { 1, 0, 2, 3 };
    Visible    v = { .N = 1, .L = 4, .K = 1, .ids = ids };
    tape_open(&t, test_backend());
    Tensor *odds = tape_constant(&t, 2, (int[]){ 1, 4 });
    Tensor *cost = tape_constant(&t, 2, (int[]){ 1, 4 });
    t.be->write(cost->data, (real[]){ 1, 99, 2, 3 }, 4);
    t.be->write(odds->data, (real[]){ 7, 7, 7, 7 }, 4);
    cr_expect_float_eq((double)*op_sampling_loss(&t, odds, cost, &v)->data, 2 * log(4), 1e-5);
    t.be->write(odds->data, (real[]){ -1000, -1000, -1000, 1000 }, 4);
    cr_expect_float_eq((double)*op_sampling_loss(&t, odds, cost, &v)->data, 2000, 1e-2);
    tape_close(&t);
}

/* Going down makes the costlier of the hidden more probable. */
Test(sample, sampling_loss_raises_the_costly)
{
    Tape       t;
    Arena      host, values;
    static int ids[] = { 1, 0, 2, 3 };
    Visible    v = { .N = 1, .L = 4, .K = 1, .ids = ids };
    real       g[4];
    tape_open(&t, test_backend());
    arena_open(&host, "test", NULL, NULL);
    arena_open(&values, "test values", t.be->alloc, t.be->release);
    Tensor *odds = tensor_new(&host, &values, 2, (int[]){ 1, 4 }, true);
    Tensor *cost = tape_constant(&t, 2, (int[]){ 1, 4 });
    t.be->write(odds->data, (real[]){ 0, 0, 0, 0 }, 4);
    t.be->write(cost->data, (real[]){ 1, 99, 2, 6 }, 4);
    tape_backward(&t, op_sampling_loss(&t, odds, cost, &v));
    t.be->read(g, odds->grad, 4); /* (9 / 4 - cost if hidden) / 3 */
    static const double want[] = { 1.25 / 3, 2.25 / 3, 0.25 / 3, -3.75 / 3 };
    for (int i = 0; i < 4; i++) cr_expect_float_eq((double)g[i], want[i], 1e-6);
    arena_close(&values);
    arena_close(&host);
    tape_close(&t);
}
