#include "experiments/stats/ranks.h"

#include <criterion/criterion.h>

#include <math.h>

/* Demsar 2006, table 5a: q at 5 % for 2 to 10 classifiers; blocks such that q is left.  The
 * table's third digit is not sure: 3.31449 / sqrt 2 is 2.34370, and it has 2.343. */
Test(ranks, critical_values_are_the_published_ones)
{
    static const double q[] = { 1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164 };
    for (int k = 2; k <= 10; k++) {
        double factor = sqrt(k * (k + 1) / 6.0), mine = stats_critical_difference(k, 1) / factor;
        cr_expect(fabs(mine - q[k - 2]) <= 1e-3, "%d: %.5f, published %.3f", k, mine, q[k - 2]);
    }
    /* Demsar's example: 4 algorithms, 14 data sets: 1.25 */
    double example = stats_critical_difference(4, 14);
    cr_expect(fabs(example - 1.25) <= 0.006, "%.4f", example);
}

Test(ranks, equal_values_share_ranks_and_what_is_not_whole_does_not_count)
{
    const double x[] = { 3, 1, NAN, 5,    /* ranks 1, 2.5, -, 1 of the higher  */
                         2, 1, 1,   4,    /*       2, 2.5, -, 2               */
                         1, 2, 2,   3 };  /*       3, 1,   -, 3               */
    double mean[3];
    cr_expect(stats_mean_ranks(mean, x, 3, 1, 4, true) == 3);
    cr_expect(fabs(mean[0] - 1.5) <= 1e-12 && fabs(mean[1] - 6.5 / 3) <= 1e-12 &&
              fabs(mean[2] - 7.0 / 3) <= 1e-12, "%g %g %g", mean[0], mean[1], mean[2]);
    cr_expect(stats_mean_ranks(mean, x, 3, 1, 4, false) == 3);
    cr_expect(fabs(mean[0] - 7.5 / 3) <= 1e-12, "lower is better: %g", mean[0]);
}

/* Two settings of a seed are one block: how many there are decides the critical difference. */
Test(ranks, settings_are_averaged_within_a_seed)
{
    const double x[] = { 3, 1, NAN, 5, NAN, NAN,   /* ranks 1, 2.5, -, and 2, -, - */
                         2, 1, 1,   4, 1,   NAN,   /*       2, 2.5, -, and 3, -, - */
                         1, 2, 2,   6, 2,   NAN }; /*       3, 1,   -, and 1, -, - */
    const double expected[] = { (1.5 + 2.5) / 2, (2.5 + 2.5) / 2, (2 + 1) / 2.0 };
    double       mean[3];
    cr_expect(stats_mean_ranks(mean, x, 3, 2, 3, true) == 2, "a seed counts once");
    for (int i = 0; i < 3; i++)
        cr_expect(fabs(mean[i] - expected[i]) <= 1e-12, "%d: %g, expected %g", i, mean[i],
                  expected[i]);
    cr_expect(stats_mean_ranks(mean, x, 3, 0, 3, true) == 0);
}
