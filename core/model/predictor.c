#include "core/model/predictor.h"

void predictor_list(Predictor *p, const Backend *be, const MaeConfig *c)
{
    int B = c->decoder.D;
    p->size = c->decoder;
    params_open(&p->params, be);
    p->blocks = blocks_add(&p->params, &p->size, "blocks");
    p->norm = params_norm(&p->params, B, "norm");
    p->pred = params_linear(&p->params, mae_values(c), B, "pred");
}

Tensor *predictor_guess(Tape *t, const Predictor *p, Tensor *tokens, const Visible *v)
{
    Tensor *x = blocks_forward(t, p->blocks, &p->size, tokens);
    x = layer_norm_linear(t, x, p->norm, p->pred);
    return op_patch_mean(t, op_to_places(t, x, v));
}
