#include "core/base/rng.h"

#include "core/base/status.h"

#include <Random123/philox.h>

#include <math.h>

Rng rng_at(uint64_t seed, Stream stream, uint64_t epoch, uint64_t image)
{
    CHECK(epoch >> 32 == 0 && image >> 56 == 0, "epoch %llu, image %llu",
          (unsigned long long)epoch, (unsigned long long)image);
    return (Rng){
        .key = { (uint32_t)seed, (uint32_t)(seed >> 32) },
        .counter = { 0, (uint32_t)epoch, (uint32_t)image,
                     (uint32_t)(image >> 32) << 8 | (uint32_t)stream },
    };
}

static void next_block(Rng *r, uint32_t out[4])
{
    philox4x32_ctr_t c = { { r->counter[0], r->counter[1], r->counter[2], r->counter[3] } };
    philox4x32_key_t k = { { r->key[0], r->key[1] } };
    c = philox4x32(c, k);
    for (int i = 0; i < 4; i++) out[i] = c.v[i];
    r->counter[0]++;
}

uint32_t rng_bits(Rng *r)
{
    if (!r->left) {
        next_block(r, r->block);
        r->left = 4;
    }
    return r->block[4 - r->left--];
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

void rng_units(Rng *r, float *out, size_t n)
{
    while (n && r->left) *out++ = rng_unit(r), n--;
    for (; n >= 4; n -= 4, out += 4) {
        uint32_t b[4];
        next_block(r, b);
        for (int i = 0; i < 4; i++) out[i] = unit(b[i]);
    }
    while (n--) *out++ = rng_unit(r);
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
