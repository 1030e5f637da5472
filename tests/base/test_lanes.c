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

Test(lanes, four_sums_at_once_are_the_same)
{
    float x[4][LANES], out[4] = { 0 }, ones[LANES];
    Lanes v[4];
    Rng   r = rng_at(1, STREAM_TEST, 1, 0);
    for (int i = 0; i < LANES; i++) ones[i] = 1;
    for (int j = 0; j < 4; j++) {
        for (int i = 0; i < LANES; i++) x[j][i] = rng_normal(&r);
        v[j] = lanes_load(x[j]);
    }
    const float *const b[4] = { x[0], x[1], x[2], x[3] };
    lanes_dots(out, ones, b, LANES);
    for (int j = 0; j < 4; j++) {
        cr_expect(lanes_sums(v)[j] == lanes_sum(v[j]), "%d", j);
        cr_expect(out[j] == lanes_sum(v[j]), "%d", j);
    }
}

Test(lanes, dots_are_added_to_what_is_there)
{
    float a[MOST], b[4][MOST];
    Rng   r = rng_at(1, STREAM_TEST, 2, 0);
    for (int k = 0; k < MOST; k++) a[k] = rng_normal(&r);
    for (int j = 0; j < 4; j++)
        for (int k = 0; k < MOST; k++) b[j][k] = rng_normal(&r);
    const float *const of[4] = { b[0], b[1], b[2], b[3] };
    for (int n = 1; n <= MOST; n++) {
        float out[4] = { 100, 200, 300, 400 };
        lanes_dots(out, a, of, n);
        for (int j = 0; j < 4; j++) {
            double want = 100 * (j + 1);
            for (int k = 0; k < n; k++) want += (double)a[k] * (double)b[j][k];
            cr_expect(fabs(out[j] - want) <= 2e-4, "%d of %d: %g", j, n, (double)out[j]);
        }
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
        double off = m.mean + (double)m.rest - sum / n;
        cr_expect(fabs(off) <= 2e-6, "of %d: mean off by %g", n, off); /* not 6e-5 */
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
        cr_expect(m.mean == 0.1F && m.rest == 0 && m.variance == 0, "of %d", n);
    }
}

/* Side by side nothing is summed in another order. */
Test(lanes, variances_of_rows_have_the_bits_of_each)
{
    for (int n = 1; n <= MOST; n++)
        for (int rows = 1; rows <= 9; rows++) {
            Rng   r = rng_at(2, STREAM_TEST, 0, (uint64_t)(n * 10 + rows));
            float x[9 * MOST], out[9 + 1] = { 0 };
            for (int k = 0; k < rows * n; k++) x[k] = 1000 + rng_normal(&r);
            out[rows] = -1;
            lanes_variances(out, x, rows, n);
            for (int i = 0; i < rows; i++)
                cr_expect(out[i] == lanes_moments(x + i * n, n).variance, "row %d of %d", i,
                          rows);
            cr_expect(out[rows] == -1, "%d rows of %d: one too many", rows, n);
        }
}
