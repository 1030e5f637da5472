/* Eigenvalues of symmetric matrices: all of them, or the largest with its vector. */
#ifndef CORE_BASE_EIGEN_H
#define CORE_BASE_EIGEN_H

/* values [n], the largest first, of a [n, n], which is overwritten: two diagonals by
 * reflections, then bisection.  4/3 n^3 products. */
void eigen_values(double *values, double *a, int n);

/* The eigenvector x [n], of length 1, of the largest eigenvalue of a [n, n] that there is
 * beside `known` [n], another eigenvector of length 1 (NULL: none is).  Returns the
 * eigenvalue.  x holds a vector to start from, not one that a takes to zero by chance:
 * random numbers do; the same start gives the same x, of either sign.
 *
 * Lanczos, every vector made orthogonal to all before it, so after n of them there is
 * nothing left to miss.  Ends when |a x - lambda x| <= EIGEN_NEAR |a|: some dozens of
 * products with a where the largest stands apart at all. */
double eigen_largest(double *x, const double *a, const double *known, int n);

#define EIGEN_NEAR 1e-13

#endif
