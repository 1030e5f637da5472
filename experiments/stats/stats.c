#include "experiments/stats/stats.h"

#include "core/base/arena.h"
#include "core/base/status.h"

#include <math.h>
#include <stdlib.h>

/* --- distributions ------------------------------------------------------ */

/* Continued fraction of the incomplete beta function, by Lentz's method as
 * modified by Thompson and Barnett 1986; converges fast for x < (a+1)/(a+b+2).
 * Source: DLMF 8.17.22. */
static double beta_fraction(double x, double a, double b)
{
    const double tiny = 1e-300;
    double       c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double f = d;
    for (int m = 1; m <= 1000; m++) {
        for (int odd = 0; odd < 2; odd++) {
            double over = odd ? -(a + m) * (a + b + m) : m * (b - m);
            double under = odd ? (a + 2 * m) * (a + 2 * m + 1)
                               : (a + 2 * m) * (a + 2 * m - 1);
            double term = over / under * x;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            if (fabs(c) < tiny) c = tiny;
            f *= c * d;
        }
        if (fabs(c * d - 1) < 1e-15) break;
    }
    return f;
}

double stats_beta(double x, double a, double b)
{
    CHECK(a > 0 && b > 0 && x >= 0 && x <= 1, "beta(%g; %g, %g)", x, a, b);
    if (x == 0 || x == 1) return x;
    double log_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
    double front = exp(a * log(x) + b * log1p(-x) - log_beta);
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                     : 1 - front * beta_fraction(1 - x, b, a) / b;
}

/* P(|T| > t) = I_{df / (df + t t)}(df / 2, 1 / 2)
 *            = 1 - I_{t t / (df + t t)}(1 / 2, df / 2), which keeps its digits near 0 */
double stats_t_cdf(double t, double df)
{
    double tt = t * t, sum = df + tt;
    double tails = tt > df ? stats_beta(df / sum, df / 2, 0.5)
                           : 1 - stats_beta(tt / sum, 0.5, df / 2);
    return t < 0 ? tails / 2 : 1 - tails / 2;
}

/* By halving: called a few times per table, never in a loop that matters. */
double stats_t_quantile(double p, double df)
{
    CHECK(p > 0 && p < 1 && df > 0, "quantile %g of t with %g degrees", p, df);
    double lo = -1, hi = 1;
    while (stats_t_cdf(lo, df) > p) lo *= 2;
    while (stats_t_cdf(hi, df) < p) hi *= 2;
    for (int i = 0; i < 200 && lo < hi; i++) {
        double mid = lo + (hi - lo) / 2;
        if (mid == lo || mid == hi) break;
        if (stats_t_cdf(mid, df) < p) lo = mid;
        else hi = mid;
    }
    return lo + (hi - lo) / 2;
}

/* P(0 < T <= t) = 1/2 sum_j p_j I_x(j + 1/2, df/2) + q_j I_x(j + 1, df/2) for t > 0, with
 * x = t t / (df + t t), m = shift^2 / 2, p_j = e^-m m^j / j! and
 * q_j = sgn(shift) e^-m m^(j + 1/2) / Gamma(j + 3/2).  I_x(a + 1, b) = I_x(a, b) - drop,
 * drop = x^a (1 - x)^b / (a B(a, b)). */
static double noncentral_above_0(double t, double df, double shift)
{
    const double m = shift * shift / 2, x = t * t / (df + t * t), b = df / 2;
    const double wide = 10 * sqrt(m) + 50; /* beyond, p_j is below 1e-20 */
    const double first = floor(fmax(0, m - wide)), last = m + wide;
    double       sum = 0;
    for (int half = 0; half < 2 && m > 0; half++) {
        const double add = half ? 1 : 0.5;
        double       a = first + add, weight = a - 0.5; /* of m; p_j or q_j */
        double       part = stats_beta(x, a, b);
        double w = exp(weight * log(m) - m - lgamma(weight + 1));
        double drop = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a + 1) - lgamma(b));
        for (; weight <= last; weight++, a++) {
            sum += (half && shift < 0 ? -w : w) * part;
            part -= drop;
            drop *= x * (a + b) / (a + 1);
            w *= m / (weight + 1);
        }
    }
    return m > 0 ? sum / 2 : stats_beta(x, 0.5, b) / 2;
}

double stats_t_noncentral(double t, double df, double shift)
{
    CHECK(df > 0, "noncentral t with %g degrees", df);
    if (t < 0) return 1 - stats_t_noncentral(-t, df, -shift);
    const double below_0 = erfc(shift / sqrt(2)) / 2;
    return t > 0 ? below_0 + noncentral_above_0(t, df, shift) : below_0;
}

/* --- summaries ---------------------------------------------------------- */

/* Twice over the data, so that large means do not eat small deviations; from the first of them
 * on, so that equal ones deviate by nothing, not by what rounds. */
Summary stats_moments(const double *x, const double *base, int n)
{
    Summary s = { .mean = NAN, .sd = NAN, .half = NAN };
    double  first = NAN, sum = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        double d = base ? x[i] - base[i] : x[i];
        if (!isfinite(d)) continue;
        if (!s.n++) first = d;
        sum += d - first;
    }
    if (!s.n) return s;
    s.mean = first + sum / s.n;
    if (s.n < 2) return s;
    for (int i = 0; i < n; i++) {
        double d = (base ? x[i] - base[i] : x[i]) - s.mean;
        if (isfinite(d)) squares += d * d;
    }
    s.sd = sqrt(squares / (s.n - 1));
    return s;
}

