#include "tests/model/parity.h"

#include "core/train/adamw.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const runs[] = { "raw_pix", "norm_pix" };
static int               which[] = { 0, 1, 2, 3 };
static const AdamWConfig reference = { 0.9, 0.95, 1e-8, 0.05 };

static double scalar(const Parity *p, const Tensor *x)
{
    real value;
    p->be->read(&value, x->data, 1);
    return (double)value;
}

static real *values_of(const Parity *p, const real *x, size_t n)
{
    real *values = malloc(n * sizeof *values);
    p->be->read(values, x, n);
    return values;
}

ParameterizedTestParameters(mae, outputs_are_the_reference_s)
{
    return cr_make_param_array(int, which, 2);
}

ParameterizedTest(int *i, mae, outputs_are_the_reference_s)
{
    Parity p;
    parity_open(&p, runs[*i]);
    MaeResult r = parity_forward(&p, 0);
    int       N = p.N, L = p.L, K = p.K, D = p.D, P = p.P;

    /* the reference orders visible tokens by noise, we by place */
    real *latent = values_of(&p, r.latent->data, tensor_count(r.latent));
    real *sorted = malloc(tensor_count(r.latent) * sizeof *sorted);
    for (int n = 0; n < N; n++)
        for (int j = 0; j <= K; j++) {
            int from = 0;
            while (j && p.ids[n * L + from] != p.order[n * L + j - 1]) from++;
            memcpy(sorted + (n * (K + 1) + j) * D,
                   latent + (n * (K + 1) + (j ? from + 1 : 0)) * D,
                   (size_t)D * sizeof(real));
        }
    double off = parity_off(&p, p.run, "latent", sorted);
    cr_expect(off <= 1e-5, "%s latent: off by %.2e", p.run, off); /* 3.1e-7 */

    real *pred = values_of(&p, r.pred->data, tensor_count(r.pred));
    for (int n = 0; n < N; n++) /* without the class token's row */
        memmove(pred + n * L * P, pred + (n * (L + 1) + 1) * P,
                (size_t)(L * P) * sizeof(real));
    off = parity_off(&p, p.run, "pred", pred);
    cr_expect(off <= 1e-5, "%s pred: off by %.2e", p.run, off); /* 3.0e-7 */

    real *mask = malloc((size_t)(N * L) * sizeof *mask);
    for (int n = 0; n < N; n++)
        for (int j = 0; j < L; j++) mask[n * L + p.ids[n * L + j]] = j >= K;
    off = parity_off(&p, p.run, "mask", mask);
    cr_expect(off <= 0, "%s mask differs", p.run);

    /* the loss is the mean over the hidden of the losses of single patches */
    Tensor *each = mae_patch_loss(&p.tape, &r);
    real   *patch = values_of(&p, each->data, tensor_count(each));
    double  sum = 0;
    for (int k = 0; k < N * L; k++) sum += (double)mask[k] * (double)patch[k];
    off = fabs(sum / (N * (L - K)) / scalar(&p, r.loss) - 1);
    cr_expect(off <= 1e-6, "%s: loss from patches off by %.2e", p.run, off);

    MaeResult     train = parity_train(&p, 0);
    const Visible v = { .N = N, .L = L, .K = K, .ids = p.ids };
    each = mae_hidden_loss(&p.tape, &train, &v);
    for (int k = 0; k < N * L; k++) {
        double want = (double)mask[k] * (double)patch[k];
        cr_expect(fabs((double)each->data[k] - want) <= 1e-5 * want, "patch %d", k);
    }

    free(patch), free(mask), free(pred), free(sorted), free(latent);
    parity_close(&p);
}

ParameterizedTestParameters(mae, three_steps_are_the_reference_s)
{
    return cr_make_param_array(int, which, 4);
}

static Tensor *loss_of(Parity *p, int step, bool train)
{
    return (train ? parity_train(p, step) : parity_forward(p, step)).loss;
}

/* The second time with what training takes. */
ParameterizedTest(int *i, mae, three_steps_are_the_reference_s)
{
    Parity p;
    AdamW  opt;
    parity_open(&p, runs[*i % 2]);
    adamw_open(&opt, &p.mae.params, &reference);
    for (int step = 0; step < 3; step++) {
        char name[16];
        snprintf(name, sizeof name, "loss.%d", step);
        Tensor *loss = loss_of(&p, step, *i >= 2);
        double  off = parity_off(&p, p.run, name, &(real){ (real)scalar(&p, loss) });
        cr_expect(off <= 1e-5, "%s.%s: off by %.2e", p.run, name, off); /* 1.7e-7 */
        tape_backward(&p.tape, loss);
        if (step == 0) parity_expect_all(&p, &p.mae.params, "grad", 1e-5); /* 5.6e-7 */
        adamw_step(&opt, 1e-3);
    }
    parity_expect_all(&p, &p.mae.params, "after3", 1e-5); /* 3.8e-7 */
    parity_close(&p);
}

