#include "core/base/log.h"

#include <criterion/criterion.h>

enum { MANY = 1024 };

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* In units of the last place of |t|, t nearer to the truth. */
static double ulps(float found, double t)
{
    float at = fabsf((float)t);
    return fabs(found - t) / (double)(nextafterf(at, INFINITY) - at);
}

/* Every 1009th positive float, subnormal ones too; of all it is 0.87. */
Test(log, is_off_by_less_than_one_place)
{
    double worst = 0;
    float  at = 0;
    for (uint32_t first = 1; first < 0x7f800000; first += MANY * 1009) {
        float x[MANY], y[MANY];
        for (uint32_t i = 0; i < MANY; i++) x[i] = from_bits(first + 1009 * i);
        for (int i = 0; i < MANY; i++) y[i] = log_of(x[i]);
        for (int i = 0; i < MANY && x[i] <= FLT_MAX; i++) {
            double off = ulps(y[i], log((double)x[i]));
            if (!(off <= worst)) worst = off, at = x[i];
        }
    }
    cr_expect(worst <= 1, "off by %.2f places at %a", worst, (double)at);
}

Test(log, of_what_is_not_positive_and_finite)
{
    cr_expect(log_of(0) == -INFINITY && log_of(-0.0F) == -INFINITY);
    cr_expect(log_of(INFINITY) == INFINITY);
    cr_expect(isnan(log_of(NAN)) && isnan(log_of(-NAN)));
    cr_expect(isnan(log_of(-1)) && isnan(log_of(-INFINITY)) && isnan(log_of(-1e-45F)));
    cr_expect(log_of(1) == 0);
}

/* Whatever compiled it: else masks would differ from machine to machine. */
Test(log, has_the_same_bits_everywhere)
{
    static const float known[][2] = {
        { 0x1p-149F, -0x1.9d1dap+6F }, { 0x1.921fb6p+1F, 0x1.250d04p+0F },
        { 0x1.66a202p+0F, 0x1.59367p-2F }, { 0.7F, -0x1.6d3c34p-2F }, { 1e30F, 0x1.144f6ap+6F }
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_expect(log_of(known[i][0]) == known[i][1], "log %a is %a", (double)known[i][0],
                  (double)log_of(known[i][0]));
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        float    y = log_of(log_exponential(i * 42949U));
        uint32_t bits;
        memcpy(&bits, &y, sizeof bits);
        sum = sum * 31 + bits;
    }
    cr_expect(sum == 0xb7f4d07a, "%08x", sum);
}

/* -log u in full precision at both ends: from 1 - u where u is large. */
static double exponential(uint32_t bits)
{
    double u = (bits + 0.5) * 0x1p-32, rest = (~bits + 0.5) * 0x1p-32;
    return bits < 1U << 31 ? -log(u) : -log1p(-rest);
}

Test(log, exponentials_are_precise_at_both_ends)
{
    double   worst = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < 400000; i++) {
        uint32_t near = i % 1000, bits = i < 1000 ? near : i < 2000 ? ~near : i * 10737U;
        double   want = exponential(bits), off = fabs(log_exponential(bits) - want) / want;
        if (!(off <= worst)) worst = off, at = bits;
    }
    cr_expect(worst <= 3e-7, "off by %.1e at %u", worst, at); /* 1.9e-7 of all */
}
