#include "experiments/stats/stats.h"

#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <math.h>

/* The upper 2.5 % point, as every table of Student's t prints it. */
static const struct { int df; double t; } published[] = {
    { 1, 12.706 }, { 2, 4.303 },  { 3, 3.182 },   { 4, 2.776 },
    { 5, 2.571 },  { 6, 2.447 },  { 9, 2.262 },   { 10, 2.228 },
    { 20, 2.086 }, { 30, 2.042 }, { 120, 1.980 }, { 1000, 1.962 },
};

Test(stats, t_quantiles_are_the_published_ones)
{
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        double t = stats_t_quantile(0.975, published[i].df);
        cr_expect(fabs(t - published[i].t) <= 0.0005, "df %d: %.5f, published %.3f",
                  published[i].df, t, published[i].t);
    }
    cr_expect(fabs(stats_t_quantile(0.95, 1) - 6.314) <= 0.0005);
    cr_expect(fabs(stats_t_quantile(0.995, 5) - 4.032) <= 0.0005);
    cr_expect(fabs(stats_t_quantile(0.5, 7)) <= 1e-12);
}

/* One and two degrees of freedom have closed forms. */
Test(stats, t_distribution_has_its_closed_forms)
{
    for (double t = -8; t <= 8; t += 0.37) {
        double one = 0.5 + atan(t) / acos(-1), two = 0.5 + t / (2 * sqrt(2 + t * t));
        cr_expect(fabs(stats_t_cdf(t, 1) - one) <= 1e-13, "t %g: %g", t,
                  stats_t_cdf(t, 1) - one); /* measured 6e-16 */
        cr_expect(fabs(stats_t_cdf(t, 2) - two) <= 1e-13, "t %g: %g", t,
                  stats_t_cdf(t, 2) - two);
    }
}

Test(stats, quantile_inverts_the_distribution)
{
    for (int df = 1; df < 40; df += 3)
        for (double p = 0.001; p < 1; p += 0.0437) {
            double back = stats_t_cdf(stats_t_quantile(p, df), df);
            cr_expect(fabs(back - p) <= 1e-12, "df %d, p %g: %g", df, p, back);
        }
}

/* I_x(1, b) = 1 - (1 - x)^b, I_x(a, b) = 1 - I_{1-x}(b, a) */
Test(stats, incomplete_beta_obeys_its_laws)
{
    for (double x = 0; x <= 1; x += 0.05)
        for (double b = 0.5; b < 30; b *= 1.7) {
            cr_expect(fabs(stats_beta(x, 1, b) - (1 - pow(1 - x, b))) <= 1e-12);
            cr_expect(fabs(stats_beta(x, 2.5, b) + stats_beta(1 - x, b, 2.5) - 1) <=
                      1e-12);
        }
}

Test(stats, summary_of_known_values)
{
    double  x[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
    Summary s = stats_summary(x, 8);
    cr_expect(s.n == 8 && s.mean == 5);
    cr_expect(fabs(s.sd - 2.138089935299395) <= 1e-14);
    cr_expect(fabs(s.half - 2.364624251592784 * 2.138089935299395 / sqrt(8)) <= 1e-12);
}

Test(stats, small_deviations_survive_large_means)
{
    double  x[] = { 1e9 + 1, 1e9 + 2, 1e9 + 3 };
    Summary s = stats_summary(x, 3);
    cr_expect(fabs(s.sd - 1) <= 1e-9, "%g", s.sd);
}

Test(stats, one_value_has_no_deviation_and_none_no_mean)
{
    double  x[] = { 3, NAN };
    Summary one = stats_summary(x, 2), none = stats_summary(x + 1, 1);
    cr_expect(one.n == 1 && one.mean == 3 && isnan(one.sd) && isnan(one.half));
    cr_expect(none.n == 0 && isnan(none.mean));
}

/* Only seeds that both have count, and what they share cancels. */
Test(stats, pairs_are_the_common_seeds)
{
    double  x[] = { 71, 82, 93, 60 }, base[] = { 70, 80, NAN, 57 };
    Summary s = stats_paired(x, base, 4);
    cr_expect(s.n == 3 && s.mean == 2);
    cr_expect(fabs(s.sd - 1) <= 1e-14);
}

/* Not even by what rounds: from a deviation of 1e-14 anything could be found. */
Test(stats, equal_values_do_not_deviate)
{
    static const double same[] = { 242.9005332479981, 0.1, 1 / 3.0, 1e-300, -8158.123456789 };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        double x[7];
        for (int n = 2; n <= 7; n++) {
            for (int k = 0; k < n; k++) x[k] = same[i];
            Summary s = stats_summary(x, n);
            cr_expect(s.mean == same[i] && s.sd == 0, "%d of %g: %g, %g", n, same[i], s.mean, s.sd);
        }
    }
}

