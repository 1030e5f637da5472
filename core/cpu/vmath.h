/* Elementary functions that the compiler can put into vector loops.
 *
 * In a float build they are polynomials and quotients of polynomials without a
 * branch, fitted for this file (Lawson's iteration in 40 digits; the fit is an
 * order below a float's rounding).  In a double build they are libm's, so that
 * gradient checks see the functions themselves.
 */
#ifndef CORE_CPU_VMATH_H
#define CORE_CPU_VMATH_H

#include "core/base/real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Without AVX gcc tells how such vectors would be passed; none is, all is inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

/* A short vector.  32 bytes suit 17 or 65 tokens better than 64 do, and are as
 * fast where 64 are worked off in halves. */
typedef real vec __attribute__((vector_size(32)));
typedef real VecAt __attribute__((vector_size(32), aligned(sizeof(real)), may_alias));
enum { LANES = (int)(32 / sizeof(real)) };

static inline vec  vec_load(const real *x) { return *(const VecAt *)x; }
static inline void vec_store(real *x, vec v) { *(VecAt *)x = v; }
static inline int  round_to_lanes(int n) { return (n + LANES - 1) / LANES * LANES; }

/* In pairs, so that it waits three times, not LANES times. */
static inline real vec_sum(vec x)
{
#ifdef REAL_IS_DOUBLE
    return (x[0] + x[2]) + (x[1] + x[3]);
#else
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
#endif
}

/* x [LANES] of LANES becomes its transpose: log2(LANES) rounds, each of which
 * interleaves row i with row i + LANES / 2. */
static inline void vec_turn(vec x[LANES])
{
    for (int round = 1; round < LANES; round *= 2) {
        vec y[LANES];
        for (int i = 0; i < LANES / 2; i++) {
            vec a = x[i], b = x[i + LANES / 2];
#ifdef REAL_IS_DOUBLE
            y[2 * i] = __builtin_shufflevector(a, b, 0, 4, 1, 5);
            y[2 * i + 1] = __builtin_shufflevector(a, b, 2, 6, 3, 7);
#else
            y[2 * i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
            y[2 * i + 1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#endif
        }
        for (int i = 0; i < LANES; i++) x[i] = y[i];
    }
}

#ifdef REAL_IS_DOUBLE

static inline real v_exp(real x) { return exp(x); }
static inline real v_exp_low(real x) { return exp(x); }
static inline real v_log(real x) { return log(x); }
static inline real v_sqrt(real x) { return sqrt(x); }
static inline real v_normal_cdf(real x)
{
    return 0.5 * (1 + erf(x * 0.70710678118654752440));
}

static inline real v_gelu_slope(real x)
{
    return v_normal_cdf(x) + x * (0.39894228040143267794 * exp(-0.5 * x * x));
}

#else

static inline real v_sqrt(real x) { return sqrtf(x); }
static inline real v_log(real x) { return logf(x); }

/* e^x = 2^n e^r of moderate x: returns e^r and leaves n.  With n = round(x / ln 2),
 * r = x - n ln 2:  1 + r + r^2 p(r). */
static inline float v_exp_of_rest(float x, int32_t *n)
{
    const float magic = 12582912; /* 1.5 2^23: adding it leaves an integer */
    float       shifted = x * 1.44269504f + magic;
    float       whole = shifted - magic;
    float       r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    float       p = 1.392625083e-3f;
    p = p * r + 8.363232884e-3f;
    p = p * r + 4.166655421e-2f;
    p = p * r + 1.666657667e-1f;
    p = p * r + 0.5f;
    memcpy(n, &shifted, sizeof *n);
    *n -= 0x4b400000;
    return 1 + (r + r * r * p);
}

static inline float v_power_of_two(int32_t n) /* -126..127 */
{
    uint32_t bits = (uint32_t)(n + 127) << 23;
    float    x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* e^x, off by at most 0.8 ulp; 0 below -87.3 (where floats become subnormal),
 * infinity above 88.7, NaN for NaN. */
static inline float v_exp(float x)
{
    int32_t n; /* may be 128: 2^n in two factors */
    float   e = v_exp_of_rest(x > 89 ? 89 : x < -88 ? -88 : x, &n);
    return x < -87.3f ? 0 : e * v_power_of_two(n >> 1) * v_power_of_two(n - (n >> 1));
}

/* The same of x <= 88, for a softmax: but e^-87 is the least, not 0. */
static inline float v_exp_low(float x)
{
    int32_t n;
    float   e = v_exp_of_rest(x < -87 ? -87 : x, &n);
    return e * v_power_of_two(n);
}

/* Phi(x) = (1 + erf(x / sqrt 2)) / 2, off by at most 3e-7; from |x| = 5.55 on
 * exactly 0 or 1. */
static inline float v_normal_cdf(float x)
{
    float u = x * x, p = 2.2610364800e-8f, q = 1.1891438674e-6f;
    p = p * u + 6.2943811984e-6f;
    p = p * u + 1.6669671681e-4f;
    p = p * u + 4.6640259820e-3f;
    p = p * u + 3.3689411227e-2f;
    p = p * u + 3.9894227286e-1f;
    q = q * u + 7.2734025444e-5f;
    q = q * u + 1.8727395186e-3f;
    q = q * u + 2.8543961179e-2f;
    q = q * u + 2.5111319618e-1f;
    q = q * u + 1;
    float half = x > 5.55f ? 0.5f : x < -5.55f ? -0.5f : x * (p / q);
    return 0.5f + half;
}

/* d (x Phi(x)) / dx = Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi), off by at most 3e-7;
 * from |x| = 6 on exactly 0 or 1. */
static inline float v_gelu_slope(float x)
{
    float u = x * x, p = 1.681506782e-8f, q = 1.301826258e-9f;
    p = p * u + 9.037503994e-7f;
    p = p * u + 3.411005898e-5f;
    p = p * u + 1.961901342e-4f;
    p = p * u + 1.387173406e-2f;
    p = p * u - 2.272012908e-2f;
    p = p * u + 7.978845546e-1f;
    q = q * u + 3.32715387e-7f;
    q = q * u + 1.023522621e-5f;
    q = q * u + 2.436272147e-4f;
    q = q * u + 3.953782978e-3f;
    q = q * u + 4.400556309e-2f;
    q = q * u + 3.048576948e-1f;
    q = q * u + 1;
    float half = x > 6 ? 0.5f : x < -6 ? -0.5f : x * (p / q);
    return 0.5f + half;
}

#endif

/* The same of a vector; the arrays never leave their registers. */
static inline vec vec_exp_low(vec x)
{
    real a[LANES];
    vec_store(a, x);
#pragma omp simd simdlen(8)
    for (int l = 0; l < LANES; l++) a[l] = v_exp_low(a[l]);
    return vec_load(a);
}

static inline vec vec_max(vec x, vec y)
{
    real a[LANES], b[LANES];
    vec_store(a, x);
    vec_store(b, y);
#pragma omp simd simdlen(8)
    for (int l = 0; l < LANES; l++) a[l] = a[l] > b[l] ? a[l] : b[l];
    return vec_load(a);
}

#endif
