#include "core/train/adamw.h"

AdamWConfig adamw_defaults(void) { return (AdamWConfig){ 0.9, 0.95, 1e-8, 0.05 }; }

void adamw_open(AdamW *o, Params *params, const AdamWConfig *c)
{
    *o = (AdamW){ .params = params, .config = *c };
    params_train(params, 2);
}

typedef struct {
    AdamW *adamw;
    double lr;
} Step;

static void step_one(void *env, Tensor *x)
{
    const Step        *s = env;
    const AdamWConfig *c = &s->adamw->config;
    const Params      *p = s->adamw->params;
    size_t             at = (size_t)(x->data - p->weights);
    CHECK(at < p->trained, "a gradient for what is none of the parameters");
    p->be->adamw(x->data, p->moment[0] + at, p->moment[1] + at, x->grad, tensor_count(x),
                 s->lr, c->beta1, c->beta2, c->eps, at < p->decayed ? c->decay : 0,
                 s->adamw->steps);
}

void adamw_step(AdamW *o, double lr)
{
    Params *p = o->params;
    params_check_grads(p);
    o->steps++;
    for (int i = 0; i < p->n; i++)
        if (p->list[i].trained) step_one(&(Step){ o, lr }, p->list[i].tensor);
    params_forget_grads(p);
}

void adamw_backward(AdamW *o, Tape *t, Tensor *loss, double lr)
{
    o->steps++;
    tape_backward_each(t, loss, step_one, &(Step){ o, lr });
    params_check_grads(o->params);
    params_forget_grads(o->params);
}
