/* The reference's run of a small masked autoencoder, and ours of the same one.
 *
 * golden/mae_small.safetensors holds weights, images, noise, outputs, losses,
 * gradients and the weights after three steps, for both targets. */
#ifndef TESTS_MODEL_PARITY_H
#define TESTS_MODEL_PARITY_H

#include "core/train/checkpoint.h"

typedef struct {
    const char    *run; /* "raw_pix" or "norm_pix" */
    Safetensors    file;
    const Backend *be;
    Mae            mae;
    Tape           tape;
    int            N, L, K, P, D;
    int           *ids;   /* [N, L], of the step that was drawn last               */
    int           *order; /* [N, L], patches by noise: where the reference puts them */
} Parity;

/* Which files there are in golden/. */
#define PARITY_FILE "tests/golden/mae_small.safetensors"
#define PARITY_VIT_FILE "tests/golden/vit_small.safetensors"

void parity_open(Parity *p, const char *run); /* the model frozen, with its weights */
void parity_close(Parity *p);

/* One forward with the noise of `step`, on a tape just reset; as training does it. */
MaeResult parity_forward(Parity *p, int step);
MaeResult parity_train(Parity *p, int step);

/* A tensor of the file, RUN.NAME or NAME; the pointer is freed by the caller. */
real *parity_values(const Parity *p, const char *run, const char *name);

/* |x - y| / |y| in the 2-norm, y being that tensor of the file. */
double parity_off(const Parity *p, const char *run, const char *name, const real *x);

/* All gradients of a model that are in the file, as "grad", or all of its trained weights,
 * as anything else, are off by no more than `limit`. */
void parity_expect_all(const Parity *p, const Params *params, const char *what, double limit);

#endif
