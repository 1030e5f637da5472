#include "core/base/lanes.h"
#include "core/base/rng.h"

#include <criterion/criterion.h>

#include <math.h>

enum { MOST = 100 };

Test(lanes, sum_every_lane)
{
    float x[LANES];
    for (int i = 0; i < LANES; i++) x[i] = (float)(1 << i);
    cr_expect(lanes_sum(lanes_load(x)) == 255);
    for (int n = 0; n < LANES; n++) {
        float want = (float)((1 << n) - 1 + 1000 * (LANES - n));
        cr_expect(lanes_sum(lanes_some(x, n, 1000)) == want, "%d", n);
        x[n] = -x[n];
        cr_expect(lanes_sum(lanes_size(lanes_load(x))) == 255);
        x[n] = -x[n];
    }
}

/* Of any count, around a mean a thousand times the deviation. */
Test(lanes, moments_are_those_of_doubles)
{
    for (int n = 1; n <= MOST; n++) {
        Rng    r = rng_at(1, STREAM_TEST, 0, (uint64_t)n);
        float  x[MOST];
        double sum = 0, squares = 0;
        for (int k = 0; k < n; k++) sum += x[k] = 1000 + rng_normal(&r);
        for (int k = 0; k < n; k++) squares += (x[k] - sum / n) * (x[k] - sum / n);
        Moments m = lanes_moments(x, n);
        cr_expect(fabs(m.mean - sum / n) <= 1e-4, "of %d: mean %.7g", n, (double)m.mean);
        cr_expect(fabs(m.variance - squares / n) <= 1e-5 * squares / n,
                  "of %d: variance %.7g, not %.7g", n, (double)m.variance, squares / n);
    }
}

Test(lanes, what_is_flat_has_no_variance)
{
    float x[MOST];
    for (int k = 0; k < MOST; k++) x[k] = 0.1F;
    for (int n = 1; n <= MOST; n++) {
        Moments m = lanes_moments(x, n);
        cr_expect(m.mean == 0.1F && m.variance == 0, "of %d", n);
    }
}
