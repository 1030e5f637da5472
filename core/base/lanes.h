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

enum { LANES_TOGETHER = 4 }; /* sums of which none waits for another */

typedef float LanesSums __attribute__((vector_size(4 * LANES_TOGETHER)));

/* lanes_sum() of each, in fewer steps. */
static inline LanesSums lanes_sums(const Lanes v[LANES_TOGETHER])
{
    Lanes a = __builtin_shufflevector(v[0], v[1], 0, 1, 2, 3, 8, 9, 10, 11) +
              __builtin_shufflevector(v[0], v[1], 4, 5, 6, 7, 12, 13, 14, 15);
    Lanes b = __builtin_shufflevector(v[2], v[3], 0, 1, 2, 3, 8, 9, 10, 11) +
              __builtin_shufflevector(v[2], v[3], 4, 5, 6, 7, 12, 13, 14, 15);
    Lanes c = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
              __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    return __builtin_shufflevector(c, c, 0, 4, 2, 6) +
           __builtin_shufflevector(c, c, 1, 5, 3, 7);
}

/* |v| */
static inline Lanes lanes_size(Lanes v)
{
    typedef int Bits __attribute__((vector_size(4 * LANES)));
    return (Lanes)((Bits)v & 0x7fffffff);
}

/* rest: what rounding took from the mean. */
typedef struct { float mean, rest, variance; } Moments;

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
    float share = 1 / (float)n, over = lanes_sum(sum + d) * share, mean = x[0] + over;
    float variance = lanes_sum(squares + d * d) * share - over * over;
    return (Moments){ mean, over - (mean - x[0]), variance > 0 ? variance : 0 };
}

/* out[i]: the variance of x[i] [n], of `rows` that lie behind each other; the bits of
 * lanes_moments(), in fewer steps. */
static inline void lanes_variances(float *out, const float *x, int rows, int n)
{
    float share = 1 / (float)n;
    for (int i = 0; i < rows; i += LANES_TOGETHER) {
        Lanes sum[LANES_TOGETHER] = { 0 }, squares[LANES_TOGETHER] = { 0 };
        int   last = rows - i < LANES_TOGETHER ? rows - i : LANES_TOGETHER;
        for (int k = 0; k < n; k += LANES)
            for (int j = 0; j < LANES_TOGETHER; j++) {
                const float *row = x + (size_t)(j < last ? i + j : i) * (size_t)n;
                Lanes d = (n - k < LANES ? lanes_some(row + k, n - k, row[0])
                                         : lanes_load(row + k)) - row[0];
                sum[j] += d;
                squares[j] += d * d;
            }
        LanesSums over = lanes_sums(sum) * share;
        LanesSums variance = lanes_sums(squares) * share - over * over;
        for (int j = 0; j < last; j++) out[i + j] = variance[j] > 0 ? variance[j] : 0;
    }
}

/* out[j] += sum_k a_k b_jk */
static inline void lanes_dots(float out[LANES_TOGETHER], const float *a,
                              const float *const b[LANES_TOGETHER], int n)
{
    Lanes     sum[LANES_TOGETHER] = { 0 };
    LanesSums sums;
    int       k = 0;
    for (; k + LANES <= n; k += LANES)
        for (int j = 0; j < LANES_TOGETHER; j++)
            sum[j] += lanes_load(a + k) * lanes_load(b[j] + k);
    memcpy(&sums, out, sizeof sums);
    sums += lanes_sums(sum);
    for (; k < n; k++) sums += a[k] * (LanesSums){ b[0][k], b[1][k], b[2][k], b[3][k] };
    memcpy(out, &sums, sizeof sums);
}

#endif
