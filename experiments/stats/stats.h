/* Statistics over seeds: how sure a table may be.
 *
 * A seed gives every strategy the same initial weights, order and crops, so
 * strategies are compared seed by seed.  Intervals are Student's, at 95 %.
 * Unknown values are NaN and are left out; what cannot be known from n values
 * (a deviation from one, an interval from one) is NaN too.
 */
#ifndef EXPERIMENTS_STATS_STATS_H
#define EXPERIMENTS_STATS_STATS_H

typedef struct {
    int    n;    /* values that were there                                       */
    double mean;
    double sd;   /* of the sample, over n - 1                                    */
    double half; /* the 95 % interval of the mean is mean - half .. mean + half  */
} Summary;

Summary stats_summary(const double *x, int n);

/* Of x[i] - base[i] over those i where both are known. */
Summary stats_paired(const double *x, const double *base, int n);

/* The same, of x[i] where base is NULL, and half is left NaN: finding that takes 100 times
 * as long as all else, for who compares thousands of pairs. */
Summary stats_moments(const double *x, const double *base, int n);

/* Two-sided p of "the differences are centred on 0", by all 2^n sign changes of
 * those that are known, exact; NaN for none or more than STATS_FLIPS_MOST.  Cannot
 * be below 2 / 2^n: 0.05 needs STATS_PAIRS_LEAST, so below that nothing is ever called
 * significant, by whatever test. */
enum { STATS_FLIPS_MOST = 32, STATS_PAIRS_LEAST = 6 };
double stats_sign_flip(const double *x, const double *base, int n);

/* Two-sided p of "the true mean is 0" by Student's t; 0 where all values are one that is
 * not 0, NaN where all are 0, or fewer than two. */
double stats_t_test(const Summary *s);

/* The smallest true difference d that n pairs with deviations sd find in 80 % of cases at a
 * two-sided 5 %: P(T > t_{0.975}) = 0.8 for T of noncentral t with n - 1 degrees, shifted by
 * d sqrt n / sd.  NaN below two pairs.  As power.t.test(type = "paired") of R. */
double stats_detectable(double sd, int n);

/* The same where it is known what n pairs find; NaN below STATS_PAIRS_LEAST of them, of which
 * nothing is ever called significant, and for sd 0, which says nothing of other pairs. */
double stats_findable(double sd, int n);

/* The fewest pairs, STATS_PAIRS_LEAST or more, whose detectable difference is that or
 * less; 0: more than STATS_SEEDS_MOST.  difference > 0, sd >= 0. */
enum { STATS_SEEDS_MOST = 100000 };
int stats_seeds(double sd, double difference);

/* Ascending, the unknown last; returns how many are known. */
int stats_sort(double *x, int n);

/* The middle one of those that are known, or the mean of the middle two; NaN if there
 * is none.  Sorts x. */
double stats_median(double *x, int n);

/* What lies in the middle of those that are known: a quarter is below low, a quarter
 * above high, by linear interpolation between neighbours.  Sorts x. */
typedef struct {
    double low, median, high;
    int    n; /* values that were known; without one the others are NaN */
} Quartiles;

Quartiles stats_quartiles(double *x, int n);

/* What 95 % of those that are known lie in: their quantiles at 0.025 and 0.975, NaN of
 * none.  Sorts x. */
typedef struct { double low, high; } Interval;
Interval stats_middle(double *x, int n);

/* Student's t with df > 0 degrees of freedom: P(T <= t), and its inverse for
 * 0 < p < 1. */
double stats_t_cdf(double t, double df);
double stats_t_quantile(double p, double df);

/* P(T <= t) of noncentral t, (Z + shift) / sqrt(V / df) for a standard normal Z and V of
 * chi-squared; absolute error below 1e-12.
 * Source: Lenth 1989, "Cumulative distribution function of the non-central t distribution",
 * algorithm AS 243; but its sum begins where its weights do, so no shift is too large. */
double stats_t_noncentral(double t, double df, double shift);

/* The regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1. */
double stats_beta(double x, double a, double b);

#endif
