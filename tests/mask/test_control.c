/* What every strategy can be compared with. */
#include "strategies/registry.h"

#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { SIDE = 8, L = SIDE * SIDE, K = 16, N = 3 };

static float swept[N][L];

/* Image n likes patches the better the nearer they are behind patch 20 n. */
static void fill(void)
{
    for (int n = 0; n < N; n++)
        for (int i = 0; i < L; i++) swept[n][i] = (float)((L + 20 * n - i) % L) / L;
}

static void draw(const char *spec, int ids[N][L], bool has_swept)
{
    static const uint64_t images[N] = { 5, 6, 7 };
    Mask    *m;
    Err      err;
    MaskView v = { .progress = 1, .heads = 1, .swept = has_swept ? &swept[0][0] : NULL };
    fill();
    cr_assert(!strategy_open(&m, spec, SIDE, SIDE, &err), "%s", err.text);
    mask_draw_batch(m, &ids[0][0], &v, 1, 2, images, N, K);
    mask_close(m);
}

Test(control, shuffled_is_the_mask_of_the_next_image)
{
    int plain[N][L], shuffled[N][L];
    draw("sgmae:reveal=none", plain, true);
    draw("sgmae:reveal=none,control=shuffled", shuffled, true);
    for (int n = 0; n < N; n++) {
        cr_expect(!memcmp(shuffled[n], plain[(n + 1) % N], sizeof plain[n]), "image %d", n);
        cr_expect(memcmp(shuffled[n], plain[n], sizeof plain[n]), "image %d", n);
    }
}

/* Alone it has nobody. */
Test(control, shuffled_wants_a_partner, .signal = SIGABRT)
{
    static const uint64_t image = 5;
    Mask    *m;
    Err      err;
    int      ids[L];
    MaskView v = { .progress = 1, .heads = 1, .swept = &swept[0][0] };
    fill();
    cr_assert(!strategy_open(&m, "sgmae:control=shuffled", SIDE, SIDE, &err), "%s", err.text);
    cr_assert(mask_together(m) == 2 && mask_partner(m, 2, 3) == 0);
    mask_draw_batch(m, ids, &v, 1, 2, &image, 1, K);
}

Test(control, inverted_shows_what_was_hidden_first)
{
    int  plain[N][L], inverted[N][L];
    bool first[L];
    draw("sgmae:reveal=none", plain, true);
    draw("sgmae:reveal=none,control=inverted", inverted, true);
    for (int n = 0; n < N; n++) {
        for (int i = 0; i < L; i++) first[i] = swept[n][i] >= (float)(L - K) / L;
        for (int t = 0; t < K; t++) cr_expect(first[inverted[n][t]] && !first[plain[n][t]]);
    }
}

Test(control, ignored_and_not_yet_swept_are_random_bit_for_bit)
{
    int random[N][L], ids[N][L];
    draw("random", random, true);
    draw("sgmae:control=ignored", ids, true);
    cr_expect(!memcmp(ids, random, sizeof ids));
    draw("sgmae", ids, false);
    cr_expect(!memcmp(ids, random, sizeof ids));
    draw("sgmae", ids, true);
    cr_expect(memcmp(ids, random, sizeof ids));
}

Test(control, is_refused_where_it_has_no_effect)
{
    static const struct { const char *spec, *why; } cases[] = {
        { "random:control=shuffled", "looks at nothing" },
        { "spiral:control=ignored", "looks at nothing" },
        { "block:control=untrained", "looks at nothing" },
        { "running-loss:control=untrained", "asks no model" },
        { "sma:control=shufled", "did you mean shuffled" },
        { "0.5 sma + 0.5 sma:control=shuffled", "shown different things" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Mask *m;
        Err   err;
        cr_expect_eq(strategy_open(&m, cases[i].spec, SIDE, SIDE, &err), STATUS_CONFIG, "%s",
                     cases[i].spec);
        cr_expect(strstr(err.text, cases[i].why), "%s: %s", cases[i].spec, err.text);
    }
}

/* --- throw ----------------------------------------------------------------- */

/* 25 of 64 are thrown: those that come next to the visible ones in the ranking. */
Test(throw, is_of_the_least_hidden_and_leaves_the_visible_alone)
{
    int plain[N][L], ids[N][L];
    draw("sgmae:reveal=none", plain, true);
    draw("sgmae:reveal=none,throw=0.4", ids, true);
    for (int n = 0; n < N; n++) {
        cr_expect(!memcmp(ids[n], plain[n], K * sizeof(int)));
        for (int i = K; i < L; i++) {
            bool hidden = swept[n][ids[n][i]] >= (float)(K + 25) / L;
            cr_expect_eq(hidden, i < L - 25, "image %d, place %d", n, i);
            cr_expect(i == K || i == L - 25 || ids[n][i] > ids[n][i - 1]);
        }
    }
}

Test(throw, goes_with_random_masks_and_gumbel)
{
    static const char *const specs[] = { "random", "sgmae:select=gumbel", "amt:start=1",
                                         "spiral:select=prefix",
                                         "block:control=inverted" };
    for (size_t s = 0; s < sizeof specs / sizeof *specs; s++) {
        int  plain[N][L], ids[N][L];
        char spec[64];
        snprintf(spec, sizeof spec, "%s%sthrow=0.4", specs[s], strchr(specs[s], ':') ? "," : ":");
        draw(specs[s], plain, true);
        draw(spec, ids, true);
        for (int n = 0; n < N; n++) {
            int seen[L] = { 0 };
            cr_expect(!memcmp(ids[n], plain[n], K * sizeof(int)), "%s", spec);
            for (int i = 0; i < L; i++) seen[ids[n][i]]++;
            for (int i = 0; i < L; i++) cr_expect(seen[i] == 1, "%s: patch %d", spec, i);
        }
    }
}

Test(throw, leaves_something_hidden_and_is_refused_where_it_cannot_be)
{
    static const char *const specs[] = { "random:throw=0.1,hints=0.1",
                                         "random:throw=0.1,select=window",
                                         "hpm:throw=0.1", "random + spiral:throw=0.1" };
    Mask *m;
    Err   err;
    cr_assert(!strategy_open(&m, "random:throw=0.9", SIDE, SIDE, &err));
    cr_expect(mask_thrown(m, K) == L - K - 1 && mask_thrown(m, 0) == 57 && L == 64);
    cr_expect_eq(mask_check(m, K, 0, 1, &err), STATUS_CONFIG);
    cr_expect(strstr(err.text, "random:throw=0.9 throws 57 of 64 patches, and with 16 visible "
                               "it can throw 47"), "%s", err.text);
    cr_expect(!mask_check(m, 6, 0, 1, &err) && mask_check(m, 7, 0, 1, &err));
    mask_close(m);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        cr_expect_eq(strategy_open(&m, specs[i], SIDE, SIDE, &err), STATUS_CONFIG, "%s",
                     specs[i]);
        cr_expect(strstr(err.text, "throw") || strstr(err.text, "be a part"), "%s", err.text);
    }
}
