#include "core/model/sampler.h"

void sampler_list(Sampler *s, const Backend *be, const MaeConfig *c)
{
    const VitConfig *e = &c->encoder;
    int              D = e->size.D;
    s->size = (VitSize){ D, 1, e->size.heads };
    params_open(&s->params, be);
    s->pos_embed = params_add(&s->params, "pos_embed", (Init){ INIT_ZERO, 0 }, 3,
                              (int[]){ 1, vit_patches(e), D });
    s->block = blocks_add(&s->params, &s->size, "blocks");
    s->head = params_linear(&s->params, 1, D, "head");
}

Tensor *sampler_odds(Tape *t, const Sampler *s, Tensor *x)
{
    x = blocks_forward(t, s->block, &s->size, op_add_row(t, x, s->pos_embed));
    return op_linear(t, x, s->head.w, s->head.b);
}
