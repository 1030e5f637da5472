/* Named parameters in flat blocks.
 *
 * Parameters are added first (name, shape, how they start) and placed together
 * afterwards, all weights in one block.  A model so placed is frozen: nothing
 * in it wants a gradient.  Training adds moments, blocks of equal length in the
 * same order, so that a model that is only used pays nothing for it.  Gradients
 * are the tape's: they last until it is reset.
 *
 *     params_open(&p, be);
 *     Layer fc = params_linear(&p, 10, 64, "head");   // head.weight, head.bias
 *     params_place(&p, seed);
 *     params_train(&p, 2);                             // AdamW keeps two moments
 *
 * In the blocks come first the parameters that weight decay shrinks, then the
 * trained ones that it spares (rank <= 1 and names ending in ".bias", as in the
 * reference), then the fixed ones.  Each starts at a multiple of 64 bytes; what
 * lies between is zero and stays zero.
 */
#ifndef CORE_MODEL_PARAMS_H
#define CORE_MODEL_PARAMS_H

#include "core/base/rng.h"
#include "core/tape/tape.h"

enum { PARAM_NAME = 64, MAX_MOMENTS = 2 };

#define NORM_EPS 1e-6 /* of the reference's layer norms */

typedef enum {
    INIT_ZERO,
    INIT_ONE,
    INIT_XAVIER,  /* uniform within sqrt(6 / (inputs + outputs)) */
    INIT_NORMAL,  /* mean 0, standard deviation `scale`           */
    INIT_UNIFORM, /* within +-scale                               */
    INIT_FIXED    /* not trained; the model writes its values     */
} InitKind;

typedef struct {
    InitKind kind;
    double   scale;
} Init;

typedef struct {
    char    name[PARAM_NAME];    /* the reference's: "blocks.0.attn.qkv.weight" */
    int     rank, dim[MAX_RANK]; /* as in files                                 */
    Init    init;
    bool    trained, decays;
    double  rate;                /* share of the learning rate; 1                  */
    size_t  offset;              /* in every block                              */
    Tensor *tensor;
} Param;

typedef struct {
    const Backend *be;
    Arena          host, values;
    Param         *list; /* in the order they were added */
    int            n, room;
    size_t         decayed, trained, all; /* block lengths: [0, decayed) decays */
    real          *weights;              /* [all]     */
    real          *moment[MAX_MOMENTS];  /* [trained] */
    bool           training;
    double         norm_eps;             /* of norms still to be added; NORM_EPS */
} Params;

/* The two parameters of a linear layer (weight [O, I], bias [O]) or of a norm
 * (gain and bias [D]), which has its eps too. */
typedef struct {
    Tensor *w, *b;
    double  eps;
} Layer;

/* be may be NULL for parameters that are only counted. */
void params_open(Params *p, const Backend *be);
void params_close(Params *p);

Tensor *params_add(Params *p, const char *name, Init init, int rank, const int *dim);

/* x, just added, has another shape to the ops than in files. */
void params_shape(Tensor *x, int rank, const int *dim);

/* A token of width D, [1, 1, D], N(0, 0.02); fixed positions [1, L + 1, D]. */
Tensor *params_token(Params *p, int D, const char *name);
Tensor *params_positions(Params *p, int L, int D, const char *name);

/* name.weight and name.bias, the name being as printf makes it.  Linear: Xavier,
 * zero.  Norm: one, zero.  Embedding of patches, a convolution [D, C, p, p]: to the ops a
 * matrix [D, C p p], Xavier as such, and within 1 / sqrt(channels patch^2). */
Layer params_linear(Params *p, int outputs, int inputs, const char *name, ...)
    PRINTF_LIKE(4, 5);
Layer params_norm(Params *p, int width, const char *name, ...) PRINTF_LIKE(3, 4);
Layer params_embedding(Params *p, int D, int channels, int patch, const char *name);

/* Running mean, 0 at first, and variance, 1, of a norm over maps: fixed, but kept with the
 * weights as name.running_mean and name.running_var. */
typedef struct {
    Tensor *mean, *var;
} Running;

Running params_running(Params *p, int width, const char *name);

/* Weight decay leaves x alone; NULL: nothing. */
void params_spare(Params *p, const Tensor *x);

/* Memory, all zero, and initial values: parameter i draws from (seed, STREAM_INIT, 0,
 * i), or, for a model that is trained beside another of the same seed, from (seed,
 * STREAM_INIT, 1, i).  Or memory alone. */
void params_place(Params *p, uint64_t seed);
void params_place_beside(Params *p, uint64_t seed);
void params_place_zero(Params *p);

/* From now on gradients are wanted; `moments` moments, all zero.  Once, after
 * params_place. */
void params_train(Params *p, int moments);

/* From now on gradients are not wanted, or wanted again. */
void params_freeze(Params *p, bool frozen);

/* p = momentum p + (1 - momentum) model, where model has the parameters of p and perhaps
 * others: a teacher that follows slowly.  With momentum 0, and of fixed ones, a copy.
 *
 * Source: the mean teacher of Tarvainen and Valpola 2017, arXiv:1703.01780. */
void params_follow(Params *p, const Params *model, double momentum);

/* Before an optimiser's step: abort (CHECK) if a trained parameter has no gradient.
 * After it, and before the tape is reset: the next backward starts from nothing. */
void params_check_grads(const Params *p);
void params_forget_grads(Params *p);

/* Numbers in all parameters, fixed ones too, and in the largest of them. */
size_t params_count(const Params *p);
size_t params_largest(const Params *p);
size_t params_trained(const Params *p); /* in all that are trained */

bool params_finite(const Params *p); /* all of them */

const Param *params_find(const Params *p, const char *name); /* NULL if there is none */
const Param *params_of(const Params *p, const Tensor *x);     /* the same */

#endif
