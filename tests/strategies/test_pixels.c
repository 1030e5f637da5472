#include "tests/strategies/cases.h"

#include <criterion/criterion.h>

#include <math.h>
#include <signal.h>
#include <stdlib.h>

enum { SIDE = 8, L = SIDE * SIDE, K = 16, P = 20, DRAWS = 4000 };

static float pixels[L][P];

static void draw(const char *spec, int *ids, uint64_t image, int rows, int cols, int n)
{
    Mask    *m = must_open(spec, rows, cols);
    MaskView v = { .values = P, .pixels = &pixels[0][0] };
    mask_draw(m, ids, &v, 1, 0, image, n);
    mask_close(m);
}

/* Of four kinds in vertical stripes; the last one is flat, at any height. */
static int kind_of(int patch) { return patch % SIDE / 2; }

static void paint_stripes(void)
{
    for (int i = 0; i < L; i++)
        for (int k = 0; k < P; k++) {
            float wave = cosf(6.2831853F * (float)((kind_of(i) + 1) * k) / P);
            pixels[i][k] = (float)i / 8;
            if (kind_of(i) < 3) pixels[i][k] += (float)(1 + i % 3) * wave;
        }
}

/* Visible patches of each kind. */
static void count(int shown[4], const int *ids)
{
    for (int i = 0; i < 4; i++) shown[i] = 0;
    for (int t = 0; t < K; t++) shown[kind_of(ids[t])]++;
}

Test(pixels, a_cluster_is_hidden_whole)
{
    int ids[L], shown[4], times[4] = { 0 };
    paint_stripes();
    for (uint64_t image = 0; image < 200; image++) {
        draw("cluster", ids, image, SIDE, SIDE, K);
        count(shown, ids);
        for (int i = 0; i < 4; i++) {
            cr_expect(shown[i] == 0 || shown[i] == K, "%d of kind %d", shown[i], i);
            times[i] += shown[i] == K;
        }
    }
    for (int i = 0; i < 4; i++) /* 50 +- 6 */
        cr_expect(times[i] > 14 && times[i] < 86, "kind %d: %d times", i, times[i]);
}

/* Two kinds, which differ in their last values only. */
Test(pixels, a_cluster_is_alike_in_all_values)
{
    enum { WIDE = 600 };
    static float wide[L][WIDE];
    int          ids[L];
    Mask        *m = must_open("cluster", SIDE, SIDE);
    MaskView     v = { .values = WIDE, .pixels = &wide[0][0] };
    for (int i = 0; i < L; i++)
        for (int k = WIDE - 40; k < WIDE; k++) wide[i][k] = (k + i) % 2 ? 1 : -1;
    for (uint64_t image = 0; image < 50; image++) {
        mask_draw(m, ids, &v, 1, 0, image, L / 2);
        for (int t = 1; t < L / 2; t++) cr_expect(ids[t] % 2 == ids[0] % 2);
    }
    mask_close(m);
}

Test(pixels, few_anchors_leave_the_rest_to_chance)
{
    int ids[L], shown[4], whole = 0;
    paint_stripes();
    for (uint64_t image = 0; image < 200; image++) {
        draw("cluster:anchors=0.015", ids, image, SIDE, SIDE, K); /* one */
        count(shown, ids);
        int hidden = 0;
        for (int i = 0; i < 4; i++) hidden += shown[i] == 0, whole += shown[i] == K;
        cr_expect(hidden >= 1 && hidden <= 2, "%d kinds hidden", hidden);
    }
    cr_expect(whole == 0);
}

Test(pixels, any_patch_is_alike_below_the_least_cosine)
{
    int ids[L], shown[L] = { 0 };
    paint_stripes();
    for (uint64_t image = 0; image < 2000; image++) {
        draw("cluster:threshold=-1", ids, image, SIDE, SIDE, K);
        for (int t = 0; t < K; t++) shown[ids[t]]++;
    }
    for (int i = 0; i < L; i++) /* 500 +- 19 */
        cr_expect(abs(shown[i] - 500) <= 100, "patch %d visible %d times", i, shown[i]);
}

Test(pixels, the_most_dispersed_is_hidden)
{
    int ids[L];
    for (int i = 0; i < L; i++)
        for (int k = 0; k < P; k++)
            pixels[i][k] = 5 - (float)i + (float)(L - i) * (k % 2 ? 0.1F : -0.1F);
    draw("dispersion:select=topk", ids, 0, SIDE, SIDE, K);
    for (int t = 0; t < K; t++) cr_expect_eq(ids[t], L - K + t);
    draw("dispersion:select=topk,measure=deviation", ids, 0, SIDE, SIDE, K);
    for (int t = 0; t < K; t++) cr_expect_eq(ids[t], L - K + t);
}

static double hidden_first(const char *spec)
{
    int ids[2], first = 0;
    for (uint64_t image = 0; image < DRAWS; image++) {
        draw(spec, ids, image, 1, 2, 1);
        first += ids[1] == 0;
    }
    return (double)first / DRAWS;
}

/* Of two patches, one with an outlier: variances 0.95 and 0.19, mean deviations
 * 0.38 and 0.44; six standard errors are 0.045. */
Test(pixels, odds_are_the_weights)
{
    for (int k = 0; k < P; k++) {
        pixels[0][k] = k ? 0 : sqrtf(20);
        pixels[1][k] = k % 2 ? sqrtf(0.19F) : -sqrtf(0.19F);
    }
    double variance = hidden_first("dispersion");
    double deviation = hidden_first("dispersion:measure=deviation");
    double flat = 2 * sqrt(20) * 0.05 * 0.95; /* mean deviation of the outlier's patch */
    double want = flat / (flat + sqrt(0.19));
    cr_expect(fabs(variance - 0.95 / 1.14) <= 0.045, "%.3f", variance);
    cr_expect(fabs(deviation - want) <= 0.05, "%.3f, not %.3f", deviation, want);
}

Test(pixels, are_wanted, .signal = SIGABRT)
{
    int   ids[L];
    Mask *m = must_open("cluster", SIDE, SIDE);
    mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, 0, K);
}
