#include "tests/model/dense.h"

#include "tests/tape/gradcheck.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const VitConfig dense_base = { 3, 224, 224, 16, { 768, 12, 12 }, 0 };
const VitConfig dense_micro = { 3, 64, 64, 4, { 64, 4, 4 }, 0 };
const VitConfig dense_least = { 1, 16, 16, 4, { 8, 4, 2 }, 0 };

const DenseThing dense_things[2][DENSE_THINGS] = {
    { { 0, 0, { 3, 4, 17, 16 } }, { 0, 1, { 18, 15, 30, 30 } } },
    { { 1, 1, { 2, 10, 14, 26 } }, { 1, 0, { 16, 3, 31, 15 } } },
};

bool dense_is_inside(const DenseThing *d, double x, double y)
{
    const double *b = (const double[]){ (double)d->box[0], (double)d->box[1],
                                        (double)d->box[2], (double)d->box[3] };
    double        u = (2 * x - b[0] - b[2]) / (b[2] - b[0]);
    double        v = (2 * y - b[1] - b[3]) / (b[3] - b[1]);
    return d->class ? u + v <= 0 : u * u + v * v <= 1;
}

Tensor *dense_pictures(Tape *t)
{
    enum { S = DENSE_SIDE };
    real    pixels[2 * 3 * S * S];
    Rng     rng = rng_at(5, STREAM_TEST, 0, 0);
    Tensor *x = tape_constant(t, 4, (int[]){ 2, 3, S, S });
    for (int i = 0; i < 2 * 3 * S * S; i++) {
        const int image = i / (3 * S * S), channel = i / (S * S) % 3;
        const int row = i / S % S, col = i % S;
        pixels[i] = R(0.1) * rng_normal(&rng);
        for (int k = 0; k < DENSE_THINGS; k++)
            if (dense_is_inside(&dense_things[image][k], col + 0.5, row + 0.5))
                pixels[i] += channel == 2 * dense_things[image][k].class ? 2 : -1;
    }
    t->be->write(x->data, pixels, tensor_count(x));
    return x;
}

void dense_label(int label[2 * DENSE_SIDE * DENSE_SIDE])
{
    enum { S = DENSE_SIDE };
    for (int i = 0; i < 2 * S * S; i++) {
        label[i] = i / (S * S) == 0 && i / S < 3 && i % S < 3 ? 255 : DENSE_CLASSES;
        for (int k = 0; k < DENSE_THINGS; k++) {
            const DenseThing *d = &dense_things[i / (S * S)][k];
            if (dense_is_inside(d, i % S + 0.5, i / S % S + 0.5)) label[i] = d->class;
        }
    }
}

size_t dense_count(const Params *p, const char *prefix)
{
    size_t n = 0;
    for (int i = 0; i < p->n; i++)
        if (p->list[i].trained && !strncmp(p->list[i].name, prefix, strlen(prefix)))
            n += tensor_count(p->list[i].tensor);
    return n;
}

void dense_spread(const Params *p, const char *name, double *std, double *most)
{
    const Param *q = params_find(p, name);
    size_t       n = tensor_count(q->tensor);
    real        *x = malloc(n * sizeof *x);
    double       square = 0;
    p->be->read(x, q->tensor->data, n);
    *most = 0;
    for (size_t i = 0; i < n; i++) {
        square += (double)x[i] * (double)x[i];
        *most = fmax(*most, fabs((double)x[i]));
    }
    *std = sqrt(square / (double)n);
    free(x);
}

void dense_disturb(Params *p)
{
    for (int i = 0; i < p->n; i++) {
        const size_t n = tensor_count(p->list[i].tensor);
        real        *x = p->list[i].tensor->data;
        for (size_t k = 0; k < n; k++) {
            real was;
            p->be->read(&was, x + k, 1);
            was += (real)(0.1 * sin((double)(i + 3) * (double)(k + 1)));
            p->be->write(x + k, &was, 1);
        }
    }
}

Tensor *dense_images(Tape *t, const VitConfig *c, int N)
{
    return test_constant(t, 4, (int[]){ N, c->channels, c->height, c->width }, 91);
}

static double value(Params *p, DenseLoss *loss, void *env)
{
    Tape t;
    real y;
    tape_open(&t, p->be);
    t.recording = false;
    p->be->read(&y, loss(&t, env)->data, 1);
    tape_close(&t);
    return (double)y;
}

static double numeric(Params *p, real *x, DenseLoss *loss, void *env)
{
    const double step = 1e-6;
    real         at;
    p->be->read(&at, x, 1);
    p->be->write(x, &(real){ (real)((double)at + step) }, 1);
    double above = value(p, loss, env);
    p->be->write(x, &(real){ (real)((double)at - step) }, 1);
    double below = value(p, loss, env);
    p->be->write(x, &at, 1);
    return (above - below) / (2 * step);
}

double dense_gradcheck(Params *p, DenseLoss *loss, void *env, const char **name)
{
    enum { PLACES = 3 };
    double worst = 0;
    Tape   t;
    tape_open(&t, p->be);
    tape_backward(&t, loss(&t, env));
    params_check_grads(p);
    for (int i = 0; i < p->n; i++) {
        const Param *q = &p->list[i];
        const size_t n = tensor_count(q->tensor);
        for (size_t k = 0; q->trained && k < PLACES; k++) {
            size_t at = n > PLACES ? (2 * k + 1) * n / (2 * PLACES) : k;
            real   got;
            if (at >= n) break;
            p->be->read(&got, q->tensor->grad + at, 1);
            double want = numeric(p, q->tensor->data + at, loss, env);
            double off = fabs((double)got - want) / (1 + fabs(want));
            if (!(off <= worst)) worst = off, *name = q->name;
        }
    }
    params_forget_grads(p);
    tape_close(&t);
    return worst;
}
