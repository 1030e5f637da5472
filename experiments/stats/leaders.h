/* Many comparisons at once: what may still be said when one looks at all of them. */
#ifndef EXPERIMENTS_STATS_LEADERS_H
#define EXPERIMENTS_STATS_LEADERS_H

#include <stdbool.h>

/* adjusted [n] of p [n]: below 0.05 for any true hypothesis in at most 5 % of cases, however
 * the n tests depend on each other.  Sorted, the i-th from 0 is multiplied by n - i; none is
 * below the one before it, none above 1.  NaN stays NaN and is no test.
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure". */
void stats_holm(double *adjusted, const double *p, int n);

/* Which rows of x [rows, seeds] may be the best: leads [rows], and how many.  NaN is not
 * known; a row of which nothing is known does not lead.
 *
 * A row is left out if another is better beyond doubt, by t tests of the differences over
 * common seeds, one-sided.  Its p is the smallest of them times their number (Bonferroni);
 * these are adjusted by Holm over rows, and below 5 % the row is out.  So in at least 95 %
 * of grids no row is out that is truly the best, or one of several: under no difference, all
 * lead.  That holds whatever the variances of the rows and their correlations, and is paid for
 * in power: with six seeds and eight rows a difference must be 2 to 3 of its deviations.
 * With fewer than STATS_PAIRS_LEAST common seeds nobody is better: all that are known lead.
 *
 * Why: for each set S that may be all of the best, rows x comparisons in it times the
 * smallest p is a test at 5 % of "all in S are as good as any"; closed testing (Marcus,
 * Peritz and Gabriel 1976) over these is what Holm does.  The question is that of Hsu 1984,
 * "Constrained simultaneous confidence intervals for multiple comparisons with the best",
 * who assumes one variance. */
int stats_leaders(const double *x, int rows, int seeds, bool higher_better, bool *leads);

#endif
