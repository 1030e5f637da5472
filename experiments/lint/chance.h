/* Is each patch visible equally often?  A chi-square test for sets that are drawn
 * whole: patches of one mask depend on each other, so that the statistic of Pearson
 * has not its usual distribution.  It is scaled and given as many degrees of freedom
 * as its own mean and variance ask for.
 *
 *     Even e;
 *     even_open(&e, L, K);
 *     for (...) even_add(&e, share);       [L] of each image, 0 to 1
 *     double p = even_p(&e);
 *
 * With shares x_u of n independent images, all with mean K / L,
 *     T = n sum (mean x - K / L)^2,  E T = tr C,  Var T = 2 tr C^2
 * where C is the covariance of x_u; both traces are estimated from the images, the
 * second from products of one with the next.
 *
 * Source: Rao and Scott 1981, doi:10.1080/01621459.1981.10477633, second-order
 * correction, by Satterthwaite's approximation.
 */
#ifndef EXPERIMENTS_LINT_CHANCE_H
#define EXPERIMENTS_LINT_CHANCE_H

#include "core/mask/mask.h"

typedef struct {
    int    L, K, n;
    double sum[MASK_MAX_PATCHES], last[MASK_MAX_PATCHES];
    double trace, trace_square;
} Even;

void   even_open(Even *e, int L, int K);
void   even_add(Even *e, const double *share);
double even_p(const Even *e); /* NaN with fewer than 20 images or without chance */

/* P(X > x) of the gamma distribution with that shape and scale 1. */
double chance_gamma(double shape, double x);

#endif