Summary stats_paired(const double *x, const double *base, int n)
{
    Summary s = stats_moments(x, base, n);
    if (s.n > 1) s.half = stats_t_quantile(0.975, s.n - 1) * s.sd / sqrt(s.n);
    return s;
}

Summary stats_summary(const double *x, int n) { return stats_paired(x, NULL, n); }

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y)) return !!isnan(x) - !!isnan(y); /* the unknown last */
    return (x > y) - (x < y);
}

int stats_sort(double *x, int n)
{
    int known = 0;
    qsort(x, (size_t)n, sizeof *x, by_value);
    while (known < n && !isnan(x[known])) known++;
    return known;
}

double stats_median(double *x, int n)
{
    int known = stats_sort(x, n);
    return known ? x[(known - 1) / 2] / 2 + x[known / 2] / 2 : NAN;
}

static double between(const double *x, int n, double share)
{
    if (!n) return NAN;
    double at = share * (n - 1);
    int    low = (int)at, high = low + 1 < n ? low + 1 : low;
    return x[low] + (at - low) * (x[high] - x[low]);
}

Quartiles stats_quartiles(double *x, int n)
{
    Quartiles q = { .median = stats_median(x, n), .n = stats_sort(x, n) };
    q.low = between(x, q.n, 0.25);
    q.high = between(x, q.n, 0.75);
    return q;
}

Interval stats_middle(double *x, int n)
{
    int known = stats_sort(x, n);
    return (Interval){ between(x, known, 0.025), between(x, known, 0.975) };
}

/* --- tests ---------------------------------------------------------------- */

/* Of d [n] with every choice of signs: sum [2^n], ascending. */
static double *signed_sums(Arena *a, const double *d, int n)
{
    size_t  count = 1;
    double *sum = ARENA_NEW(a, double, (size_t)1 << n);
    sum[0] = 0;
    for (int i = 0; i < n; i++, count *= 2)
        for (size_t k = 0; k < count; k++) {
            sum[count + k] = sum[k] + d[i];
            sum[k] -= d[i];
        }
    qsort(sum, count, sizeof *sum, by_value);
    return sum;
}

/* How many of the 2^n sums with signs reach `bound` > 0: each is one of the first half's
 * and one of the second's, so 2^(n/2) are sorted, not 2^n. */
static double reach(const double *d, int n, double bound)
{
    Arena a;
    arena_open(&a, "sign flips", NULL, NULL);
    int     n_low = n / 2, n_high = n - n_low;
    size_t  lows = (size_t)1 << n_low, highs = (size_t)1 << n_high, from = highs;
    double *low = signed_sums(&a, d, n_low), *high = signed_sums(&a, d + n_low, n_high);
    double  count = 0;
    for (size_t i = 0; i < lows; i++) {
        while (from > 0 && low[i] + high[from - 1] >= bound) from--;
        count += (double)(highs - from);
    }
    arena_close(&a);
    return count;
}

/* Sums that are equal but for rounding count as equal: the identity is one of the sign
 * changes and must be among those at least as extreme.  A sum and its negative are both
 * there, so those that reach the bound are half of the extreme ones. */
double stats_sign_flip(const double *x, const double *base, int n)
{
    double d[STATS_FLIPS_MOST], sum = 0, size = 0;
    int    k = 0;
    for (int i = 0; i < n; i++) {
        if (!isfinite(x[i] - base[i])) continue;
        if (k == STATS_FLIPS_MOST) return NAN;
        d[k] = x[i] - base[i];
        sum += d[k], size += fabs(d[k]);
        k++;
    }
    if (!k) return NAN;
    double bound = fabs(sum) - 1e-12 * size;
    return bound > 0 ? 2 * reach(d, k, bound) / exp2(k) : 1;
}

double stats_t_test(const Summary *s)
{
    double t = s->mean / (s->sd / sqrt(s->n));
    if (isnan(t)) return NAN;
    return isinf(t) ? 0 : 2 * stats_t_cdf(-fabs(t), s->n - 1);
}

/* By halving the shift: a millisecond. */
double stats_detectable(double sd, int n)
{
    if (n < 2) return NAN;
    const double bound = stats_t_quantile(0.975, n - 1);
    double       low = 0, high = 2 * bound + 2;
    while (high - low > 1e-12 * high) {
        double shift = low + (high - low) / 2;
        if (1 - stats_t_noncentral(bound, n - 1, shift) < 0.8) low = shift;
        else high = shift;
    }
    return high * sd / sqrt(n);
}

double stats_findable(double sd, int n)
{
    return n >= STATS_PAIRS_LEAST && sd > 0 ? stats_detectable(sd, n) : (double)NAN;
}

int stats_seeds(double sd, double difference)
{
    CHECK(difference > 0 && sd >= 0, "difference %g, deviation %g", difference, sd);
    int low = STATS_PAIRS_LEAST, high = STATS_SEEDS_MOST;
    if (stats_detectable(sd, high) > difference) return 0;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (stats_detectable(sd, middle) <= difference) high = middle;
        else low = middle + 1;
    }
    return low;
}
