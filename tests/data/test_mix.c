#include "core/base/rng.h"
#include "core/data/mix.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { MANY = 4000, H = 24, W = 32 };

static const Mixing both = { 0.8, 1, 0.1 };

static bool same(Mix a, Mix b) { return !memcmp(&a, &b, sizeof a); }

Test(mix, draws_what_its_distributions_say)
{
    double mean = 0, square = 0, share = 0;
    int    cuts = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        Mix m = mix_draw(&both, H, W, 1, 2, i);
        cr_assert(m.own >= 0 && m.own <= 1, "own share %g", m.own);
        if (!m.height) {
            mean += m.own, square += m.own * m.own;
            continue;
        }
        cuts++;
        share += m.own;
        cr_assert(m.top >= 0 && m.left >= 0 && m.top + m.height <= H && m.left + m.width <= W);
        cr_assert(fabs(m.own - (1 - m.height * m.width / (double)(H * W))) <= 1e-12);
    }
    int n = MANY - cuts; /* a few boxes of CutMix are empty and count as mixup of one */
    cr_expect(fabs(cuts / (double)MANY - 0.5) <= 0.04, "%d of %d are cut", cuts, MANY);
    /* Beta(0.8, 0.8): mean 1/2, variance 1 / (4 (2 * 0.8 + 1)) */
    mean /= n;
    cr_expect(fabs(mean - 0.5) <= 0.03, "mean %g", mean);
    cr_expect(fabs(square / n - mean * mean - 1 / 10.4) <= 0.012, "variance %g",
              square / n - mean * mean);
    /* a box of uniform area 1/2, a part of which hangs over the edge: a simulation of
     * the rule gives 0.703 */
    cr_expect(fabs(share / cuts - 0.703) <= 0.02, "share %g", share / cuts);
}

Test(mix, is_keyed_by_seed_epoch_and_step)
{
    Mix m = mix_draw(&both, H, W, 1, 2, 3);
    cr_expect(same(m, mix_draw(&both, H, W, 1, 2, 3)));
    cr_expect(!same(m, mix_draw(&both, H, W, 2, 2, 3)));
    cr_expect(!same(m, mix_draw(&both, H, W, 1, 3, 3)));
    cr_expect(!same(m, mix_draw(&both, H, W, 1, 2, 4)));
}

Test(mix, of_nothing_is_nothing_and_of_one_is_that_one)
{
    for (uint64_t i = 0; i < 100; i++) {
        cr_expect_eq(mix_draw(&(Mixing){ 0, 0, 0.1 }, H, W, 1, 0, i).own, 1);
        cr_expect_eq(mix_draw(&(Mixing){ 0.8, 0, 0 }, H, W, 1, 0, i).height, 0);
        Mix m = mix_draw(&(Mixing){ 0, 1, 0 }, H, W, 1, 0, i);
        cr_expect(m.height > 0 || m.own == 1);
    }
}

/* Partners are the two ends of the batch, and go on inwards. */
Test(mix, blends_partners)
{
    enum { N = 4, C = 2 };
    real images[N][C][3][5];
    for (int n = 0; n < N; n++)
        for (int i = 0; i < C * 15; i++) (&images[n][0][0][0])[i] = (real)(100 * n + i);
    Mix m = { .own = 0.75 };
    mix_images(&m, &images[0][0][0][0], N, C, 3, 5);
    for (int n = 0; n < N; n++)
        for (int i = 0; i < C * 15; i++)
            cr_expect_eq((&images[n][0][0][0])[i], (real)(75 * n + 25 * (N - 1 - n) + i));
}

Test(mix, swaps_a_box)
{
    enum { N = 2, C = 2 };
    real images[N][C][4][6];
    for (int n = 0; n < N; n++)
        for (int i = 0; i < C * 24; i++) (&images[n][0][0][0])[i] = (real)(100 * n + i);
    Mix m = { .own = 0.75, .top = 1, .left = 2, .height = 2, .width = 3 };
    mix_images(&m, &images[0][0][0][0], N, C, 4, 6);
    for (int n = 0; n < N; n++)
        for (int c = 0; c < C; c++)
            for (int y = 0; y < 4; y++)
                for (int x = 0; x < 6; x++) {
                    bool in = y >= 1 && y < 3 && x >= 2 && x < 5;
                    cr_expect_eq(images[n][c][y][x],
                                 (real)(100 * (in ? 1 - n : n) + (c * 4 + y) * 6 + x));
                }
}

/* off = s / K, on = 1 - s + off; then as the images. */
Test(mix, mixes_labels)
{
    enum { N = 4, K = 5 };
    const int labels[N] = { 0, 3, 3, 1 };
    real      target[N][K];
    Mix       m = { .own = 0.7 };
    mix_targets(&m, &target[0][0], labels, N, K, 0.1);
    for (int n = 0; n < N; n++) {
        double sum = 0;
        for (int k = 0; k < K; k++) {
            double own = k == labels[n] ? 0.92 : 0.02, other = k == labels[N - 1 - n] ? 0.92 : 0.02;
            cr_expect(fabs((double)target[n][k] - (0.7 * own + 0.3 * other)) <= 1e-6);
            sum += (double)target[n][k];
        }
        cr_expect(fabs(sum - 1) <= 1e-6);
    }
}
