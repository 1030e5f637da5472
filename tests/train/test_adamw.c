#include "core/train/adamw.h"
#include "tests/model/parity.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const AdamWConfig recipe = { 0.9, 0.95, 1e-8, 0.05 };

static real *weights_after(bool at_once, bool recompute, size_t *n, size_t *held)
{
    Parity p;
    AdamW  opt;
    parity_open(&p, "norm_pix");
    adamw_open(&opt, &p.mae.params, &recipe);
    p.tape.recompute = recompute;
    for (int step = 0; step < 3; step++) {
        Tensor *loss = parity_forward(&p, step).loss;
        if (at_once)
            adamw_backward(&opt, &p.tape, loss, 1e-3);
        else {
            tape_backward(&p.tape, loss);
            adamw_step(&opt, 1e-3);
        }
        cr_expect(opt.steps == step + 1);
    }
    *n = p.mae.params.all;
    *held = p.tape.grads.used;
    real *w = malloc(*n * sizeof *w);
    p.be->read(w, p.mae.params.weights, *n);
    parity_close(&p);
    return w;
}

Test(adamw, on_the_way_back_has_the_same_bits)
{
    size_t n, held, less, least;
    real  *after = weights_after(false, false, &n, &held);
    real  *at_once = weights_after(true, false, &n, &less);
    real  *recomputed = weights_after(true, true, &n, &least);
    cr_expect_arr_eq(after, at_once, n * sizeof *after);
    cr_expect_arr_eq(after, recomputed, n * sizeof *after);
    cr_expect(less < held, "%zu bytes of gradients, %zu otherwise", less, held);
    free(recomputed), free(at_once), free(after);
}

/* Four rows at once, and in so many parts; the loss is the mean over rows. */
static void in_parts(real out[12], int parts)
{
    enum { ROWS = 4, STEPS = 3, I = 3, O = 3 };
    Params p;
    AdamW  adamw;
    Tape   t;
    const int N = ROWS / parts;
    real   x[ROWS * I], c[ROWS * O];
    test_fill(x, ROWS * I, 1), test_fill(c, ROWS * O, 2);
    tape_open(&t, test_backend());
    params_open(&p, t.be);
    Layer a = params_linear(&p, O, I, "a");
    params_place(&p, 5);
    adamw_open(&adamw, &p, &recipe);
    if (parts > 1) adamw_gather(&adamw);
    for (int step = 0; step < STEPS; step++)
        for (int part = 0; part < parts; part++) {
            Tensor *some = tape_constant(&t, 2, (int[]){ N, I });
            Tensor *w = tape_constant(&t, 2, (int[]){ N, O });
            t.be->write(some->data, x + part * N * I, (size_t)(N * I));
            t.be->write(w->data, c + part * N * O, (size_t)(N * O));
            Tensor *y = op_gelu(&t, op_linear(&t, some, a.w, a.b));
            Tensor *loss = op_times(&t, op_dot(&t, y, w), 1.0 / N);
            adamw_backward_part(&adamw, &t, loss, 1e-2, part, parts);
            cr_expect(adamw.steps == step + (part == parts - 1));
            tape_reset(&t);
        }
    memcpy(out, a.w->data, I * O * sizeof *out);
    memcpy(out + I * O, a.b->data, O * sizeof *out);
    tape_close(&t);
    params_close(&p);
}

/* Measured 1e-8 in float, of weights of about 1 that three steps have moved by 0.03. */
Test(adamw, a_batch_in_parts_takes_the_same_steps)
{
    real whole[12], parts[12];
    in_parts(whole, 1);
    for (int n = 2; n <= 4; n += 2) {
        in_parts(parts, n);
        for (int i = 0; i < 12; i++)
            cr_expect(fabs((double)parts[i] - (double)whole[i]) <= 2e-6, "%d parts: %g, not %g",
                      n, (double)parts[i], (double)whole[i]);
    }
}

Test(adamw, on_the_way_back_misses_no_parameter, .signal = SIGABRT)
{
    Parity p;
    AdamW  opt;
    parity_open(&p, "norm_pix");
    adamw_open(&opt, &p.mae.params, &recipe);
    Tensor *latent = parity_forward(&p, 0).latent; /* the decoder has no part in it */
    Tensor *c = tape_constant(&p.tape, latent->rank, latent->dim);
    p.be->zero(c->data, tensor_count(c));
    adamw_backward(&opt, &p.tape, op_dot(&p.tape, latent, c), 1e-3);
}

/* Two linear maps, one after the other, as one model and as two. */
static void two_maps(real out[2], bool apart)
{
    Params params[2];
    AdamW  adamw[2];
    Tape   t;
    Layer  a, b;
    int    models = apart ? 2 : 1;
    tape_open(&t, test_backend());
    for (int i = 0; i < models; i++) params_open(&params[i], t.be);
    a = params_linear(&params[0], 3, 3, "a");
    b = params_linear(&params[models - 1], 3, 3, "b");
    for (int i = 0; i < models; i++) {
        params_place_zero(&params[i]);
        adamw_open(&adamw[i], &params[i], &recipe);
        for (size_t k = 0; k < params[i].all; k++) params[i].weights[k] = R(0.5);
    }
    for (int step = 0; step < 3; step++) {
        Tensor *x = test_constant(&t, 2, (int[]){ 4, 3 }, 1);
        Tensor *y = op_linear(&t, op_linear(&t, x, a.w, a.b), b.w, b.b);
        Tensor *loss = op_dot(&t, y, test_constant(&t, 2, y->dim, 2));
        adamw_backward_all((AdamW *[]){ &adamw[0], &adamw[1] }, models, &t, loss, 1e-2);
        tape_reset(&t);
    }
    out[0] = a.w->data[1], out[1] = b.w->data[1];
    for (int i = 0; i < models; i++) params_close(&params[i]);
    tape_close(&t);
}

Test(adamw, two_optimisers_do_what_one_does)
{
    real one[2], two[2];
    two_maps(one, false), two_maps(two, true);
    cr_expect(one[0] == two[0] && one[1] == two[1] && one[0] != R(0.5), "%g %g, %g %g",
              (double)one[0], (double)two[0], (double)one[1], (double)two[1]);
}
