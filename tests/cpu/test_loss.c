#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>

/* Two patches of three values; only the second is hidden. */
Test(loss, hidden_mse_by_hand)
{
    Tape           t;
    Arena          host, values;
    real           g[9];
    tape_open(&t, test_backend());
    arena_open(&host, "test", NULL, NULL);
    arena_open(&values, "test values", t.be->alloc, t.be->release);
    Tensor *pred = tensor_new(&host, &values, 3, (int[]){ 1, 3, 3 }, true);
    Tensor *target = tape_constant(&t, 3, (int[]){ 1, 2, 3 });
    Tensor *hidden = tape_constant(&t, 3, (int[]){ 1, 1, 3 });
    t.be->write(pred->data, (real[]){ 7, 7, 7, 9, 9, 9, 5, 7, 6 }, 9);
    t.be->write(target->data, (real[]){ 1, 2, 3, 4, 5, 6 }, 6);
    t.be->write(hidden->data, (real[]){ 4, 5, 6 }, 3);

    Tensor *loss = op_hidden_mse(&t, pred, hidden);
    tape_backward(&t, loss);
    t.be->read(g, pred->grad, 9);
    cr_expect_float_eq((double)loss->data[0], 5.0 / 3, 1e-6); /* (1 + 4 + 0) / 3 */
    for (int i = 0; i < 6; i++) cr_expect(g[i] == 0, "class token or visible patch pulled");
    cr_expect_float_eq((double)g[7], 4.0 / 3, 1e-6); /* 2 (7 - 5) / 3 */

    const real *each = op_patch_mse(&t, pred, target)->data;
    cr_expect_float_eq((double)each[0], (64 + 49 + 36) / 3.0, 1e-5);
    cr_expect_float_eq((double)each[1], 5.0 / 3, 1e-6);
    arena_close(&values);
    arena_close(&host);
    tape_close(&t);
}

/* log C for equal scores; a sure and right answer costs nothing; a thousand is
 * no overflow. */
Test(loss, cross_entropy_by_hand)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *x = tape_constant(&t, 2, (int[]){ 1, 4 });
    Tensor *target = tape_constant(&t, 2, (int[]){ 1, 4 });
    t.be->write(target->data, (real[]){ 0, R(0.5), R(0.5), 0 }, 4);
    t.be->write(x->data, (real[]){ 3, 3, 3, 3 }, 4);
    cr_expect_float_eq((double)*op_cross_entropy(&t, x, target)->data, log(4), 1e-6);
    t.be->write(x->data, (real[]){ -1000, 1000, 1000, -1000 }, 4);
    cr_expect_float_eq((double)*op_cross_entropy(&t, x, target)->data, log(2), 1e-4);
    t.be->write(target->data, (real[]){ 1, 0, 0, 0 }, 4);
    t.be->write(x->data, (real[]){ 50, 0, 0, 0 }, 4);
    cr_expect_float_eq((double)*op_cross_entropy(&t, x, target)->data, 0, 1e-6);
    tape_close(&t);
}

/* Ten million small errors: a float sum would stop growing at 2^24 terms. */
Test(loss, sums_are_in_double)
{
    enum { N = 16, L = 64, P = 5000 };
    Tape t;
    tape_open(&t, test_backend());
    Tensor *pred = tape_constant(&t, 3, (int[]){ N, L + 1, P });
    Tensor *target = tape_constant(&t, 3, (int[]){ N, L, P });
    for (size_t i = 0; i < tensor_count(pred); i++) pred->data[i] = R(0.1);
    t.be->zero(target->data, tensor_count(target));
    double loss = (double)*op_hidden_mse(&t, pred, target)->data;
    cr_expect(fabs(loss - 0.01) <= 1e-8, "%.10f", loss);
    tape_close(&t);
}
