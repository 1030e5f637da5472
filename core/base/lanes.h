/* Sums of floats, side by side in a vector register: in one order, and so with the same
 * bits, on every machine. */
#ifndef CORE_BASE_LANES_H
#define CORE_BASE_LANES_H

#include <string.h>

/* Without AVX gcc tells how such vectors would be passed; none is, all is inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { LANES = 8 };
typedef float Lanes __attribute__((vector_size(4 * LANES)));

static inline Lanes lanes_load(const float *x)
{
    Lanes v;
    memcpy(&v, x, sizeof v);
    return v;
}

/* The first n < LANES of x, and behind them `rest`. */
static inline Lanes lanes_some(const float *x, int n, float rest)
{
    Lanes v = (Lanes){ 0 } + rest;
    if (n) memcpy(&v, x, (size_t)n * sizeof *x); /* a call, and seldom needed */
    return v;
}

/* In halves: the second is added to the first. */
static inline float lanes_sum(Lanes v)
{
    typedef float Half __attribute__((vector_size(2 * LANES)));
    Half h = __builtin_shufflevector(v, v, 0, 1, 2, 3) +
             __builtin_shufflevector(v, v, 4, 5, 6, 7);
    h += __builtin_shufflevector(h, h, 2, 3, 0, 1);
    return h[0] + h[1];
}

/* |v| */
static inline Lanes lanes_size(Lanes v)
{
    typedef int Bits __attribute__((vector_size(4 * LANES)));
    return (Lanes)((Bits)v & 0x7fffffff);
}

typedef struct { float mean, variance; } Moments;

/* Of x [n], n > 0, in one pass: with x[0] as zero nothing is lost to a large mean. */
static inline Moments lanes_moments(const float *x, int n)
{
    Lanes sum = { 0 }, squares = { 0 }, d;
    int   k = 0;
    for (; k + LANES <= n; k += LANES) {
        d = lanes_load(x + k) - x[0];
        sum += d;
        squares += d * d;
    }
    d = lanes_some(x + k, n - k, x[0]) - x[0];
    float share = 1 / (float)n, mean = lanes_sum(sum + d) * share;
    float variance = lanes_sum(squares + d * d) * share - mean * mean;
    return (Moments){ x[0] + mean, variance > 0 ? variance : 0 };
}

#endif
