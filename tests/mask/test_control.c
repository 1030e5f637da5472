/* What every strategy can be compared with. */
#include "strategies/registry.h"

#include <criterion/criterion.h>

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
    draw("sgmae:reveal=0", plain, true);
    draw("sgmae:reveal=0,control=shuffled", shuffled, true);
    for (int n = 0; n < N; n++) {
        cr_expect(!memcmp(shuffled[n], plain[(n + 1) % N], sizeof plain[n]), "image %d", n);
        cr_expect(memcmp(shuffled[n], plain[n], sizeof plain[n]), "image %d", n);
    }
}

Test(control, inverted_shows_what_was_hidden_first)
{
    int  plain[N][L], inverted[N][L];
    bool first[L];
    draw("sgmae:reveal=0", plain, true);
    draw("sgmae:reveal=0,control=inverted", inverted, true);
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
        { "0.5 sma + 0.5 sma:control=shuffled", "control" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Mask *m;
        Err   err;
        cr_expect_eq(strategy_open(&m, cases[i].spec, SIDE, SIDE, &err), STATUS_CONFIG, "%s",
                     cases[i].spec);
        cr_expect(strstr(err.text, cases[i].why), "%s: %s", cases[i].spec, err.text);
    }
}
