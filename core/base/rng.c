#include "core/base/rng.h"

#include "core/base/log.h"
#include "core/base/status.h"

#include <Random123/philox.h>

#include <math.h>

Rng rng_at(uint64_t seed, Stream stream, uint64_t epoch, uint64_t image)
{
    CHECK(epoch >> 32 == 0 && image >> 56 == 0, "epoch %llu, image %llu",
          (unsigned long long)epoch, (unsigned long long)image);
    Rng r;
    r.key[0] = (uint32_t)seed, r.key[1] = (uint32_t)(seed >> 32);
    r.counter[0] = 0, r.counter[1] = (uint32_t)epoch, r.counter[2] = (uint32_t)image;
    r.counter[3] = (uint32_t)(image >> 32) << 8 | (uint32_t)stream;
    r.left = 0; /* of no words: they need no zeros */
    return r;
}

void rng_place(const Rng *r, uint64_t *epoch, uint64_t *image)
{
    *epoch = r->counter[1];
    *image = r->counter[2] | (uint64_t)(r->counter[3] >> 8) << 32;
}

/* The next block alone, by the library. */
static void refill_one(Rng *r)
{
    const uint32_t  *n = r->counter;
    philox4x32_ctr_t c = { { n[0], n[1], n[2], n[3] } };
    philox4x32_key_t k = { { r->key[0], r->key[1] } };
    c = philox4x32(c, k);
    r->counter[0]++;
    r->left = 4;
    for (int i = 0; i < 4; i++) r->word[RNG_WORDS - 4 + i] = c.v[i];
}

/* One number to a lane, and every product whole in it. */
typedef uint64_t Lanes __attribute__((vector_size(8 * RNG_BLOCKS)));

/* The next sixteen blocks at once: a block's rounds wait for each other, those of
 * other blocks do not.  Where vectors have 64-bit products (AVX-512) sixteen take
 * less than the time of three, and with AVX2 that of eight. */
static void refill(Rng *r)
{
    const Lanes    low = (Lanes){ 0 } + UINT32_MAX;
    const uint32_t first = r->counter[0];
    uint32_t       key[2] = { r->key[0], r->key[1] };
    Lanes          a, b = { 0 }, c = { 0 }, d = { 0 };
    for (uint32_t i = 0; i < RNG_BLOCKS; i++) a[i] = first + i;
    b += r->counter[1], c += r->counter[2], d += r->counter[3];
#pragma GCC unroll 10
    for (int round = 0; round < PHILOX4x32_DEFAULT_ROUNDS; round++) {
        Lanes p = a * (uint64_t)PHILOX_M4x32_0, q = c * (uint64_t)PHILOX_M4x32_1;
        a = q >> 32 ^ b ^ key[0], b = q & low;
        c = p >> 32 ^ d ^ key[1], d = p & low;
        key[0] += PHILOX_W32_0, key[1] += PHILOX_W32_1;
    }
    for (int i = 0; i < RNG_BLOCKS; i++) {
        uint32_t *block = r->word + 4 * i;
        block[0] = (uint32_t)a[i], block[1] = (uint32_t)b[i];
        block[2] = (uint32_t)c[i], block[3] = (uint32_t)d[i];
    }
    r->counter[0] += RNG_BLOCKS;
    r->left = RNG_WORDS;
}

uint32_t rng_bits(Rng *r)
{
    if (!r->left) refill(r);
    return r->word[RNG_WORDS - r->left--];
}

static float unit(uint32_t bits) { return (float)(bits >> 8) * 0x1p-24f; }

float rng_unit(Rng *r) { return unit(rng_bits(r)); }

double rng_unit53(Rng *r)
{
    uint64_t hi = rng_bits(r), lo = rng_bits(r);
    return (double)((hi << 32 | lo) >> 11) * 0x1p-53;
}

/* Source: Box and Muller 1958; the second of the pair is not kept, so that
 * every call uses the same count of numbers. */
float rng_normal(Rng *r)
{
    float u = 1.0f - rng_unit(r), v = rng_unit(r);
    return sqrtf(-2.0f * logf(u)) * cosf(6.28318531f * v);
}

/* Source: Lemire 2019, arXiv:1805.10941: multiply, reject the uneven rest, which
 * is less than n, so that its division is seldom needed. */
uint32_t rng_below(Rng *r, uint32_t n)
{
    CHECK(n > 0, "a number below 0");
    uint64_t m = (uint64_t)rng_bits(r) * n;
    if ((uint32_t)m < n)
        for (uint32_t uneven = -n % n; (uint32_t)m < uneven;) m = (uint64_t)rng_bits(r) * n;
    return (uint32_t)(m >> 32);
}

/* The next words, in a row; how many of the n.  14 x 14 patches are three times
 * sixteen blocks and one. */
static size_t take(const uint32_t **word, Rng *r, size_t n)
{
    if (!r->left) n > 4 ? refill(r) : refill_one(r);
    *word = r->word + RNG_WORDS - r->left;
    if (n > (size_t)r->left) n = (size_t)r->left;
    r->left -= (int)n;
    return n;
}

void rng_units(Rng *r, float *out, size_t n)
{
    const uint32_t *word;
    for (size_t here; n; out += here, n -= here) {
        here = take(&word, r, n);
        for (size_t i = 0; i < here; i++) out[i] = unit(word[i]);
    }
}

void rng_gumbels(Rng *r, float *out, size_t n)
{
    const uint32_t *word;
    for (size_t here; n; out += here, n -= here) {
        here = take(&word, r, n);
        for (size_t i = 0; i < here; i++) out[i] = -log_of(log_exponential(word[i]));
    }
}

void rng_shuffle(Rng *r, int *order, int n)
{
    for (int i = 0; i < n; i++) order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int j = (int)rng_below(r, (uint32_t)i + 1), was = order[i];
        order[i] = order[j];
        order[j] = was;
    }
}
