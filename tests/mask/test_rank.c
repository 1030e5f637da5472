#include "core/mask/rank.h"

#include <criterion/criterion.h>

#include <math.h>

enum { L = 300 };

static int smaller(const uint32_t *key, uint32_t cut)
{
    int n = 0;
    for (int i = 0; i < L; i++) n += key[i] < cut;
    return n;
}

Test(rank, keys_are_ordered_as_scores)
{
    static const float score[] = { -INFINITY, -3e38F, -1, -1e-45F, 0,
                                   1e-45F,    0.5F,   1,  3e38F };
    enum { N = sizeof score / sizeof *score };
    uint32_t key[N];
    cr_expect_eq(rank_keys(key, score, N), 0, "infinity is not a score");
    for (int i = 1; i < N; i++) cr_expect(key[i - 1] < key[i], "%g", (double)score[i]);

    static const float zeros[] = { 0.0F, -0.0F };
    cr_expect_eq(rank_keys(key, zeros, 2), -1);
    cr_expect_eq(key[0], key[1]);
}

Test(rank, names_the_score_that_is_none)
{
    float    score[L] = { 0 };
    uint32_t key[L];
    score[217] = NAN;
    cr_expect_eq(rank_keys(key, score, L), 217);
}

Test(rank, cut_and_sort_agree)
{
    Rng      rng = rng_at(1, STREAM_TEST, 0, 0);
    float    score[L];
    uint32_t key[L], cut;
    int      order[L];
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < L; i++)
            score[i] = rng_normal(&rng) * powf(10, (float)(round - 10));
        cr_assert_eq(rank_keys(key, score, L), -1);
        rank_sort(order, key, L, &rng);
        for (int t = 1; t < L; t++) cr_expect(score[order[t - 1]] <= score[order[t]]);
        for (int K = 1; K < L; K++)
            if (key[order[K - 1]] != key[order[K]]) {
                cr_assert(rank_cut(&cut, key, L, K), "round %d, K %d", round, K);
                cr_expect_eq(smaller(key, cut), K);
            }
    }
}

Test(rank, no_cut_goes_through_equals)
{
    uint32_t key[L], cut;
    for (int i = 0; i < L; i++) key[i] = i < 100 ? 7 : UINT32_MAX - (i >= 250);
    cr_expect(!rank_cut(&cut, key, L, 1));
    cr_expect(!rank_cut(&cut, key, L, 99));
    cr_expect(rank_cut(&cut, key, L, 100));
    cr_expect(!rank_cut(&cut, key, L, 101));
    cr_expect(rank_cut(&cut, key, L, 150));
    cr_expect(!rank_cut(&cut, key, L, L - 1));
}

/* Otherwise a strategy with few values would always show the first patches. */
Test(rank, equals_come_in_any_order)
{
    enum { N = 8, ROUNDS = 4000 };
    uint32_t key[N] = { 5, 5, 5, 5, 1, 5, 5, 5 };
    int      first[N] = { 0 }, order[N];
    for (uint64_t i = 0; i < ROUNDS; i++) {
        Rng rng = rng_at(1, STREAM_TEST, 0, i);
        rank_sort(order, key, N, &rng);
        cr_expect_eq(order[0], 4);
        first[order[1]]++;
    }
    for (int i = 0; i < N; i++) /* 571 +- 22 */
        cr_expect(i == 4 || (first[i] > 440 && first[i] < 700), "%d comes %d times", i,
                  first[i]);
}
