/* How features lie on the sphere, and how alike two sets of them are. */
#ifndef CORE_METRICS_GEOMETRY_H
#define CORE_METRICS_GEOMETRY_H

#include <stdbool.h>

/* Alignment: mean |x - y|^2 over the rows of x and y [n, d], two views of the same images,
 * on the unit sphere: 0 to 4, less is better.  Uniformity: log mean exp(-2 |x_i - x_j|^2)
 * over pairs i < j: -8 to 0, less is more even.
 * Source: Wang and Isola 2020, arXiv:2005.10242. */
double geometry_alignment(const float *x, const float *y, int n, int d);
double geometry_uniformity(const float *x, int n, int d);

/* Mean squared cosine over all pairs of rows, each with itself too: 1/n or 1/d at best, 1
 * when all point one way.
 * Source: the uniformity loss of U-MAE, Zhang et al. 2022, arXiv:2210.08344. */
double geometry_cosine(const float *x, int n, int d);

/* Linear CKA of x [n, d] and y [n, e], features of the same images: 0, nothing in common,
 * to 1, the same up to rotation and scale.  `debiased` corrects what chance alone gives
 * where n is not much larger than d; NaN below 3 rows.
 * Source: Kornblith et al. 2019, arXiv:1905.00414, and their code. */
double geometry_cka(const float *x, int d, const float *y, int e, int n, bool debiased);

#endif