/* Eight pictures and their masks can be learned by heart. */
Test(mae, eight_images_are_overfitted)
{
    enum { N = 8, L = 16, K = 4, SIDE = 16, STEPS = 300 };
    Err             err;
    const Backend  *be;
    Mae             m;
    Tape            t;
    AdamW           opt;
    int             ids[N * L];
    real            pixels[N * SIDE * SIDE], loss, first = 0;
    const MaeConfig c = { .encoder = { 1, SIDE, SIDE, 4, { 32, 2, 4 } },
                          .decoder = { 32, 1, 4 } };
    Rng             rng = rng_at(1, STREAM_TEST, 0, 0);
    for (int i = 0; i < N * SIDE * SIDE; i++) pixels[i] = rng_normal(&rng);
    for (int n = 0, k = 0; n < N; n++) /* every fourth patch is visible */
        for (int hidden = 0; hidden < 2; hidden++)
            for (int i = 0; i < L; i++)
                if (((i + n) % 4 != 0) == hidden) ids[k++] = i;

    cr_assert(!backend_open(&be, "cpu", &err), "%s", err.text);
    mae_open(&m, be, &c, 1);
    adamw_open(&opt, &m.params, &reference);
    tape_open(&t, be);
    for (int step = 0; step < STEPS; step++) {
        Visible v = { .N = N, .L = L, .K = K, .ids = ids };
        tape_reset(&t);
        Tensor *images = tape_constant(&t, 4, (int[]){ N, 1, SIDE, SIDE });
        be->write(images->data, pixels, tensor_count(images));
        MaeResult r = mae_forward(&t, &m, images, &v);
        be->read(&loss, r.loss->data, 1);
        if (!step) first = loss;
        adamw_backward(&opt, &t, r.loss, 3e-3);
    }
    cr_expect(loss <= R(0.05) * first, "%g -> %g", (double)first, (double)loss);
    tape_close(&t);
    mae_close(&m);
}

/* The loss, then all gradients in the order of parameters; how many numbers. */
static size_t read_all(real *all, const Tensor *loss, const Params *p)
{
    size_t n = 1;
    p->be->read(all, loss->data, 1);
    for (int i = 0; i < p->n; i++) {
        const Param *q = &p->list[i];
        if (!q->trained) continue;
        p->be->read(all + n, q->tensor->grad, tensor_count(q->tensor));
        n += tensor_count(q->tensor);
    }
    return n;
}

static real *loss_and_gradients(bool recompute, bool train, size_t *n, size_t *kept)
{
    Parity p;
    parity_open(&p, "norm_pix");
    params_train(&p.mae.params, 0);
    p.tape.recompute = recompute;
    Tensor *loss = loss_of(&p, 0, train);
    *kept = p.tape.values.used;
    tape_backward(&p.tape, loss);

    real *all = malloc((1 + p.mae.params.all) * sizeof *all);
    *n = read_all(all, loss, &p.mae.params);
    parity_close(&p);
    return all;
}

Test(mae, blocks_that_are_run_again_have_the_same_bits)
{
    for (int train = 0; train < 2; train++) {
        size_t n, kept, less;
        real  *plain = loss_and_gradients(false, train, &n, &kept);
        real  *again = loss_and_gradients(true, train, &n, &less);
        cr_expect_arr_eq(plain, again, n * sizeof *plain);
        cr_expect(3 * less < 2 * kept, "%zu bytes kept, %zu otherwise", less, kept);
        free(again), free(plain);
    }
}

typedef struct {
    int  depth, N, K, thrown; /* depth of the decoder; of 12 patches */
    bool recompute;
} Short;

