/* The logarithm as a polynomial without a branch: gcc puts it into vector loops, and
 * it has the same bits on every machine and for every compiler that does not fuse
 * products and sums (-ffp-contract=off, the default of gcc for C11).
 *
 * Masks depend on it, so a change of a coefficient is a change of masks.
 */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* log(2^n (1 + f)) of sqrt(1/2) <= 1 + f < sqrt(2):
 * n log 2 + f - f^2 / 2 + f^3 p(f), with p fitted for this file (Remez' exchange in 45
 * digits; the fit is an order below a float's rounding). */
static inline float log_of_parts(int n, float f)
{
    float p = -7.634329796e-2F, z = f * f, high = (float)n * 0.693359375F;
    p = p * f + 1.276141405e-1F;
    p = p * f - 1.316016912e-1F;
    p = p * f + 1.420178115e-1F;
    p = p * f - 1.662336141e-1F;
    p = p * f + 2.000122666e-1F;
    p = p * f - 2.500081956e-1F;
    p = p * f + 3.333333135e-1F;
    float low = z * (f * p) - (float)n * 2.12194440e-4F - 0.5F * z;
    return high + (f + low);
}

/* 0 for the bits of a positive number; else what makes a sum libm's logarithm. */
static inline float log_beyond(uint32_t x)
{
    const uint32_t sign = 0x80000000, infinite = 0x7f800000, minus_infinity = 0xff800000;
    uint32_t       bits = x < infinite ? 0 : x > sign ? 0x7fc00000 /* NaN */ : x;
    bits = x << 1 == 0 ? minus_infinity : bits;
    float beyond;
    memcpy(&beyond, &bits, sizeof beyond);
    return beyond;
}

/* x = 2^n (1 + f) with f as above; x is normal. */
static inline float log_split(int *n, float x)
{
    const uint32_t root = 0x3f3504f3; /* sqrt(1/2) */
    uint32_t       bits;
    float          m;
    memcpy(&bits, &x, sizeof bits);
    bits += 0x3f800000 - root;
    *n = (int)(bits >> 23) - 127;
    bits = (bits & 0x7fffff) + root;
    memcpy(&m, &bits, sizeof m);
    return m - 1;
}

/* log x, off by at most 1 ulp; as libm's log of 0 is -infinity, of infinity infinity,
 * and of a negative number or NaN it is NaN. */
static inline float log_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int   subnormal = bits < 0x00800000, n;
    float f = log_split(&n, x * (float)(1 + subnormal * 0xffffff));
    return log_of_parts(n - 24 * subnormal, f) + log_beyond(bits);
}

/* -log u of u = (bits + 1/2) / 2^32, which is uniform in (0, 1), off by at most 3e-7 of
 * it.  Near 1 floats are too far apart for u, and f is made of 1 - u. */
static inline float log_exponential(uint32_t bits)
{
    int   n;
    float f = log_split(&n, ((float)bits + 0.5F) * 0x1p-32F);
    float less = ((float)~bits + 0.5F) * -0x1p-32F, near = n == 0 ? 1 : 0;
    return -log_of_parts(n, near * less + (1 - near) * f);
}

#endif
