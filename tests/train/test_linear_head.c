#include "core/tape/ops.h"
#include "core/train/lars.h"
#include "core/train/linear_head.h"
#include "core/train/safetensors.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const Backend *cpu(void)
{
    const Backend *be;
    Err            err;
    cr_assert(!backend_open(&be, "cpu", &err), "%s", err.text);
    return be;
}

/* --- the reference's five steps ----------------------------------------- */

static const char GOLDEN[] = "tests/golden/vit_small.safetensors";

enum { N = 32, D = 48, CLASSES = 10 };

static void get(const Safetensors *f, const char *name, real *out, size_t count)
{
    Err               err;
    const SafeTensor *x = safetensors_find(f, name);
    cr_assert(x && x->count == count, "%s: no %s of %zu", GOLDEN, name, count);
    cr_assert(!safetensors_read(f, x, out, &err), "%s", err.text);
}

static void equals(const Safetensors *f, const char *name, const real *got, size_t count,
                   double bound)
{
    real   want[N * D];
    double off = 0, all = 0;
    get(f, name, want, count);
    for (size_t i = 0; i < count; i++) {
        off += pow((double)(got[i] - want[i]), 2);
        all += pow((double)want[i], 2);
    }
    off = sqrt(off / all);
    cr_expect(off <= bound, "%s: off by %.2g, allowed %.0e", name, off, bound);
}

static double step(Tape *t, const LinearHead *h, const real *features, const real *target)
{
    real    loss;
    Tensor *x = tape_constant(t, 2, (int[]){ N, D });
    Tensor *y = tape_constant(t, 2, (int[]){ N, CLASSES });
    t->be->write(x->data, features, N * D);
    t->be->write(y->data, target, N * CLASSES);
    Tensor *value = op_cross_entropy(t, linear_head_forward(t, h, x, true), y);
    t->be->read(&loss, value->data, 1);
    tape_backward(t, value);
    return (double)loss;
}

Test(linear_head, five_lars_steps_equal_the_reference)
{
    const Backend *be = cpu();
    Safetensors    f;
    Err            err;
    Tape           t;
    LinearHead     h;
    Lars           lars;
    LarsConfig     c = lars_defaults();
    real           features[N * D], labels[N], w[N * D], target[N * CLASSES] = { 0 }, want;
    cr_assert(!safetensors_open(&f, GOLDEN, &err), "%s", err.text);
    get(&f, "linear.input.features", features, N * D);
    get(&f, "linear.input.labels", labels, N);
    for (int i = 0; i < N; i++) target[i * CLASSES + (int)labels[i]] = 1;

    tape_open(&t, be);
    linear_head_open(&h, be, D, CLASSES, 0);
    get(&f, "linear.weights.weight", w, CLASSES * D);
    be->write(h.fc.w->data, w, CLASSES * D);
    get(&f, "linear.weights.bias", w, CLASSES);
    be->write(h.fc.b->data, w, CLASSES);
    c.decay = 0.01;
    lars_open(&lars, &h.params, &c);

    for (int s = 0; s < 5; s++) {
        char   name[32];
        double loss = step(&t, &h, features, target);
        snprintf(name, sizeof name, "linear.loss.%d", s);
        get(&f, name, &want, 1);
        cr_expect(fabs(loss / (double)want - 1) <= 1e-5, "%s: %.7f, not %.7f", name, loss,
                  (double)want);
        lars_step(&lars, 0.5);
        tape_reset(&t);
    }
    equals(&f, "linear.after5.weight", h.fc.w->data, CLASSES * D, 1e-5);
    equals(&f, "linear.after5.bias", h.fc.b->data, CLASSES, 1e-5);
    equals(&f, "linear.after5.running_mean", h.mean->data, D, 1e-5);
    equals(&f, "linear.after5.running_var", h.var->data, D, 1e-5);

    t.recording = false;
    Tensor *x = tape_constant(&t, 2, (int[]){ N, D });
    be->write(x->data, features, N * D);
    equals(&f, "linear.after5.logits_eval", linear_head_forward(&t, &h, x, false)->data,
           N * CLASSES, 1e-5);
    safetensors_close(&f);
    tape_close(&t);
    linear_head_close(&h);
}

/* --- training on a cache ------------------------------------------------ */

enum { ROWS = 600, WIDE = 8, KINDS = 4 };

/* Clouds around the corners of a simplex, in features of very unequal scale. */
static void clouds(real *x, int *labels, uint64_t image)
{
    Rng rng = rng_at(1, STREAM_TEST, 0, image);
    for (int i = 0; i < ROWS; i++) {
        labels[i] = (int)rng_below(&rng, KINDS);
        for (int j = 0; j < WIDE; j++) {
            real spread = R(0.4) * (real)rng_normal(&rng);
            x[i * WIDE + j] = (spread + (j == labels[i])) * (real)(j + 1);
        }
    }
}

static double right(const float *scores, const int *labels)
{
    int right = 0;
    for (int i = 0; i < ROWS; i++) {
        int best = 0;
        for (int k = 1; k < KINDS; k++)
            if (scores[i * KINDS + k] > scores[i * KINDS + best]) best = k;
        right += best == labels[i];
    }
    return right / (double)ROWS;
}

Test(linear_head, learns_what_is_linear_and_repeats)
{
    static real  train[ROWS * WIDE], test[ROWS * WIDE];
    static int   y[ROWS], z[ROWS];
    static float scores[ROWS * KINDS], again[ROWS * KINDS], other[ROWS * KINDS];
    double       loss[30];
    LinearConfig c = linear_defaults();
    c.epochs = 30, c.warmup_epochs = 3, c.batch = 64, c.lr_per_256 = 20;
    clouds(train, y, 1);
    clouds(test, z, 2);
    linear_cached(cpu(), scores, loss, &c, train, y, ROWS, test, ROWS, WIDE, KINDS);
    cr_expect(right(scores, z) > 0.85, "%g right", right(scores, z));
    cr_expect(loss[29] < 0.6 * loss[0], "loss %g -> %g", loss[0], loss[29]);

    linear_cached(cpu(), again, NULL, &c, train, y, ROWS, test, ROWS, WIDE, KINDS);
    cr_expect(!memcmp(scores, again, sizeof scores));
    c.seed = 1;
    linear_cached(cpu(), other, NULL, &c, train, y, ROWS, test, ROWS, WIDE, KINDS);
    cr_expect(memcmp(scores, other, sizeof scores));
}

Test(linear_head, a_batch_larger_than_the_cache_is_all_of_it)
{
    static real  train[ROWS * WIDE];
    static int   y[ROWS];
    static float scores[ROWS * KINDS], whole[ROWS * KINDS];
    LinearConfig c = linear_defaults();
    clouds(train, y, 1);
    c.epochs = 2, c.warmup_epochs = 0, c.batch = 100000;
    linear_cached(cpu(), scores, NULL, &c, train, y, ROWS, train, ROWS, WIDE, KINDS);
    c.batch = ROWS;
    linear_cached(cpu(), whole, NULL, &c, train, y, ROWS, train, ROWS, WIDE, KINDS);
    cr_expect(!memcmp(scores, whole, sizeof scores));
}
