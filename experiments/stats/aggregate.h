/* What many runs on many tasks say together, where means mislead: one run that went wrong
 * moves a mean, and tasks differ in what a point is worth.
 *
 *     Runs   a = { x, tasks, seeds }, b = { y, tasks, seeds };
 *     double p = aggregate_improvement(&a, &b);
 *
 * Intervals are of 95 %, by percentiles of a bootstrap in which the runs of each task are
 * drawn anew.  With fewer than ten runs a task they are too narrow: six give about 88 %.
 *
 * Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical
 * Precipice", arXiv:2108.13264; same numbers as rliable.
 */
#ifndef EXPERIMENTS_STATS_AGGREGATE_H
#define EXPERIMENTS_STATS_AGGREGATE_H

#include "experiments/stats/stats.h"

typedef struct {
    const double *x; /* [tasks, runs] NaN: not known; higher is better */
    int           tasks, runs;
} Runs;

/* The mean of the middle half of all runs on all tasks, which must share a scale: a quarter,
 * rounded down, is cut off at each end.  NaN of none. */
double   aggregate_iqm(const Runs *r);
Interval aggregate_iqm_interval(const Runs *r);

/* The chance that a run of x beats a run of y, ties counting half, mean over tasks that
 * both have; 0.5 where nothing speaks for either.  Tasks need no common scale. */
double   aggregate_improvement(const Runs *x, const Runs *y);
Interval aggregate_improvement_interval(const Runs *x, const Runs *y);

/* The performance profile: of each of the thresholds at [points] the share of runs above it,
 * mean over tasks.  band (NULL: not wanted) [points] is of each threshold by itself. */
void aggregate_profile(double *share, Interval *band, const Runs *r, const double *at,
                       int points);

#endif
