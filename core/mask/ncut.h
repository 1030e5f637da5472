/* Normalised cut: a graph in two halves that hold together better than to each other.
 *
 *     ncut_affinity(w, features, L, D, NCUT_POSITIVE);
 *     ncut_vector(z, w, L);             the halves are z above and below its mean
 *
 * Source: Shi and Malik 2000, doi:10.1109/34.868688; on features of a vision
 * transformer: Wang et al. 2022, arXiv:2202.11539 (TokenCut).
 */
#ifndef CORE_MASK_NCUT_H
#define CORE_MASK_NCUT_H

#include <stdbool.h>

/* How the cosine of two patches becomes a weight, never below NCUT_LEAST: max(cos, 0);
 * (1 + cos) / 2; or 1 where cos > NCUT_EDGE (TokenCut). */
typedef enum { NCUT_POSITIVE, NCUT_HALF, NCUT_BINARY } NcutAffinity;

#define NCUT_LEAST 1e-5
#define NCUT_EDGE  0.2

/* x [L, D] in place: rows of length 1; a row of zeros stays. */
void ncut_unit_rows(float *x, int L, int D);

/* w [L, L] of rows of length 1, x [L, D]. */
void ncut_affinity(double *w, const float *x, int L, int D, NcutAffinity how);

/* z [L] with (D - W) z = lambda D z for the second smallest lambda, D the row sums of
 * W; z D 1 = 0 and z D z = 1, its sign arbitrary but the same for the same W.  Returns
 * lambda, 0 to 2.  w [L, L] symmetric, above 0, is overwritten.
 *
 * sqrt(d) is the first eigenvector of S = D^-1/2 W D^-1/2; z is D^-1/2 times the one of the
 * largest eigenvalue beside it, 1 - lambda (core/base/eigen.h).  500 rounds of a power
 * iteration were not enough where all cosines are alike: of 24 images of a small encoder
 * one or two were cut elsewhere. */
double ncut_vector(double *z, double *w, int L);

/* The part of the cut, z above its mean or not, that is taken for the object: where |z|
 * is largest, or the one with fewer patches. */
void ncut_object(bool *object, const double *z, int L, bool smaller);

/* out [L] += factor times the cosine of each row of x, of length 1, with the mean of those
 * that are the object's, or that are not. */
void ncut_add_likeness(float *out, float factor, const float *x, int L, int D,
                       const bool *object, bool is);

#endif