/* Paired differences of six seeds, off by 0.4 from none. */
Test(stats, interval_covers_the_truth_in_95_of_100)
{
    enum { GRIDS = 2000, SEEDS = 6 };
    int covered = 0;
    for (int g = 0; g < GRIDS; g++) {
        double x[SEEDS], base[SEEDS];
        Rng    rng = rng_at(5, STREAM_TEST, 0, (uint64_t)g);
        for (int s = 0; s < SEEDS; s++) {
            base[s] = 70 + 3 * rng_normal(&rng);
            x[s] = base[s] + 0.4 + 0.5 * rng_normal(&rng);
        }
        Summary d = stats_paired(x, base, SEEDS);
        covered += fabs(d.mean - 0.4) <= d.half;
    }
    double share = (double)covered / GRIDS;
    cr_expect(share >= 0.93 && share <= 0.97, "%.2f %%", 100 * share);
}

Test(stats, sign_flips_by_hand)
{
    double zero[6] = { 0 }, all_above[] = { 1, 2, 3, 4, 5, 6 }, mixed[] = { 1, 2, -3 };
    cr_expect(fabs(stats_sign_flip(all_above, zero, 6) - 2.0 / 64) <= 1e-15);
    cr_expect(fabs(stats_sign_flip(all_above, zero, 3) - 0.25) <= 1e-15);
    /* |sum| of the sign changes of 1 2 3: 6 0 2 4 4 2 0 6; all are at least 0 */
    cr_expect(fabs(stats_sign_flip(mixed, zero, 3) - 1) <= 1e-15);
    cr_expect(isnan(stats_sign_flip(mixed, zero, 0)));
}

/* All 2^n sign changes, one after the other. */
static double flips_one_by_one(const double *d, int n)
{
    double seen = 0;
    long   extreme = 0;
    for (int i = 0; i < n; i++) seen += d[i];
    for (long flips = 0; flips < 1L << n; flips++) {
        double sum = 0;
        for (int i = 0; i < n; i++) sum += flips >> i & 1 ? -d[i] : d[i];
        extreme += fabs(sum) >= fabs(seen) - 1e-9;
    }
    return (double)extreme / (double)(1L << n);
}

/* Values in tenths, so that many sums tie. */
Test(stats, sign_flips_are_those_of_enumeration)
{
    double zero[12] = { 0 }, d[12];
    Rng    rng = rng_at(2, STREAM_TEST, 0, 0);
    for (int n = 1; n <= 12; n++)
        for (int k = 0; k < 20; k++) {
            for (int i = 0; i < n; i++) d[i] = rng_below(&rng, 30) / 10.0 - 1;
            double p = stats_sign_flip(d, zero, n), slow = flips_one_by_one(d, n);
            cr_expect(fabs(p - slow) <= 1e-12, "%d differences: %g, not %g", n, p, slow);
        }
}

Test(stats, sign_flips_of_many_pairs)
{
    enum { MOST = STATS_FLIPS_MOST };
    double zero[MOST + 1] = { 0 }, d[MOST + 1];
    for (int i = 0; i <= MOST; i++) d[i] = 1;
    cr_expect(fabs(stats_sign_flip(d, zero, MOST) - 2 / exp2(MOST)) <= 1e-20);
    cr_expect(isnan(stats_sign_flip(d, zero, MOST + 1)));
}

/* With five degrees of freedom P(|T| <= t) = (2 u + sin 2u (1 + 2/3 cos^2 u)) / pi, u =
 * atan(t / sqrt 5); t is 4.36599. */
Test(stats, t_test_of_known_values)
{
    double  x[] = { 1, 2, 3, 4, 5, 6.5 }, same[] = { 2, 2, 2 }, none[] = { 0, 0, 0 };
    Summary s = stats_summary(x, 6), constant = stats_summary(same, 3);
    Summary zero = stats_summary(none, 3), one = stats_summary(x, 1);
    cr_expect(fabs(stats_t_test(&s) - 0.00724933186569976) <= 1e-14, "%.15g", stats_t_test(&s));
    cr_expect(stats_t_test(&constant) == 0);
    cr_expect(isnan(stats_t_test(&zero)) && isnan(stats_t_test(&one)));
}

Test(stats, seeds_that_are_enough_are_the_fewest)
{
    cr_expect(stats_seeds(1, 100) == STATS_PAIRS_LEAST && stats_seeds(0, 1) == STATS_PAIRS_LEAST);
    cr_expect(stats_seeds(1, 1e-9) == 0, "more than anybody has");
    for (double difference = 0.1; difference < 1; difference += 0.13) {
        int n = stats_seeds(1, difference);
        cr_expect(stats_detectable(1, n) <= difference && stats_detectable(1, n - 1) > difference,
                  "%d seeds for %g", n, difference);
    }
}

/* P(T <= t) = integral over s of Phi(t s - shift) times the density of sqrt(V / df), by
 * Simpson's rule from 0 to where nothing is left. */