/* The loss, then all gradients, which the caller frees; images and masks are drawn. */
static real *of_a_short_one(const Short *s, bool train, size_t *n)
{
    enum { L = 12, C = 3, ROWS = 12, COLS = 16, N = 3 };
    const MaeConfig c = { .encoder = { C, ROWS, COLS, 4, { 8, 1, 2 } },
                          .decoder = { 12, s->depth, 3 } };
    int  ids[N * L];
    real pixels[N * C * ROWS * COLS];
    Rng  rng = rng_at(7, STREAM_TEST, 0, 0);
    Mae  m;
    Tape t;
    for (int i = 0; i < N * C * ROWS * COLS; i++) pixels[i] = rng_normal(&rng);
    for (int i = 0; i < s->N * L; i++) ids[i] = (5 * (i % L) + i / L) % L;
    mae_open(&m, test_backend(), &c, 1);
    params_train(&m.params, 0);
    tape_open(&t, test_backend());
    t.recompute = s->recompute;
    Visible v = { .N = s->N, .L = L, .K = s->K, .ids = ids, .thrown = s->thrown };
    Tensor *images = tape_constant(&t, 4, (int[]){ s->N, C, ROWS, COLS });
    m.params.be->write(images->data, pixels, tensor_count(images));
    Tensor *loss = (train ? mae_train : mae_forward)(&t, &m, images, &v).loss;
    tape_backward(&t, loss);
    real *all = malloc((1 + m.params.all) * sizeof *all);
    *n = read_all(all, loss, &m.params);
    tape_close(&t);
    mae_close(&m);
    return all;
}

/* Whatever the first block sees but once and the last block leaves out. */
Test(mae, training_takes_less_for_the_same)
{
    static const Short cases[] = {
        { 1, 3, 4, 0, false }, { 2, 3, 4, 0, false }, { 3, 3, 4, 0, true },
        { 2, 1, 3, 0, false }, { 2, 3, 1, 0, false }, { 2, 3, 11, 0, false },
        { 1, 3, 4, 5, true },  { 2, 2, 4, 7, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n, less;
        real  *all = of_a_short_one(&cases[i], false, &n);
        real  *trained = of_a_short_one(&cases[i], true, &less);
        double most = 0, off = 0;
        cr_assert(n == less);
        for (size_t k = 0; k < n; k++) {
            most = fmax(most, fabs((double)all[k]));
            off = fmax(off, fabs((double)(trained[k] - all[k])));
        }
        cr_expect(fabs((double)(trained[0] / all[0] - 1)) <= 1e-6, "case %zu", i);
        cr_expect(off <= 1e-6 * most, "case %zu: off by %.2e of %.2e", i, off, most);
        free(trained), free(all);
    }
}

/* What is in a thrown patch, 3 of 4, no weight and no loss knows of. */
Test(mae, a_thrown_patch_is_not_there)
{
    enum { SIDE = 8, PIXELS = SIDE * SIDE };
    static const MaeConfig c = { .encoder = { 1, SIDE, SIDE, 4, { 8, 1, 2 } },
                                 .decoder = { 8, 2, 2 } };
    static const int ids[4] = { 1, 0, 2, 3 };
    const Backend   *be;
    Err              err;
    real             pixels[PIXELS], loss[3], pred[5][16];
    Rng              rng = rng_at(4, STREAM_TEST, 0, 0);
    Mae              m;
    Tape             t;
    for (int i = 0; i < PIXELS; i++) pixels[i] = rng_normal(&rng);
    cr_assert(!backend_open(&be, "cpu", &err));
    mae_open(&m, be, &c, 1);
    tape_open(&t, be);
    for (int i = 0; i < 3; i++) {
        Visible v = { .N = 1, .L = 4, .K = 1, .ids = ids, .thrown = i < 2 };
        for (int k = 0; i == 1 && k < PIXELS; k++) /* another lower right quarter */
            if (k / SIDE >= 4 && k % SIDE >= 4) pixels[k] += 3;
        Tensor   *images = tape_constant(&t, 4, (int[]){ 1, 1, SIDE, SIDE });
        be->write(images->data, pixels, PIXELS);
        MaeResult r = mae_forward(&t, &m, images, &v);
        Tensor   *train = mae_train(&t, &m, images, &v).loss;
        be->read(&loss[i], r.loss->data, 1);
        be->read(&pred[0][0], r.pred->data, 5 * 16);
        cr_expect(fabs((double)(*train->data / loss[i] - 1)) <= 1e-6);
        for (int k = 0; k < 16; k++) cr_expect((pred[4][k] == 0) == (i < 2));
        tape_reset(&t);
    }
    cr_expect(loss[0] == loss[1] && loss[2] != loss[1], "%g %g %g", (double)loss[0],
              (double)loss[1], (double)loss[2]);
    tape_close(&t);
    mae_close(&m);
}
