/* How well hidden parts of an image were drawn.  Images are [H, W], one channel, numbers
 * from 0 to 1. */
#ifndef CORE_METRICS_RESTORATION_H
#define CORE_METRICS_RESTORATION_H

#include <stdbool.h>

enum { SSIM_WINDOW = 11, MS_SSIM_SIDE = 161 };

/* 10 log10(1 / mse): in dB, infinite where nothing is wrong. */
double restoration_psnr(double mse);

/* The structural similarity of x and y around each pixel whose window of 11 x 11 is inside:
 * map [H - 10, W - 10].  Windows are Gaussian, sigma 1.5; K 0.01 and 0.03, the range of
 * numbers 1, moments biased.  Nothing where H or W is below 11.
 * Source: Wang et al. 2004, doi:10.1109/TIP.2003.819861; same values as pytorch-msssim. */
void restoration_ssim(double *map, const double *x, const double *y, int H, int W);

/* SSIM at five scales, each half of the one before: the means of the map's second factor
 * at the first four and of the map at the last, to the power of their weights, multiplied.
 * NaN where H or W is below MS_SSIM_SIDE: the smallest scale must hold a window.
 * Source: Wang et al. 2003, doi:10.1109/ACSSC.2003.1292216; values of pytorch-msssim. */
double restoration_ms_ssim(const double *x, const double *y, int H, int W);

/* Variance of the 4-neighbour Laplacian over the pixels [H, W] that are `inside` with all
 * four neighbours (NULL: all with four), 0 if there are none: low where edges are smooth. */
double restoration_laplacian(const double *x, const bool *inside, int H, int W);

/* Power [min(H, W) / 2 + 1] of an image at each radius of its spectrum, mean over the
 * circle, after a Hann window: [r] has the frequencies of r - 1/2 to r + 1/2 periods
 * over the shorter side; the last is Nyquist's. */
void restoration_spectrum(double *power, const double *x, int H, int W);

/* Of two such spectra of n numbers: how much of the power above half of Nyquist's frequency
 * is left, log2 of x's over y's, below 0 where x is blurred; and sqrt(mean (10 log10 x -
 * 10 log10 y)^2) in dB.  skip leaves out multiples of that radius, where the borders of
 * patches are; 0: none. */
double restoration_sharpness(const double *x, const double *y, int n, int skip);
double restoration_spectral_distance(const double *x, const double *y, int n, int skip);

/* log(mean |F_x - F_y|^2 + 1) over the transforms of the windowed images [H, W], phases
 * and all. */
double restoration_frequency_distance(const double *x, const double *y, int H, int W);

#endif
