/* Frequencies of images and of maps of features. */
#ifndef CORE_METRICS_FOURIER_H
#define CORE_METRICS_FOURIER_H

/* The discrete transform of re + i im, both [H, W], in place:
 *   F(u, v) = sum_yx f(y, x) exp(-2 pi i (u y / H + v x / W)) */
void fourier_plane(double *re, double *im, int H, int W);

/* How much of a map of features lies in its high frequencies: log(|F| + 1e-6), mean over
 * the D channels of x [rows cols, D], along the diagonal from 0 on, minus its first:
 * amplitude [fourier_steps(rows, cols)], the first 0, the last of the highest frequency.
 *
 * Step k is k periods over the shorter side, in both directions.
 * Source: Park et al. 2023, arXiv:2305.00729, after Park and Kim 2022,
 * arXiv:2202.06709. */
void fourier_diagonal(double *amplitude, const float *x, int rows, int cols, int D);
int  fourier_steps(int rows, int cols); /* half of the shorter side, rounded up */

#endif
