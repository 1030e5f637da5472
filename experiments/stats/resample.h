/* What other test images would have shown: the bootstrap over images. */
#ifndef EXPERIMENTS_STATS_RESAMPLE_H
#define EXPERIMENTS_STATS_RESAMPLE_H

#include "experiments/stats/evidence.h"
#include "experiments/stats/stats.h"

enum { RESAMPLES = 2000 };

/* 95 % of a metric's mean over seeds, of x [seeds], or of the mean of x[s] - base[s] (NULL:
 * none), by percentiles over `resamples` choices of as many images, with repetition.  The
 * images are drawn once for all seeds and for both, for all were tested on the same ones:
 * so what makes an image easy for all of them cancels, and the metric is computed anew, as
 * AP and mIoU must be.  About other images with these trainings; other seeds are not in it.
 *
 * Deterministic.  All have as many images, and resamples > 0.  NaN where there are none.
 * Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", 13.3. */
Interval resample_images(const Evidence *x, const Evidence *base, int seeds, int resamples);

#endif
