/* Ranks over many comparisons, and how far apart mean ranks must be. */
#ifndef EXPERIMENTS_STATS_RANKS_H
#define EXPERIMENTS_STATS_RANKS_H

#include <stdbool.h>

/* mean [rows]: of x [rows, settings, blocks], the mean rank of each row over the blocks, 1 the
 * best; equal values share the mean of their ranks.  Settings are no blocks of their own: what
 * a seed has drawn is in all of its settings, so that its ranks are averaged first.  Only
 * settings of a block in which every row is known count; returns how many blocks have one. */
int stats_mean_ranks(double *mean, const double *x, int rows, int settings, int blocks,
                     bool higher_better);

/* Mean ranks of `rows` over `blocks` that differ by less are not told apart at 5 %, all
 * pairs looked at: q sqrt(rows (rows + 1) / (6 blocks)), q the quantile of the range of
 * `rows` standard normal variables over sqrt 2.  Of ranks that are averages of settings it is
 * too large rather than too small.  rows >= 2, blocks >= 1.
 * Source: Nemenyi 1963; Demsar 2006, "Statistical comparisons of classifiers over multiple
 * data sets", JMLR 7, section 3.2.2. */
double stats_critical_difference(int rows, int blocks);

#endif
