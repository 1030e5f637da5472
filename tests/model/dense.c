#include "tests/model/dense.h"

#include "tests/tape/gradcheck.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const VitConfig dense_base = { 3, 224, 224, 16, { 768, 12, 12 } };
const VitConfig dense_micro = { 3, 64, 64, 4, { 64, 4, 4 } };
const VitConfig dense_least = { 1, 16, 16, 4, { 8, 4, 2 } };

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
    const double step = 1e-5;
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
    tape_close(&t);
    return worst;
}
