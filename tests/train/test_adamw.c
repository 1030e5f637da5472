#include "core/train/adamw.h"
#include "tests/model/parity.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>

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
