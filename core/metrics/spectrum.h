/* Singular values of features: how many directions do they really use?
 *
 *     double s[D];
 *     int    n = spectrum_of(s, x, count, D, false);
 *     double rank = spectrum_effective_rank(s, n, 0);
 *
 * All of it wants many more rows than columns: with fewer, the rank is at most that of the
 * rows.
 */
#ifndef CORE_METRICS_SPECTRUM_H
#define CORE_METRICS_SPECTRUM_H

#include <stdbool.h>

/* sigma [min(n, d)] of x [n, d], the largest first; centred: the mean of each column is
 * taken out before.  Returns how many.  By the eigenvalues of x^T x, so that those below
 * 1e-8 of the largest are noise. */
int spectrum_of(double *sigma, const float *x, int n, int d, bool centred);

/* exp(-sum p log p) of p_k = sigma_k / sum sigma + eps: from 1 to n; NaN of zeros.  With
 * eps 0 the effective rank of Roy and Vetterli 2007; with RANKME_EPS the RankMe of Garrido
 * et al. 2023, arXiv:2210.02885, who do not centre. */
double spectrum_effective_rank(const double *sigma, int n, double eps);
#define RANKME_EPS 1e-7

/* Of the variances sigma^2, so of centred features: (sum l)^2 / sum l^2; sum l / l_1; and
 * how many components hold `share` of the sum. */
double spectrum_participation(const double *sigma, int n);
double spectrum_stable_rank(const double *sigma, int n);
int    spectrum_components(const double *sigma, int n, double share);

#endif
