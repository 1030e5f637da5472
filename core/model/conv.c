#include "core/model/conv.h"

#include "core/tape/maps.h"

#include <math.h>
#include <stdio.h>

Init init_default(int inputs) { return (Init){ INIT_UNIFORM, 1 / sqrt(inputs) }; }
Init init_he(int outputs) { return (Init){ INIT_NORMAL, sqrt(2.0 / outputs) }; }

/* A weight and, unless bias is NULL, so many of these. */
static Layer add_layer(Params *p, Init init, const int dim[4], const Init *bias,
                       int biases, const char *name)
{
    char  part[PARAM_NAME];
    Layer l = { 0 };
    snprintf(part, sizeof part, "%s.weight", name);
    l.w = params_add(p, part, init, 4, dim);
    if (!bias) return l;
    snprintf(part, sizeof part, "%s.bias", name);
    l.b = params_add(p, part, *bias, 1, &biases);
    return l;
}

Conv conv_add(Params *p, ConvNorm kind, int outputs, int inputs, int size, Init init,
              const char *name, const char *norm)
{
    const Init zero = { INIT_ZERO, 0 };
    const int  dim[4] = { outputs, inputs, size, size };
    Layer      l =
        add_layer(p, init, dim, kind == CONV_BIAS ? &zero : NULL, outputs, name);
    Conv       c = { .kind = kind, .size = size, .w = l.w, .b = l.b };
    if (kind != CONV_BIAS) c.norm = params_norm(p, outputs, "%s", norm);
    if (kind == CONV_BATCH) c.running = params_running(p, outputs, norm);
    return c;
}

Tensor *conv_forward(Tape *t, const Conv *c, Tensor *x, bool training)
{
    x = op_conv(t, x, c->w, c->b, 1, c->size / 2);
    if (c->kind == CONV_LAYER) return op_norm(t, x, c->norm.w, c->norm.b, NORM_EPS);
    if (c->kind == CONV_BIAS) return x;
    return op_map_norm(t, x, c->norm.w, c->norm.b, c->running.mean, c->running.var,
                       training, 0.1);
}

Tensor *conv_relu(Tape *t, const Conv *c, Tensor *x, bool training)
{
    return op_relu(t, conv_forward(t, c, x, training));
}

void conv_spare(Params *p, const Conv *c)
{
    if (c->kind != CONV_BATCH) return;
    params_spare(p, c->norm.w);
    params_spare(p, c->norm.b);
}

Layer deconv_add(Params *p, int outputs, int inputs, Init init, Init bias,
                 const char *name)
{
    return add_layer(p, init, (int[]){ inputs, outputs, 2, 2 }, &bias, outputs, name);
}

Tensor *deconv_forward(Tape *t, Layer deconv, Tensor *x)
{
    return op_deconv(t, x, deconv.w, deconv.b);
}
