/* Strategies that follow what is learned beside the autoencoder. */
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, L = SIDE * SIDE, K = 16 };

static float learned[L]; /* patch i * 5 % L is the i-th hardest */

static void draw(const char *spec, int ids[L], uint64_t image, float progress)
{
    Mask    *m = must_open(spec, SIDE, SIDE);
    MaskView v = { .progress = progress, .learned = learned };
    mask_draw(m, ids, &v, 1, 0, image, K);
    mask_close(m);
}

static void rank(void)
{
    for (int i = 0; i < L; i++) learned[i * 5 % L] = (float)(-i);
}

static bool hidden(const int ids[L], int patch)
{
    for (int t = K; t < L; t++)
        if (ids[t] == patch) return true;
    return false;
}

/* floor(48 0.5 progress) of them surely, and of the others each sometimes. */
Test(hpm, hides_the_hardest_and_random_others)
{
    static const float progress[] = { 0.25F, 0.5F, 0.99F, 1 };
    static const int   hard[] = { 6, 12, 23, 24 };
    rank();
    for (int p = 0; p < 4; p++) {
        int times[L] = { 0 }, ids[L];
        for (uint64_t image = 0; image < 300; image++) {
            draw("hpm", ids, image, progress[p]);
            for (int i = 0; i < L; i++) times[i] += hidden(ids, i * 5 % L);
        }
        for (int i = 0; i < L; i++)
            cr_expect(i < hard[p] ? times[i] == 300 : times[i] > 100 && times[i] < 300,
                      "progress %g: the %d-th hardest hidden %d times of 300",
                      (double)progress[p], i, times[i]);
    }
}

/* Equal guesses, as at first: no place is preferred. */
Test(hpm, equal_guesses_are_random)
{
    int times[L] = { 0 }, ids[L];
    memset(learned, 0, sizeof learned);
    for (uint64_t image = 0; image < 2000; image++) {
        draw("hpm:hard=1", ids, image, 1);
        for (int t = K; t < L; t++) times[ids[t]]++;
    }
    for (int i = 0; i < L; i++) /* 1500 +- 19 */
        cr_expect(abs(times[i] - 1500) <= 100, "patch %d hidden %d times", i, times[i]);
}

/* The ablation: the predictor is there, and masks are those of random. */
Test(hpm, without_hard_ones_is_random)
{
    rank();
    for (uint64_t image = 0; image < 10; image++) {
        int ids[L], plain[L];
        draw("hpm:hard=0", ids, image, 1), draw("random", plain, image, 1);
        cr_expect_arr_eq(ids, plain, sizeof ids);
        draw("hpm", ids, image, 0);
        cr_expect_arr_eq(ids, plain, sizeof ids);
    }
}

Test(hpm, tells_its_learner)
{
    Mask       *m = must_open("hpm:weight=0.5,target=sizes", SIDE, SIDE);
    MaskLearner how = mask_learner(m);
    cr_expect(mask_needs(m) == MASK_NEEDS_PREDICTOR && how.sizes && how.weight == 0.5);
    mask_close(m);
    m = must_open("hpm", SIDE, SIDE);
    how = mask_learner(m);
    cr_expect(!how.sizes && how.weight == 1);
    mask_close(m);
}

/* K draws from p without replacement: the first is what p says, and here, with one
 * visible patch, the only one. */
Test(adamae, shows_by_probability)
{
    int ids[L], times[L] = { 0 };
    for (int i = 0; i < L; i++) learned[i] = i < 4 ? logf((float)(1 + i)) : -30;
    Mask    *m = must_open("adamae", SIDE, SIDE);
    MaskView v = { .learned = learned };
    for (uint64_t image = 0; image < 4000; image++) {
        mask_draw(m, ids, &v, 1, 0, image, 1);
        times[ids[0]]++;
    }
    mask_close(m);
    for (int i = 0; i < 4; i++) /* 400 (1 + i) +- at most 31 */
        cr_expect(abs(times[i] - 400 * (1 + i)) <= 130, "patch %d visible %d times", i,
                  times[i]);
}

Test(adamae, an_impossible_patch_is_hidden)
{
    int ids[L];
    for (int i = 0; i < L; i++) learned[i] = i < K ? 0 : -200;
    for (uint64_t image = 0; image < 20; image++) {
        draw("adamae", ids, image, 0.5F);
        for (int t = 0; t < K; t++) cr_expect_eq(ids[t], t);
    }
}

Test(clmae, shows_what_is_to_be_kept)
{
    int ids[L];
    for (int i = 0; i < L; i++) learned[i] = (float)((i * 5 % L) / (double)L);
    for (uint64_t image = 0; image < 5; image++) {
        draw("clmae", ids, image, 0.5F);
        for (int t = 0; t < K; t++) cr_expect(ids[t] * 5 % L >= L - K, "patch %d", ids[t]);
    }
}
