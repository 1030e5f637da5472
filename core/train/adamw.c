#include "core/train/adamw.h"

#include <stdint.h>

AdamWConfig adamw_defaults(void) { return (AdamWConfig){ 0.9, 0.95, 1e-8, 0.05 }; }

void adamw_open(AdamW *o, Params *params, const AdamWConfig *c)
{
    *o = (AdamW){ .params = params, .config = *c };
    params_train(params, 2);
}

static void step_one(const AdamW *o, Tensor *x, double lr)
{
    const AdamWConfig *c = &o->config;
    const Params      *p = o->params;
    size_t             at = (size_t)(x->data - p->weights);
    p->be->adamw(x->data, p->moment[0] + at, p->moment[1] + at, x->grad, tensor_count(x),
                 lr, c->beta1, c->beta2, c->eps, at < p->decayed ? c->decay : 0, o->steps);
}

typedef struct {
    AdamW *const *all;
    int           n;
    double        lr;
} Step;

/* Blocks of different models are compared as numbers: C orders no pointers to
 * different objects. */
static bool is_of(const Params *p, const Tensor *x)
{
    uintptr_t at = (uintptr_t)x->data, first = (uintptr_t)p->weights;
    return at >= first && at < first + p->trained * sizeof *p->weights;
}

static void step_its_own(void *env, Tensor *x)
{
    const Step *s = env;
    int         i = 0;
    while (i < s->n && !is_of(s->all[i]->params, x)) i++;
    CHECK(i < s->n, "a gradient for what is none of the parameters");
    step_one(s->all[i], x, s->lr);
}

void adamw_step(AdamW *o, double lr)
{
    Params *p = o->params;
    params_check_grads(p);
    o->steps++;
    for (int i = 0; i < p->n; i++)
        if (p->list[i].trained) step_one(o, p->list[i].tensor, lr);
    params_forget_grads(p);
}

void adamw_backward(AdamW *o, Tape *t, Tensor *loss, double lr)
{
    adamw_backward_all(&o, 1, t, loss, lr);
}

void adamw_backward_all(AdamW *const *all, int n, Tape *t, Tensor *loss, double lr)
{
    for (int i = 0; i < n; i++) all[i]->steps++;
    tape_backward_each(t, loss, step_its_own, &(Step){ all, n, lr });
    for (int i = 0; i < n; i++) {
        params_check_grads(all[i]->params);
        params_forget_grads(all[i]->params);
    }
}
