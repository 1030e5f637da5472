/* The functions of a float build against libm's in double. */
#include "core/cpu/vmath.h"

#include <criterion/criterion.h>
#include <math.h>

#ifdef REAL_IS_DOUBLE
static const double EXP_ULP = 1, NORMAL_OFF = 1e-15;
static const double ULP = 0x1p-52;
#else
static const double EXP_ULP = 1, NORMAL_OFF = 3e-7; /* measured 0.7; 2.6e-7, 2.4e-7 */
static const double ULP = 0x1p-23;
#endif

Test(vmath, exp)
{
    double worst = 0;
    for (double x = -87; x < 88; x += 1.0 / 512) {
        real   in = (real)x;
        double want = exp((double)in), off = fabs((double)v_exp(in) - want) / want / ULP;
        if (!(off <= worst)) worst = off;
        cr_expect(v_exp_low(in) == v_exp(in), "at %g", x);
    }
    cr_expect(worst <= EXP_ULP, "off by %.2f ulp", worst);
}

Test(vmath, exp_at_the_ends)
{
    cr_expect(v_exp(0) == 1);
    cr_expect(v_exp(-INFINITY) == 0 && v_exp(R(-1e30)) == 0);
    cr_expect(isinf(v_exp(INFINITY)) && isinf(v_exp(R(1e30))));
    cr_expect(isnan(v_exp((real)NAN)));
    cr_expect(isfinite(v_exp(R(88.7))) && v_exp(R(-87)) > 0);
    cr_expect(v_exp_low(R(-1e30)) <= R(2e-38) && v_exp_low(0) == 1);
    cr_expect(isnan(v_exp_low((real)NAN)));
}

Test(vmath, normal_and_slope_of_gelu)
{
    double worst_cdf = 0, worst_slope = 0;
    for (double x = -12; x < 12; x += 1.0 / 1024) {
        real   in = (real)x;
        double z = (double)in, cdf = 0.5 * erfc(-z / sqrt(2));
        double slope = cdf + z * exp(-z * z / 2) / sqrt(2 * acos(-1));
        double off = fabs((double)v_normal_cdf(in) - cdf);
        if (!(off <= worst_cdf)) worst_cdf = off;
        off = fabs((double)v_gelu_slope(in) - slope);
        if (!(off <= worst_slope)) worst_slope = off;
    }
    cr_expect(worst_cdf <= NORMAL_OFF, "Phi is off by %.2e", worst_cdf);
    cr_expect(worst_slope <= NORMAL_OFF, "the slope is off by %.2e", worst_slope);
}

Test(vmath, gelu_far_out_is_exact)
{
    cr_expect(v_normal_cdf(R(50)) == 1 && v_normal_cdf(R(-50)) == 0);
    cr_expect(v_gelu_slope(R(50)) == 1 && v_gelu_slope(R(-50)) == 0);
    cr_expect(isnan(v_normal_cdf((real)NAN)) && isnan(v_gelu_slope((real)NAN)));
}

Test(vmath, vectors)
{
    real x[LANES * LANES], y[LANES];
    vec  rows[LANES];
    for (int i = 0; i < LANES * LANES; i++) x[i] = (real)i;
    for (int i = 0; i < LANES; i++) rows[i] = vec_load(x + i * LANES);
    cr_expect(vec_sum(rows[1]) == (real)(LANES * LANES + LANES * (LANES - 1) / 2));
    vec_turn(rows);
    for (int i = 0; i < LANES; i++)
        for (int j = 0; j < LANES; j++)
            cr_expect(rows[i][j] == x[j * LANES + i], "[%d, %d]", i, j);

    vec_store(y, vec_exp_low(vec_load(x)));
    for (int i = 0; i < LANES; i++) cr_expect(y[i] == v_exp_low(x[i]));
    vec_store(y, vec_max(vec_load(x), vec_load(x + 1) - 2));
    for (int i = 0; i < LANES; i++) cr_expect(y[i] == x[i]);
}
