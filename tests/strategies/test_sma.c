#include "tests/strategies/cases.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, L = SIDE * SIDE, K = 16 };

static float attention[HEADS][L][L];

static void draw(const char *spec, int *ids, uint64_t image, float progress)
{
    Mask    *m = must_open(spec, SIDE, SIDE);
    MaskView v = { .progress = progress,
                   .heads = HEADS,
                   .attention = &attention[0][0][0] };
    mask_draw(m, ids, &v, 1, 0, image, K);
    mask_close(m);
}

/* Every query of head h looks at the patches that `liked` says, alike. */
static void look_at(int h, bool (*liked)(int patch))
{
    int n = 0;
    for (int k = 0; k < L; k++) n += liked(k);
    for (int q = 0; q < L; q++)
        for (int k = 0; k < L; k++) attention[h][q][k] = liked(k) ? 1 / (float)n : 0;
}

static bool upper(int patch) { return patch < L - K; }
static bool lower(int patch) { return patch >= K; }
static bool all(int patch) { return (void)patch, true; }

Test(sma, hides_what_is_attended_to)
{
    int ids[L];
    look_at(0, upper), look_at(1, upper);
    for (uint64_t image = 0; image < 20; image++) {
        draw("sma", ids, image, 0);
        for (int t = 0; t < K; t++) cr_expect_eq(ids[t], L - K + t);
    }
}

Test(sma, takes_the_mean_of_heads_or_one_of_them)
{
    int ids[L], top = 0, bottom = 0;
    look_at(0, upper), look_at(1, lower);
    for (uint64_t image = 0; image < 40; image++) {
        /* In the mean the patches that both heads like come first. */
        draw("sma", ids, image, 0);
        for (int t = 0; t < K; t++) cr_expect(ids[t] < K || ids[t] >= L - K);
        /* One query, one head. */
        draw("sma:heads=random_mix,credit=48", ids, image, 0);
        top += ids[0] == L - K, bottom += ids[K - 1] == K - 1;
    }
    cr_expect(top + bottom == 40 && top > 8 && bottom > 8, "%d and %d of 40", top,
              bottom);
}

/* Each query attends to itself only, so that what is hidden are the queries. */
Test(sma, draws_as_many_queries_as_credit_says)
{
    int ids[L], shown[L] = { 0 };
    memset(attention, 0, sizeof attention);
    for (int h = 0; h < HEADS; h++)
        for (int q = 0; q < L; q++) attention[h][q][q] = 1;
    for (uint64_t image = 0; image < 2000; image++) {
        draw("sma:credit=1", ids, image, 0);
        for (int t = 0; t < K; t++) shown[ids[t]]++;
    }
    for (int i = 0; i < L; i++) /* 500 +- 19 */
        cr_expect(abs(shown[i] - 500) <= 100, "patch %d visible %d times", i, shown[i]);
}

Test(sma, hides_queries_if_asked)
{
    int ids[L], spared = 0;
    look_at(0, upper), look_at(1, upper);
    for (uint64_t image = 0; image < 60; image++) {
        draw("sma:credit=48,mask_self=1", ids, image, 0); /* one query */
        spared += ids[0] == L - K && ids[K - 1] == L - 1;
    }
    /* A query of the upper 48 changes nothing; one of the lower 16 is hidden. */
    cr_expect(spared > 30 && spared < 58, "%d of 60", spared);
}

Test(sma, even_attention_is_random)
{
    int ids[L], shown[L] = { 0 };
    look_at(0, all), look_at(1, all);
    for (uint64_t image = 0; image < 2000; image++) {
        draw("sma", ids, image, 0);
        for (int t = 0; t < K; t++) shown[ids[t]]++;
    }
    for (int i = 0; i < L; i++)
        cr_expect(abs(shown[i] - 500) <= 100, "patch %d visible %d times", i, shown[i]);
}

/* At a share a of chance the hidden are drawn from the top L - K + a K. */
Test(sma, anneals_from_random)
{
    int ids[L], lowest[3] = { L, L, L };
    static const float progress[] = { 0, 0.25F, 0.5F };
    for (int h = 0; h < HEADS; h++)
        for (int q = 0; q < L; q++)
            for (int k = 0; k < L; k++)
                attention[h][q][k] = (float)(L - k) / (L * (L + 1) / 2.0F);
    for (int p = 0; p < 3; p++)
        for (uint64_t image = 0; image < 200; image++) {
            draw("sma:anneal=0.5", ids, image, progress[p]);
            if (ids[0] < lowest[p]) lowest[p] = ids[0];
            /* half way a is 0.5: the last 8 in rank are always visible */
            for (int t = 0; p == 1 && t < 8; t++) cr_expect_eq(ids[K - 1 - t], L - 1 - t);
        }
    cr_expect(lowest[0] < 3 && lowest[1] < 3 && lowest[2] == L - K, "%d %d %d", lowest[0],
              lowest[1], lowest[2]);
}

Test(sma, wants_attention, .signal = SIGABRT)
{
    int   ids[L];
    Mask *m = must_open("sma", SIDE, SIDE);
    mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, 0, K);
}

Test(sma, is_not_moved_away_from_its_image)
{
    static const char *const specs[] = { "sma:sym=1", "sma:phase=1" };
    for (int i = 0; i < 2; i++) {
        Mask *m;
        Err   err;
        cr_expect_eq(strategy_open(&m, specs[i], SIDE, SIDE, &err), STATUS_CONFIG);
        cr_expect(strstr(err.text, "would move its mask away"), "%s", err.text);
    }
}
