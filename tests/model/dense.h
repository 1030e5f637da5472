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

/* Two pictures with things in them, [2, 3, DENSE_SIDE, DENSE_SIDE]: red ellipses of class
 * 0, blue triangles of class 1, both as large as their boxes.  dense_label: the class of
 * each pixel, 2 where there is nothing; of the first image the left upper corner is 255.
 */
enum { DENSE_SIDE = 32, DENSE_CLASSES = 2, DENSE_THINGS = 2 };

typedef struct {
    int  image, class;
    real box[4];
} DenseThing;

extern const DenseThing dense_things[2][DENSE_THINGS];
bool    dense_is_inside(const DenseThing *d, double x, double y);
Tensor *dense_pictures(Tape *t);
void    dense_label(int label[2 * DENSE_SIDE * DENSE_SIDE]);

/* Of each parameter other values than it starts with: no bias, and so no map, is 0. */
void dense_disturb(Params *p);

/* Images [N, C, H, W] of a fixed stream, standard normal. */
Tensor *dense_images(Tape *t, const VitConfig *c, int N);

/* Central differences of a scalar in some values of every trained parameter against what
 * the tape says: the worst |difference| / (1 + |numeric|).  The name of the worst in
 * *name. */
typedef Tensor *DenseLoss(Tape *t, void *env);
double dense_gradcheck(Params *p, DenseLoss *loss, void *env, const char **name);

#endif
