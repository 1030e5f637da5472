#include "experiments/stats/stats.h"

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

Test(stats, sign_flips_by_hand)
{
    double zero[6] = { 0 }, all_above[] = { 1, 2, 3, 4, 5, 6 }, mixed[] = { 1, 2, -3 };
    cr_expect(fabs(stats_sign_flip(all_above, zero, 6) - 2.0 / 64) <= 1e-15);
    cr_expect(fabs(stats_sign_flip(all_above, zero, 3) - 0.25) <= 1e-15);
    /* |sum| of the sign changes of 1 2 3: 6 0 2 4 4 2 0 6; all are at least 0 */
    cr_expect(fabs(stats_sign_flip(mixed, zero, 3) - 1) <= 1e-15);
    cr_expect(isnan(stats_sign_flip(mixed, zero, 0)));
}

Test(stats, detectable_difference_shrinks_with_seeds)
{
    /* n 6, df 5: (2.5706 + 0.9195) / sqrt 6 */
    cr_expect(fabs(stats_detectable(1, 6) - 1.42482) <= 1e-4, "%g",
              stats_detectable(1, 6));
    cr_expect(stats_detectable(1, 10) < stats_detectable(1, 6));
    cr_expect(isnan(stats_detectable(1, 1)));
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
