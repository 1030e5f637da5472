#include "core/train/lars.h"

#include <math.h>

LarsConfig lars_defaults(void) { return (LarsConfig){ 0.9, 0, 0.001 }; }

void lars_open(Lars *o, Params *params, const LarsConfig *c)
{
    *o = (Lars){ .params = params, .config = *c };
    o->work = ARENA_NEW(&params->host, real, 3 * params_largest(params));
    params_train(params, 1);
}

static double norm(const real *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sqrt(sum);
}

/* g += decay w, g *= trust |w| / |g| (matrices only), m = momentum m + g,
 * w -= lr m */
static void step_one(const Lars *o, const Param *q, double lr)
{
    const Params *p = o->params;
    size_t        n = tensor_count(q->tensor);
    real         *w = o->work, *g = w + n, *m = g + n;
    p->be->read(w, q->tensor->data, n);
    p->be->read(g, q->tensor->grad, n);
    p->be->read(m, p->moment[0] + q->offset, n);

    real scale = 1, decay = q->rank > 1 ? (real)o->config.decay : 0;
    for (size_t i = 0; i < n; i++) g[i] += decay * w[i];
    if (q->rank > 1) {
        double w_norm = norm(w, n), g_norm = norm(g, n);
        if (w_norm > 0 && g_norm > 0) scale = (real)(o->config.trust * w_norm / g_norm);
    }
    for (size_t i = 0; i < n; i++) {
        m[i] = (real)o->config.momentum * m[i] + scale * g[i];
        w[i] -= (real)lr * m[i];
    }
    p->be->write(q->tensor->data, w, n);
    p->be->write(p->moment[0] + q->offset, m, n);
}

void lars_step(Lars *o, double lr)
{
    params_check_grads(o->params);
    for (int i = 0; i < o->params->n; i++)
        if (o->params->list[i].trained) step_one(o, &o->params->list[i], lr);
    params_forget_grads(o->params);
}
