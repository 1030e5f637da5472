#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>

/* The source's formulas for a mask of two images and two patches. */
Test(soft, masks_by_hand)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *m = tape_constant(&t, 2, (int[]){ 2, 2 });
    t.be->write(m->data, (real[]){ R(0.5), R(0.5), R(0.5), 1 }, 4);
    double bell = 0.12 * sqrt(2 * acos(-1)), far = exp(-0.25 / (2 * 0.12 * 0.12));
    cr_expect_float_eq((double)*op_undecided(&t, m)->data, bell * (3 + far) / 4, 1e-6);

    double half = 0.5 * log(0.5 / 0.25) + 0.5 * log(0.5 / 0.75);
    double most = 0.75 * log(0.75 / 0.25) + 0.25 * log(0.25 / 0.75);
    cr_expect_float_eq((double)*op_share_kl(&t, m, 0.25)->data, half + most, 1e-6);
    cr_expect_float_eq((double)*op_alike(&t, m)->data, exp(-0.1 * 0.5), 1e-6);
    tape_close(&t);
}

/* Errors 4 and 1; of the second patch a quarter counts. */
Test(soft, mse_by_hand)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *pred = tape_constant(&t, 3, (int[]){ 1, 3, 2 });
    Tensor *target = tape_constant(&t, 3, (int[]){ 1, 2, 2 });
    Tensor *m = tape_constant(&t, 2, (int[]){ 1, 2 });
    t.be->write(pred->data, (real[]){ 9, 9, 3, 3, 5, 7 }, 6);
    t.be->write(target->data, (real[]){ 1, 1, 6, 6 }, 4);
    t.be->write(m->data, (real[]){ 0, R(0.75) }, 2);
    cr_expect_float_eq((double)*op_soft_mse(&t, pred, target, m)->data, 4.25 / 1.25, 1e-6);
    tape_close(&t);
}

/* The class token, row 0, is left alone. */
Test(soft, tokens_are_scaled)
{
    Tape t;
    real y[6];
    tape_open(&t, test_backend());
    Tensor *x = tape_constant(&t, 3, (int[]){ 1, 3, 2 });
    Tensor *m = tape_constant(&t, 2, (int[]){ 1, 2 });
    t.be->write(x->data, (real[]){ 1, 2, 3, 4, 5, 6 }, 6);
    t.be->write(m->data, (real[]){ 0, 2 }, 2);
    t.be->read(y, op_scale_patches(&t, x, m)->data, 6);
    cr_expect_arr_eq(y, ((real[]){ 1, 2, 0, 0, 10, 12 }), sizeof y);
    tape_close(&t);
}

/* A mask that keeps everything, or nothing, is far from its share, but not infinitely. */
Test(soft, sure_masks_are_finite)
{
    Tape  t;
    Arena host, values;
    real  g[4];
    tape_open(&t, test_backend());
    arena_open(&host, "test", NULL, NULL);
    arena_open(&values, "test values", t.be->alloc, t.be->release);
    for (int all = 0; all < 2; all++) {
        Tensor *m = tensor_new(&host, &values, 2, (int[]){ 2, 2 }, true);
        real    x[4] = { R(all), R(all), R(all), R(all) };
        t.be->write(m->data, x, 4);
        Tensor *pred = test_constant(&t, 3, (int[]){ 2, 3, 2 }, 1);
        Tensor *target = test_constant(&t, 3, (int[]){ 2, 2, 2 }, 2);
        Tensor *loss = op_add(&t, op_soft_mse(&t, pred, target, m), op_share_kl(&t, m, 0.25));
        loss = op_add(&t, loss, op_alike(&t, m));
        cr_expect(isfinite(*loss->data), "all %d: %g", all, (double)*loss->data);
        tape_backward(&t, loss);
        t.be->read(g, m->grad, 4);
        for (int i = 0; i < 4; i++)
            cr_expect(isfinite(g[i]), "all %d: gradient %g", all, (double)g[i]);
        tape_reset(&t);
    }
    arena_close(&values);
    arena_close(&host);
    tape_close(&t);
}
