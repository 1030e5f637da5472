#include "core/train/adamw.h"

AdamWConfig adamw_defaults(void) { return (AdamWConfig){ 0.9, 0.95, 1e-8, 0.05 }; }

void adamw_open(AdamW *o, Params *params, const AdamWConfig *c)
{
    *o = (AdamW){ .params = params, .config = *c };
    params_train(params, 2);
}

/* Parameters [from, to) of the flat blocks, which share their weight decay. */
static void step_block(const AdamW *o, size_t from, size_t to, double lr, double decay)
{
    const Params      *p = o->params;
    const AdamWConfig *c = &o->config;
    if (from == to) return;
    p->be->adamw(p->weights + from, p->moment[0] + from, p->moment[1] + from,
                 p->grads + from, to - from, lr, c->beta1, c->beta2, c->eps, decay,
                 o->steps);
}

void adamw_step(AdamW *o, double lr)
{
    Params *p = o->params;
    params_check_grads(p);
    o->steps++;
    step_block(o, 0, p->decayed, lr, o->config.decay);
    step_block(o, p->decayed, p->trained, lr, 0);
    params_forget_grads(p);
}
