/* LARS (You et al. 2017, arXiv:1708.03888) as the reference trains the linear
 * probe: a step of a matrix has the length 0.001 |p| per unit of rate, momentum
 * 0.9 comes after that, biases are plain gradient descent.  No Nesterov, no eps.
 *
 * Works on the host: meant for heads, not for encoders. */
#ifndef CORE_TRAIN_LARS_H
#define CORE_TRAIN_LARS_H

#include "core/model/params.h"

typedef struct {
    double momentum, decay, trust;
} LarsConfig;

typedef struct {
    Params    *params;
    LarsConfig config;
    real      *work; /* host: weights, gradients and momentum of one parameter */
} Lars;

LarsConfig lars_defaults(void); /* 0.9, 0, 0.001 */

/* Gives params their gradients and one moment.  There is nothing to close. */
void lars_open(Lars *o, Params *params, const LarsConfig *c);
void lars_step(Lars *o, double lr); /* as adamw_step */

#endif
