/* What the tests of the dense models share: numbers in parts of a model, and encoders. */
#ifndef TESTS_MODEL_DENSE_H
#define TESTS_MODEL_DENSE_H

#include "core/model/params.h"
#include "core/model/vit.h"

extern const VitConfig dense_base;  /* as published: 224 x 224, patches of 16 */
extern const VitConfig dense_micro; /* 64 x 64, patches of 4                  */
extern const VitConfig dense_least; /* 16 x 16, patches of 4: for differences */

/* Trained numbers whose names begin like that. */
size_t dense_count(const Params *p, const char *prefix);

/* Standard deviation of the parameter, and the most that it is away from 0. */
void dense_spread(const Params *p, const char *name, double *std, double *most);

/* Images [N, C, H, W] of a fixed stream, standard normal. */
Tensor *dense_images(Tape *t, const VitConfig *c, int N);

/* Central differences of a scalar in some values of every trained parameter against what
 * the tape says: the worst |difference| / (1 + |numeric|).  The name of the worst in *name. */
typedef Tensor *DenseLoss(Tape *t, void *env);
double dense_gradcheck(Params *p, DenseLoss *loss, void *env, const char **name);

#endif
