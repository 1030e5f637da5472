#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Philox 4x32-10 of all zeros, all ones and the digits of pi, as published with
 * Random123 (Salmon et al. 2011). */
Test(rng, is_philox)
{
    static const struct { uint32_t counter[4], key[2], out[4]; } known[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { ~0U, ~0U, ~0U, ~0U }, { ~0U, ~0U },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (int i = 0; i < 3; i++) {
        Rng r = { .left = 0 };
        memcpy(r.counter, known[i].counter, sizeof r.counter);
        memcpy(r.key, known[i].key, sizeof r.key);
        for (int j = 0; j < 4; j++) {
            uint32_t got = rng_bits(&r);
            cr_expect(got == known[i].out[j], "vector %d, word %d: %08x", i, j, got);
        }
    }
}

/* Blocks are drawn many at once; the first of them is held to known answers above.
 * The counter goes on from zero when it is full, and carries nothing. */
Test(rng, blocks_do_not_depend_on_those_before)
{
    Rng ahead = rng_at(7, STREAM_TEST, 3, 1ULL << 33 | 5);
    ahead.counter[0] = UINT32_MAX - 20;
    for (uint32_t b = 0; b < 3 * RNG_BLOCKS; b++) {
        Rng alone = rng_at(7, STREAM_TEST, 3, 1ULL << 33 | 5);
        alone.counter[0] = UINT32_MAX - 20 + b;
        for (int i = 0; i < 4; i++)
            cr_expect_eq(rng_bits(&ahead), rng_bits(&alone), "block %u, word %d", b, i);
    }
}

/* Stored results depend on where seed, stream, epoch and image go. */
Test(rng, the_key_has_its_place)
{
    Rng r = rng_at(0x299f31d0a4093822, STREAM_MASK, 0x85a308d3, 0x123456789abcdeULL);
    cr_expect(r.key[0] == 0xa4093822 && r.key[1] == 0x299f31d0);
    cr_expect(r.counter[0] == 0 && r.counter[1] == 0x85a308d3);
    cr_expect(r.counter[2] == 0x789abcdeU &&
              r.counter[3] == (0x123456U << 8 | STREAM_MASK));
}

Test(rng, every_part_of_the_key_matters)
{
    Rng same = rng_at(1, STREAM_MASK, 2, 3), again = same;
    Rng other[] = { rng_at(2, STREAM_MASK, 2, 3), rng_at(1, STREAM_INIT, 2, 3),
                    rng_at(1, STREAM_MASK, 3, 3), rng_at(1, STREAM_MASK, 2, 4),
                    rng_at(1ULL << 32 | 1, STREAM_MASK, 2, 3),
                    rng_at(1, STREAM_MASK, 2, 1ULL << 40 | 3) };
    uint32_t bits = rng_bits(&same);
    cr_expect(bits == rng_bits(&again));
    for (int i = 0; i < 6; i++) cr_expect(rng_bits(&other[i]) != bits, "key %d", i);
}

Test(rng, many_at_once_are_the_same_numbers)
{
    for (size_t skip = 0; skip < 70; skip += skip < 6 ? 1 : 13)
        for (size_t n = 0; n < 200; n += n < 14 ? 1 : 17) {
            Rng   a = rng_at(5, STREAM_TEST, 0, n), b = a;
            float out[200] = { 0 };
            for (size_t i = 0; i < skip; i++) rng_bits(&a), rng_bits(&b);
            rng_units(&a, out, n);
            for (size_t i = 0; i < n; i++) cr_expect(out[i] == rng_unit(&b));
            cr_expect(rng_bits(&a) == rng_bits(&b), "skip %zu, n %zu", skip, n);
        }
}

/* Drawn one after the other or many at once, and no more of them. */
Test(rng, gumbels_are_double_logarithms)
{
    enum { N = 200 };
    for (size_t n = 1; n <= N; n += 13) {
        Rng   a = rng_at(5, STREAM_TEST, 1, n), b = a;
        float out[N];
        rng_gumbels(&a, out, n);
        for (size_t i = 0; i < n; i++) {
            double want = -log(-log((rng_bits(&b) + 0.5) * 0x1p-32));
            cr_expect(fabs(out[i] - want) <= 2e-6, "%g, not %g", (double)out[i], want);
        }
        cr_expect(rng_bits(&a) == rng_bits(&b));
    }
}

Test(rng, units_are_in_range_and_even)
{
    enum { N = 100000 };
    Rng    r = rng_at(9, STREAM_TEST, 0, 0);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        float  u = rng_unit(&r);
        double v = rng_unit53(&r), z = rng_normal(&r);
        cr_assert(u >= 0 && u < 1 && v >= 0 && v < 1 && isfinite(z));
        sum += z;
        squares += z * z;
    }
    /* four standard errors */
    cr_expect(fabs(sum / N) <= 4 / sqrt(N), "mean %g", sum / N);
    cr_expect(fabs(squares / N - 1) <= 4 * sqrt(2.0 / N), "variance %g", squares / N);
}

Test(rng, below_has_no_bias_and_no_holes)
{
    enum { N = 7, DRAWS = 70000 };
    int count[N] = { 0 };
    Rng r = rng_at(3, STREAM_TEST, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        uint32_t k = rng_below(&r, N);
        cr_assert(k < N);
        count[k]++;
    }
    for (int i = 0; i < N; i++)
        cr_expect(abs(count[i] - DRAWS / N) <= 400, "%d drawn %d times", i, count[i]);
    cr_expect(rng_below(&r, 1) == 0);
    for (int i = 0; i < 100; i++) cr_expect(rng_below(&r, 0xC0000000) < 0xC0000000);
}

Test(rng, a_shuffle_is_a_permutation)
{
    int order[101], seen[101] = { 0 }, moved = 0;
    Rng r = rng_at(4, STREAM_TEST, 0, 0);
    rng_shuffle(&r, order, 101);
    for (int i = 0; i < 101; i++) seen[order[i]]++, moved += order[i] != i;
    for (int i = 0; i < 101; i++) cr_expect(seen[i] == 1);
    cr_expect(moved > 80);
}
