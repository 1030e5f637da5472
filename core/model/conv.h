/* Convolutions of maps [N, H, W, C], each with the norm behind it, if there is one.
 *
 *     Conv c = conv_add(p, CONV_LAYER, 256, 768, 1, init_default(768), "simfp_4.0",
 *                       "simfp_4.0.norm");
 *     x = conv_forward(t, &c, x, training);
 *
 * With a norm there is no bias.  Weights have the reference's shapes: [O, I, k, k] of a
 * convolution, [I, O, 2, 2] of a transposed one.
 */
#ifndef CORE_MODEL_CONV_H
#define CORE_MODEL_CONV_H

#include "core/model/params.h"
#include "core/tape/ops.h"

typedef enum {
    CONV_BIAS,  /* no norm                                                         */
    CONV_LAYER, /* over the channels of a place                                    */
    CONV_BATCH  /* over the batch, in evaluation with running statistics: keeps a
                   tenth of each batch's                                           */
} ConvNorm;

typedef struct {
    ConvNorm kind;
    int      size;    /* k: odd; what lies outside counts as zero */
    Tensor  *w, *b;   /* b NULL behind which a norm follows       */
    Layer    norm;
    Running  running; /* of CONV_BATCH                            */
} Conv;

/* name.weight and name.bias, or the parameters of `norm`, which CONV_BIAS does not have.
 * A bias starts at zero. */
Conv    conv_add(Params *p, ConvNorm kind, int outputs, int inputs, int size, Init init,
                 const char *name, const char *norm);
Tensor *conv_forward(Tape *t, const Conv *c, Tensor *x, bool training);
Tensor *conv_relu(Tape *t, const Conv *c, Tensor *x, bool training);

/* Weight decay leaves a batch norm's gains and biases alone. */
void conv_spare(Params *p, const Conv *c);

/* 2 x 2 with stride 2: twice as many rows and columns; with its bias. */
Layer   deconv_add(Params *p, int outputs, int inputs, Init init, Init bias,
                   const char *name);
Tensor *deconv_forward(Tape *t, Layer deconv, Tensor *x);

/* What PyTorch starts a layer with that nobody starts: within 1 / sqrt(inputs), of a
 * number all its weights; its bias too.  He et al. 2015, arXiv:1502.01852: normal,
 * variance 2 / outputs; k k of them for each channel. */
Init init_default(int inputs);
Init init_he(int outputs);

#endif
