/* Fast ways against slow and obvious ones. */
#include "core/mask/draw.h"
#include "core/mask/ids.h"
#include "core/mask/rank.h"

#include <criterion/criterion.h>

#include <math.h>
#include <signal.h>
#include <string.h>

enum { MOST = 400 };

Test(ids, lists_what_is_visible_then_what_is_not)
{
    Places  places;
    uint8_t visible[MOST];
    int     ids[MOST + 1], slow[MOST];
    places_find(&places);
    for (int L = 2; L <= MOST; L += L < 70 ? 1 : 33)
        for (uint32_t odds = 0; odds <= 16; odds++) {
            Rng rng = rng_at(1, STREAM_TEST, odds, (uint64_t)L);
            int K = 0, n = 0;
            for (int i = 0; i < L; i++) K += visible[i] = rng_below(&rng, 16) < odds;
            for (int i = 0; i < L; i++) if (visible[i]) slow[n++] = i;
            for (int i = 0; i < L; i++) if (!visible[i]) slow[n++] = i;
            ids[L] = -7;
            if (K == 0 || K == L) continue;
            ids_write(ids, visible, L, K, &places);
            cr_expect(!memcmp(ids, slow, (size_t)L * sizeof *ids), "L %d, K %d", L, K);
            cr_expect_eq(ids[L], -7, "L %d, K %d: written past the end", L, K);
        }
}

/* Scores that are hard on guesses: equal, in few values, in two lumps, over the whole
 * range of floats, of both signs. */
static float score_of_kind(int kind, int i, Rng *rng)
{
    float u = rng_unit(rng);
    switch (kind) {
    case 0: return u;
    case 1: return rng_normal(rng);
    case 2: return 0.25F;
    case 3: return floorf(4 * u);
    case 4: return u < 0.5F ? -1 : 1;
    case 5: return ldexpf(i % 2 ? -u : u, (int)rng_below(rng, 250) - 125);
    case 6: return i == 3 ? 3e38F : i == 5 ? -3e38F : u;
    case 7: return i % 2 ? 0.0F : -0.0F;
    case 8: return i < 9 ? u : 1;
    case 9: return (float)i * 1e-45F;
    default: return 1 + u * 1e-6F;
    }
}
enum { KINDS = 11 };

/* Of all in rank_sort's order the first K are visible, and chance is where it was
 * after the sorting, if there are equals on both sides, else where it was before. */
Test(ids, the_first_of_a_ranking_are_those_of_a_sort)
{
    static const int sizes[] = { 2, 3, 15, 49, 64, 196, 300 };
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            int      L = sizes[s], order[MOST];
            float    score[MOST];
            uint32_t key[MOST];
            uint8_t  visible[MOST], slow[MOST];
            Rng      rng = rng_at(2, STREAM_TEST, (uint64_t)kind, (uint64_t)L);
            for (int i = 0; i < L; i++) score[i] = score_of_kind(kind, i, &rng);
            cr_assert_eq(rank_keys(key, score, L), -1, "kind %d", kind);
            for (int K = 1; K < L; K += 1 + L / 40) {
                Rng fast = rng, sorted = rng, untouched = rng;
                rank_first(visible, key, L, K, &fast);
                rank_sort(order, key, L, &sorted);
                memset(slow, 0, (size_t)L);
                for (int t = 0; t < K; t++) slow[order[t]] = 1;
                cr_expect(!memcmp(visible, slow, (size_t)L), "kind %d, L %d, K %d", kind,
                          L, K);
                bool     ties = score[order[K - 1]] == score[order[K]];
                uint32_t next = rng_bits(ties ? &sorted : &untouched);
                cr_expect_eq(rng_bits(&fast), next, "kind %d, L %d, K %d", kind, L, K);
            }
        }
}

static void infinite(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self;
    rng_units(rng, out, (size_t)(v->rows * v->cols));
    out[v->rows * v->cols - 1] = -INFINITY;
}
MASK_STRATEGY(test_infinite, .about = "t", .source = "t", .score = infinite);

Test(ids, an_infinite_score_is_none, .signal = SIGABRT)
{
    Mask *m;
    Err   err;
    int   ids[9];
    cr_assert(!mask_open(&m, "test", &mask_test_infinite, NULL, 3, 3, &err));
    mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, 0, 4);
}
