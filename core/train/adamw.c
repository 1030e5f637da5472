#include "core/train/adamw.h"

AdamWConfig adamw_defaults(void) { return (AdamWConfig){ 0.9, 0.95, 1e-8, 0.05 }; }

void adamw_open(AdamW *o, Params *params, const AdamWConfig *c)
{
    *o = (AdamW){ .params = params, .config = *c };
    params_train(params, 2);
}

static void step_one(const AdamW *o, const Param *q, double lr)
{
    const AdamWConfig *c = &o->config;
    const Params      *p = o->params;
    const Tensor      *x = q->tensor;
    p->be->adamw(x->data, p->moment[0] + q->offset, p->moment[1] + q->offset, x->grad,
                 tensor_count(x), lr * q->rate, c->beta1, c->beta2, c->eps,
                 q->decays ? c->decay : 0, o->steps);
}

typedef struct {
    AdamW *const *all;
    int           n;
    double        lr;
} Step;

static void step_its_own(void *env, Tensor *x)
{
    const Step  *s = env;
    const Param *q = NULL;
    int          i = 0;
    while (i < s->n && !(q = params_of(s->all[i]->params, x))) i++;
    CHECK(q, "a gradient for what is none of the parameters");
    step_one(s->all[i], q, s->lr);
}

void adamw_step(AdamW *o, double lr)
{
    Params *p = o->params;
    params_check_grads(p);
    o->steps++;
    for (int i = 0; i < p->n; i++)
        if (p->list[i].trained) step_one(o, &p->list[i], lr);
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