static double noncentral_by_integration(double t, double df, double shift)
{
    enum { STEPS = 20000 };
    const double most = 1 + 12 / sqrt(df), h = most / STEPS;
    const double log_front = log(2) + df / 2 * log(df / 2) - lgamma(df / 2);
    double       sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double s = i * h, weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
        const double density = s > 0 ? exp(log_front + (df - 1) * log(s) - df * s * s / 2)
                               : df > 1 ? 0 : exp(log_front);
        sum += weight * density * erfc((shift - t * s) / sqrt(2)) / 2;
    }
    return sum * h / 3;
}

Test(stats, noncentral_t_is_its_integral)
{
    static const double dfs[] = { 1, 2, 5, 9, 33, 198 }, shifts[] = { -3, 0, 0.5, 2.9, 8, 40 },
                        ts[] = { -2.5, -0.3, 0, 0.7, 2.571, 12.7, 45 };
    for (size_t d = 0; d < sizeof dfs / sizeof *dfs; d++)
        for (size_t k = 0; k < sizeof shifts / sizeof *shifts; k++)
            for (size_t i = 0; i < sizeof ts / sizeof *ts; i++) {
                const double p = stats_t_noncentral(ts[i], dfs[d], shifts[k]);
                const double off = fabs(p - noncentral_by_integration(ts[i], dfs[d], shifts[k]));
                cr_expect(off <= 1e-10, "t %g, df %g, shift %g: %.15g, off by %.1e", ts[i],
                          dfs[d], shifts[k], p, off); /* measured 3e-11, at t 45: of the rule */
            }
}

/* Two-sided tests at 5 % of n pairs whose true difference is d deviations, as G*Power 3.1
 * has them: the usual examples of matched pairs at d 0.2, 0.5 and 0.8. */
Test(stats, power_is_the_published_one)
{
    static const struct { int n; double d, power, within; } known[] = {
        { 34, 0.5, 0.8077775, 5e-8 }, { 15, 0.8, 0.8213105, 5e-8 }, { 199, 0.2, 0.8017, 5e-5 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const double df = known[i].n - 1, shift = known[i].d * sqrt(known[i].n);
        const double bound = stats_t_quantile(0.975, df);
        const double power = 1 - stats_t_noncentral(bound, df, shift) +
                             stats_t_noncentral(-bound, df, shift);
        cr_expect(fabs(power - known[i].power) <= known[i].within, "n %d: %.8f", known[i].n,
                  power);
        cr_expect_eq(stats_seeds(1, known[i].d), known[i].n);
    }
}

Test(stats, detectable_difference_is_found_in_80_of_100)
{
    for (int n = 2; n < 40; n += 3) {
        const double df = n - 1, shift = stats_detectable(1, n) * sqrt(n);
        const double missed = noncentral_by_integration(stats_t_quantile(0.975, df), df, shift);
        cr_expect(fabs(missed - 0.2) <= 1e-9, "%d pairs: missed in %.12f", n, missed);
    }
    cr_expect(fabs(stats_detectable(1, 6) - 1.43455) <= 1e-5, "%g", stats_detectable(1, 6));
    cr_expect(stats_detectable(1, 10) < stats_detectable(1, 6));
    cr_expect(isnan(stats_detectable(1, 1)));
    cr_expect(isnan(stats_findable(1, 5)) && isnan(stats_findable(0, 6)));
    cr_expect(stats_findable(2, 6) == stats_detectable(2, 6));
}

Test(stats, median_is_the_middle_of_what_is_known)
{
    double odd[] = { 9, 1, 4 }, even[] = { 8, NAN, 2, 4, 6 }, none[] = { NAN, NAN };
    cr_expect(stats_median(odd, 3) == 4);
    cr_expect(stats_median(even, 5) == 5);
    cr_expect(isnan(stats_median(none, 2)) && isnan(stats_median(none, 0)));
}

/* numpy.percentile(x, [25, 50, 75]) of what is known. */
Test(stats, quartiles_lie_between_neighbours)
{
    double    five[] = { 9, 1, 4, NAN, 5, 20 }, four[] = { 8, 2, 4, 6 }, one[] = { 7 };
    Quartiles q = stats_quartiles(five, 6);
    cr_expect(q.low == 4 && q.median == 5 && q.high == 9 && q.n == 5);
    q = stats_quartiles(four, 4);
    cr_expect(q.low == 3.5 && q.median == 5 && q.high == 6.5 && q.n == 4);
    q = stats_quartiles(one, 1);
    cr_expect(q.low == 7 && q.median == 7 && q.high == 7 && q.n == 1);
    q = stats_quartiles(one, 0);
    cr_expect(isnan(q.low) && isnan(q.median) && isnan(q.high) && q.n == 0);
}

Test(stats, the_middle_is_where_95_of_100_lie)
{
    double x[102];
    for (int i = 0; i < 101; i++) x[i] = 100 - i;
    x[101] = NAN;
    Interval m = stats_middle(x, 102), none = stats_middle(x, 0);
    cr_expect(m.low == 2.5 && m.high == 97.5, "%g .. %g", m.low, m.high);
    cr_expect(isnan(none.low) && isnan(none.high));
}
