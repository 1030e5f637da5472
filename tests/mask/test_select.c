#include "core/mask/select.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

enum { L = 23, K = 7, DRAWS = 20000 };

static const struct { MaskSelect how; int run; const char *name; } selectors[] = {
    { MASK_TOPK, 1, "topk" },      { MASK_WINDOW, 1, "window" },
    { MASK_STRIDE, 1, "stride" },  { MASK_STRATA, 1, "strata" },
    { MASK_RUNS, 1, "runs of 1" }, { MASK_RUNS, 3, "runs of 3" },
    { MASK_RUNS, 99, "one run" }
};
enum { SELECTORS = sizeof selectors / sizeof *selectors };

static void draw(uint8_t *visible, int s, uint64_t image)
{
    int ranking[L];
    for (int t = 0; t < L; t++) ranking[t] = t * 5 % L;
    Rng rng = rng_at(1, STREAM_TEST, (uint64_t)s, image);
    select_visible(visible, ranking, L, K, selectors[s].how, selectors[s].run, &rng);
}

/* 7 does not divide 23, so that segments and strides are uneven. */
Test(select, shows_every_patch_equally_often)
{
    for (int s = 1; s < SELECTORS; s++) {
        int     shown[L] = { 0 };
        uint8_t visible[L];
        for (uint64_t i = 0; i < DRAWS; i++) {
            draw(visible, s, i);
            for (int p = 0; p < L; p++) shown[p] += visible[p];
        }
        for (int p = 0; p < L; p++) /* the standard deviation is 0.0033 */
            cr_expect(fabs((double)shown[p] / DRAWS - (double)K / L) <= 0.015,
                      "%s: patch %d in %d of %d", selectors[s].name, p, shown[p], DRAWS);
    }
}

Test(select, shows_exactly_K_and_the_first_K_of_topk)
{
    uint8_t visible[L];
    for (int s = 0; s < SELECTORS; s++) {
        int n = 0;
        draw(visible, s, 0);
        for (int p = 0; p < L; p++) n += visible[p];
        cr_expect_eq(n, K, "%s shows %d", selectors[s].name, n);
    }
    draw(visible, 0, 0);
    for (int t = 0; t < L; t++) cr_expect_eq(visible[t * 5 % L], t < K);
}

/* How many runs of visible patches there are on the ranking, closed to a ring. */
static int runs_of(const uint8_t *visible)
{
    int n = 0;
    for (int t = 0; t < L; t++)
        n += visible[t * 5 % L] && !visible[(t + L - 1) % L * 5 % L];
    return n;
}

Test(select, runs_are_as_long_as_asked)
{
    uint8_t visible[L];
    int     most = 0;
    for (uint64_t i = 0; i < 200; i++) {
        draw(visible, 1, i);
        cr_expect_eq(runs_of(visible), 1, "window");
        draw(visible, 2, i);
        cr_expect_eq(runs_of(visible), K, "stride");
        draw(visible, 5, i);
        int n = runs_of(visible);
        cr_expect(n >= 1 && n <= 3, "3 + 3 + 1 patches in %d runs", n);
        most = n > most ? n : most;
        draw(visible, 6, i);
        cr_expect_eq(runs_of(visible), 1, "one run");
    }
    cr_expect_eq(most, 3);
}
