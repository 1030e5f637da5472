#include "experiments/stats/aggregate.h"

#include <criterion/criterion.h>
#include <math.h>

#define RUNS(x, tasks, runs) (&(Runs){ x, tasks, runs })

static bool is(double x, double expected) { return fabs(x - expected) <= 1e-12; }

/* scipy.stats.trim_mean(x, 0.25) of what is known. */
Test(aggregate, the_middle_half_has_its_mean)
{
    double eight[] = { 8, 1, 7, 2, 6, 3, 5, 4 }, wild[] = { 1, 100, 2, 3, 4, 5, NAN };
    double none[] = { NAN };
    cr_expect(is(aggregate_iqm(RUNS(eight, 2, 4)), 4.5));
    cr_expect(is(aggregate_iqm(RUNS(wild, 1, 7)), 3.5), "a quarter of six is one");
    cr_expect(is(aggregate_iqm(RUNS(wild, 1, 3)), 103 / 3.0), "of three nothing is cut");
    cr_expect(isnan(aggregate_iqm(RUNS(none, 1, 1))));
}

Test(aggregate, improvement_counts_pairs_and_ties_half)
{
    double x[] = { 1, 2, 3, NAN, 9, 9 }, y[] = { 2, 2, 0, 7, NAN, NAN };
    /* 1 beats 0; 2 beats 0 and ties twice; 3 beats all three: 6 of 9 */
    cr_expect(is(aggregate_improvement(RUNS(x, 1, 3), RUNS(y, 1, 3)), 6 / 9.0));
    cr_expect(is(aggregate_improvement(RUNS(x, 2, 3), RUNS(y, 2, 3)), (6 / 9.0 + 1) / 2));
    cr_expect(is(aggregate_improvement(RUNS(x, 1, 3), RUNS(x, 1, 3)), 0.5));
    cr_expect(isnan(aggregate_improvement(RUNS(x, 1, 3), RUNS(y + 4, 1, 2))));
}

Test(aggregate, profile_is_the_share_above_a_threshold)
{
    double   x[] = { 1, 2, 3, 4, 10, 10, NAN, NAN }, at[] = { 0, 2, 9, 10 }, share[4];
    Interval band[4];
    aggregate_profile(share, band, RUNS(x, 2, 4), at, 4);
    cr_expect(is(share[0], 1) && is(share[1], 0.75) && is(share[2], 0.5) && is(share[3], 0));
    cr_expect(band[0].low == 1 && band[0].high == 1 && band[3].high == 0);
    cr_expect(band[1].low < 0.75 && band[1].high > 0.75 && band[1].low >= 0.5);
}

Test(aggregate, intervals_are_of_runs_drawn_anew)
{
    double   x[] = { 1, 2, 3, 4, 5, 6, NAN, 8 }, same[] = { 7, 7, 7, 7 }, none[] = { NAN, NAN };
    Interval wide = aggregate_iqm_interval(RUNS(x, 1, 8)), again, one;
    again = aggregate_iqm_interval(RUNS(x, 1, 8));
    cr_expect(1 < wide.low && wide.low < 3 && 5 < wide.high && wide.high < 8, "%g .. %g",
              wide.low, wide.high);
    cr_expect(again.low == wide.low && again.high == wide.high);
    one = aggregate_iqm_interval(RUNS(same, 1, 4));
    cr_expect(one.low == 7 && one.high == 7);
    one = aggregate_iqm_interval(RUNS(none, 1, 2));
    cr_expect(isnan(one.low) && isnan(one.high));
    one = aggregate_improvement_interval(RUNS(x, 1, 6), RUNS(same, 1, 4));
    cr_expect(one.low == 0 && one.high == 0);
    one = aggregate_improvement_interval(RUNS(x, 1, 4), RUNS(x + 2, 1, 4));
    cr_expect(one.low < 0.125 && one.high > 0.125 && one.high < 0.7, "%g .. %g", one.low,
              one.high);
    one = aggregate_improvement_interval(RUNS(x, 1, 4), RUNS(none, 1, 2));
    cr_expect(isnan(one.low));
}
