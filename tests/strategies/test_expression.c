/* Strategies made of strategies: their texts, their parts, and texts that are none.
 * The laws of test_all.c hold of them too. */
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 14, L = SIDE * SIDE, K = 49, SEED = 5 };

/* --- texts ----------------------------------------------------------------- */

static const struct { const char *given, *text; } texts[] = {
    { " random ", "random" },
    { "((spiral:sym=0))", "spiral" },
    { "0.7 random + 0.3 spiral", "0.7 random + 0.3 spiral" },
    { "3e-1 spiral:select=strata +.7 random", "0.7 random + 0.3 spiral" },
    { "0.7000005 random + 0.3 spiral", "0.7 random + 0.3 spiral" },
    { "spiral + random", "0.5 random + 0.5 spiral" },
    { "random + spiral + grid", "0.333334 grid + 0.333333 random + 0.333333 spiral" },
    { "random + random:sym=0", "random" },
    { "0.5 random + 0.2 spiral + 0.3 random", "0.8 random + 0.2 spiral" },
    { "0.5 random + 0.5 (0.5 random + 0.5 grid)", "0.25 grid + 0.75 random" },
    { "0.999999 random + 1e-6 spiral", "0.999999 random + 1e-06 spiral" },
    { "random until 0.250 then sma", "random until 0.25 then sma" },
    { "random until .1 then random until .5 then sma", "random until 0.5 then sma" },
    { "random until 0.5 then random", "random" },
    { "random until .25 then (spiral until .5 then grid) until .4 then random",
      "random until 0.25 then spiral until 0.4 then random" },
    { "(random until 0.6 then grid) until 0.4 then sma", "random until 0.4 then sma" },
    { "spiral|hilbert", "hilbert | spiral" },
    { "spiral | (hilbert | spiral) | grid", "grid | hilbert | spiral" },
    { "random | random", "random" },
    { "0.5 spiral | grid + 0.5 random", "0.5 (grid | spiral) + 0.5 random" },
    { "random + grid until 0.5 then spiral | grid",
      "(0.5 grid + 0.5 random) until 0.5 then (grid | spiral)" },
    { "(random + grid) | spiral", "(0.5 grid + 0.5 random) | spiral" },
    { "'random'", "random" },
    { "0.7 \"random\" + 0.3 spi'ral':\"sym\"=1", "0.7 random + 0.3 spiral:sym=1" },
    { "random ratio 0.50..0.9", "random ratio 0.5..0.9" },
    { "random ratio .9...5", "random ratio 0.9..0.5" },
    { "random + grid ratio 0.5..0.7500001", "(0.5 grid + 0.5 random) ratio 0.5..0.75" },
};

Test(expression, equal_ones_have_equal_texts)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Mask *m = must_open(texts[i].given, SIDE, SIDE);
        cr_expect_str_eq(mask_spec(m), texts[i].text, "%s: %s", texts[i].given, mask_spec(m));
        Mask *again = must_open(texts[i].text, SIDE, SIDE);
        cr_expect_str_eq(mask_spec(again), texts[i].text);
        mask_close(m);
        mask_close(again);
    }
}

/* Whatever the weights: what was rounded once is not rounded again. */
Test(expression, weights_are_read_back_as_they_were_written)
{
    Rng rng = rng_at(1, STREAM_TEST, 0, 0);
    for (int i = 0; i < 300; i++) {
        char text[256];
        double x[4], sum = 0;
        for (int k = 0; k < 4; k++) sum += x[k] = (double)rng_unit(&rng) + 1e-3;
        snprintf(text, sizeof text, "%.9f random + %.9f spiral + %.9f grid + %.9f block",
                 x[0] / sum, x[1] / sum, x[2] / sum, x[3] / sum);
        Mask *m = must_open(text, SIDE, SIDE), *again = must_open(mask_spec(m), SIDE, SIDE);
        cr_expect_str_eq(mask_spec(again), mask_spec(m), "%s", text);
        mask_close(m);
        mask_close(again);
    }
}

static const struct { const char *text, *said; } wrong[] = {
    { "", "column 1: expected a strategy" },
    { "  ", "column 3: expected a strategy" },
    { "spirl", "no strategy spirl; did you mean spiral?" },
    { "0.7 random + 0.3 spirl", "column 18: no strategy spirl; did you mean spiral?" },
    { "0.5 random + 0.5 spiral:slect=window", "column 18: spiral has no parameter slect" },
    { "random +", "column 9: expected a strategy at the end" },
    { "random + + grid", "column 10: expected a strategy, not \"+\"" },
    { "random | ", "column 10: expected a strategy" },
    { "random grid", "column 8: expected +, |, until, ratio or the end, not \"grid\"" },
    { "random+0.3 spiral", "column 1: expected blanks round the +" },
    { "0.7 random", "column 11: expected + and what has the rest" },
    { "0.7 random + spiral", "column 14: expected a weight" },
    { "random + 0.3 spiral", "column 10: expected no weight" },
    { "0 random + 1 spiral", "column 1: expected a weight above 0" },
    { "-1 random + 2 spiral", "column 1: expected a weight above 0" },
    { "0.7 random + 0.7 spiral", "column 1: the weights sum to 1.4, expected 1" },
    { "grid until 0.5 then 0.7 random + 0.299998 spiral",
      "column 21: the weights sum to 0.999998, expected 1" },
    { "0.5 grid + 0.5 (0.4 random + 0.5 spiral)", "column 17: the weights sum to 0.9" },
    { "1e999 random + 1 spiral", "column 1: expected a weight" },
    { "1e6 random + 1 spiral", "column 1: expected a weight" },
    { "0x1 random + 1 spiral", "column 1: expected a weight" },
    { "nan random + 1 spiral", "column 1: no strategy nan" },
    { "1e-9 random + 0.999999999 spiral", "the weight of random is less than a millionth" },
    { "random until 0.5", "column 17: expected then" },
    { "random until 0.5 sma", "column 18: expected then, not \"sma\"" },
    { "random until then sma", "column 14: expected a share of training" },
    { "random until 0 then sma", "column 14: expected a share of training above 0" },
    { "random until 1 then sma", "column 14: expected a share of training" },
    { "random until nan then sma", "column 14: expected a share of training" },
    { "random until 0.5 then sma until 0.5 then grid", "column 33: expected a share" },
    { "then", "column 1: expected a strategy, not \"then\"" },
    { "(random", "column 8: expected ) at the end" },
    { "random)", "column 7: expected +" },
    { "()", "column 2: expected a strategy" },
    { "random + 'grid", "column 15: expected a closing quote at the end" },
    { "\"random' + grid", "column 16: expected a closing quote at the end" },
    { "random '+' grid", "column 8: expected +" },
    { "'' + grid", "column 1: no strategy" },
    { "random ratio", "column 13: expected two ratios" },
    { "random ratio 0.5", "column 14: expected two ratios" },
    { "random ratio 0.5..0.5", "column 14: expected two ratios" },
    { "random ratio 0..0.5", "column 14: expected two ratios" },
    { "random ratio 0.5..1", "column 14: expected two ratios" },
    { "random ratio 0.5..nan", "column 14: expected two ratios" },
    { "random ratio ..", "column 14: expected two ratios" },
    { "random ratio 0.5..0.9 + grid", "column 23: expected the end" },
    { "hpm + sma:control=shuffled", "hpm and sma:control=shuffled are shown different" },
    { "sma | (grid + sma:control=untrained)", "are shown different things" },
    { "hpm + hpm:hard=0.25", "each need a learner" },
    { "(random ratio 0.5..0.9) + grid", "ratio is that of the whole expression" },
};

Test(expression, says_where_and_what_was_expected)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Mask *m = NULL;
        Err   err = { 0 };
        cr_expect_eq(strategy_open(&m, wrong[i].text, SIDE, SIDE, &err), STATUS_CONFIG);
        cr_expect(strstr(err.text, wrong[i].said), "%s: %s", wrong[i].text, err.text);
        cr_expect_null(m, "%s", wrong[i].text);
    }
}

static void expect_refused(char *text, const char *said)
{
    Mask *m = NULL;
    Err   err = { 0 };
    cr_expect_eq(strategy_open(&m, text, SIDE, SIDE, &err), STATUS_CONFIG);
    cr_expect(!m && strstr(err.text, said), "%s", err.text);
    free(text);
}

/* n times `part`, between two texts */
static char *repeated(const char *before, const char *part, int n, const char *behind)
{
    Text t = { 0 };
    text_add(&t, "%s", before);
    for (int i = 0; i < n; i++) text_add(&t, "%s", part);
    text_add(&t, "%s", behind);
    return t.s;
}

Test(expression, hostile_texts_are_refused)
{
    expect_refused(repeated("", "(", 10000, "random"), "at most 32 parentheses");
    expect_refused(repeated("", "(", 33, "random"), "at most 32 parentheses");
    expect_refused(repeated("random", " + random", 10000, ""), "at most 64 strategies");
    expect_refused(repeated("random", " | random", 64, ""), "at most 64 strategies");
    expect_refused(repeated("", "x", 10000, ""), "no strategy xxx");
    expect_refused(repeated("random:", "sym=", 10000, ""), "random");
    expect_refused(repeated("random ratio ", ".", 10000, ""), "two ratios");
    expect_refused(repeated("", "1", 10000, " random + 1 grid"), "a weight");
    expect_refused(repeated("random until 0.", "1", 10000, " then grid"), "a share");
    expect_refused(repeated("\n", "\t \n", 3000, ""), "a strategy");
    expect_refused(repeated("", "\x01\xff%n%s", 3000, ""), "no strategy");
    expect_refused(repeated("random", " random", 3000, ""), "or the end");
    expect_refused(repeated("", "'", 3001, "random"), "a closing quote");
    expect_refused(repeated("", "\"'", 3001, ""), "a closing quote");
}

Test(expression, as_long_and_as_deep_as_it_may_be)
{
    Text deep = { 0 }, text = { 0 };
    for (int i = 0; i < 32; i++) text_add(&deep, "(");
    text_add(&deep, "random");
    for (int i = 0; i < 32; i++) text_add(&deep, ")");
    Mask *m = must_open(text_get(&deep), SIDE, SIDE);
    cr_expect_str_eq(mask_spec(m), "random");
    mask_close(m);

    for (int i = 0; i < 64; i++) text_add(&text, "%srandom:jitter=%d", i ? " | " : "", i);
    m = must_open(text_get(&text), SIDE, SIDE);
    int ids[L];
    mask_draw(m, ids, &(MaskView){ 0 }, SEED, 0, 0, K);
    mask_close(m);
    text_free(&deep);
    text_free(&text);
}

/* --- masks ----------------------------------------------------------------- */

static void draw(const char *spec, int *ids, double progress, uint64_t image)
{
    Mask    *m = must_open(spec, SIDE, SIDE);
    Invented in;
    invented_open(&in, mask_needs(m), SIDE, SIDE, &image, 1);
    MaskView v = invented_view(&in, 0);
    v.progress = (float)progress;
    mask_draw(m, ids, &v, SEED, 3, image, K);
    invented_close(&in);
    mask_close(m);
}

static bool same(const char *a, const char *b, double progress, uint64_t image)
{
    int x[L], y[L];
    draw(a, x, progress, image);
    draw(b, y, progress, image);
    return !memcmp(x, y, sizeof x);
}

/* Of 4000 coins of 0.7: mean 2800, standard deviation 29; measured 2787 with this seed.
 * Each mask is the one or the other's, bit for bit. */
Test(expression, a_mixture_draws_the_masks_of_its_parts_as_often_as_it_says)
{
    enum { IMAGES = 4000 };
    static const char *const names[] = { "0.7 random + 0.3 spiral", "random", "spiral" };
    Mask *m[3];
    int   ids[3][L], first = 0;
    for (int i = 0; i < 3; i++) m[i] = must_open(names[i], SIDE, SIDE);
    for (uint64_t image = 0; image < IMAGES; image++) {
        for (int i = 0; i < 3; i++)
            mask_draw(m[i], ids[i], &(MaskView){ 0 }, SEED, 1, image, K);
        bool a = !memcmp(ids[0], ids[1], sizeof *ids), b = !memcmp(ids[0], ids[2], sizeof *ids);
        cr_assert(a != b, "image %d is of %s", (int)image, a ? "both" : "none");
        first += a;
    }
    cr_expect(abs(first - 2800) <= 4 * 29, "%d of %d are random", first, IMAGES);
    for (int i = 0; i < 3; i++) mask_close(m[i]);
}

/* The coin of an inner mixture is not that of the outer one: of 1000 images half are
 * `block`, and of the rest half are of either. */
Test(expression, coins_of_mixtures_in_mixtures_are_independent)
{
    static const char spec[] = "block + (random + grid until 0.5 then spiral)";
    int n[3] = { 0 };
    for (uint64_t image = 0; image < 1000; image++)
        n[same(spec, "block", 0.1, image)   ? 0
          : same(spec, "random", 0.1, image) ? 1
                                             : 2]++;
    cr_expect(abs(n[0] - 500) <= 64 && abs(n[1] - 250) <= 55 && abs(n[2] - 250) <= 55,
              "%d block, %d random, %d grid", n[0], n[1], n[2]);
}

Test(expression, a_schedule_draws_the_masks_of_its_parts)
{
    static const char spec[] = "random until 0.25 then sma:anneal=0.5 until 0.5 then block";
    for (uint64_t image = 0; image < 20; image++) {
        cr_expect(same(spec, "random", 0, image));
        cr_expect(same(spec, "random", 0.2499, image));
        cr_expect(same(spec, "sma:anneal=0.5", 0.25, image), "progress is the whole's");
        cr_expect(same(spec, "sma:anneal=0.5", 0.49, image));
        cr_expect(same(spec, "block", 0.5, image));
        cr_expect(same(spec, "block", 1, image));
        cr_expect(same("random until 0.3 then spiral", "spiral:start=0.3",
                       (double)image / 20, image));
    }
}

/* A part that shows nothing but what it must: windows and prefixes are told apart. */
Test(expression, a_union_shows_an_equal_share_of_each)
{
    for (uint64_t image = 0; image < 20; image++) {
        int  ids[L], of_spiral[L], of_zigzag[L], both = 0;
        bool shown[L] = { false };
        draw("spiral:select=prefix | zigzag:select=prefix", ids, 0.5, image);
        draw("spiral:select=prefix", of_spiral, 0.5, image);
        draw("zigzag:select=prefix", of_zigzag, 0.5, image);
        for (int t = 0; t < K; t++) shown[ids[t]] = true;
        for (int t = 0; t < 24; t++) { /* a row to the right, the next to the left */
            int patch = t < SIDE ? t : 3 * SIDE - 1 - t;
            cr_expect(shown[patch], "patch %d begins the zigzag", patch);
        }
        for (int t = 0; t < K; t++) {
            bool zigzag = false, spiral = false;
            for (int k = 0; k < K; k++) {
                zigzag |= of_zigzag[k] == ids[t];
                spiral |= of_spiral[k] == ids[t];
            }
            cr_expect(zigzag || spiral, "patch %d is of neither", ids[t]);
            both += zigzag && spiral;
        }
        cr_expect(both < K / 2);
    }
}

/* Two windows of one number would begin at the same share of their walks. */
Test(expression, parts_of_a_union_have_chance_of_their_own)
{
    int    equal = 0, a[L], b[L];
    double most = 0;
    for (uint64_t image = 0; image < 100; image++) {
        int common = 0;
        draw("random | random:start=1,anneal=1", a, 0.5, image);
        draw("random", b, 0.5, image);
        for (int t = 0; t < K; t++)
            for (int k = 0; k < K; k++) common += a[t] == b[k];
        equal += common == K;
        if (common > most) most = common;
    }
    cr_expect_eq(equal, 0, "%d unions are their first part's mask", equal);
    cr_expect(most < K, "%g of %d", most, K);
}

Test(expression, needs_are_those_of_all_parts)
{
    Mask *m = must_open("random until 0.9 then (sma | grid)", SIDE, SIDE);
    cr_expect_eq(mask_needs(m), MASK_NEEDS_ATTENTION);
    cr_expect(!mask_fixed(m));
    mask_close(m);
}

/* What the batch does for one control it does for its only part that looks. */
Test(expression, a_control_is_that_of_the_parts_that_look)
{
    Mask *m = must_open("random + sma:control=shuffled", SIDE, SIDE);
    cr_expect_eq(mask_control(m), MASK_SHUFFLED);
    mask_close(m);
    m = must_open("sma:control=shuffled + sma:control=shuffled,start=0.5", SIDE, SIDE);
    cr_expect_eq(mask_control(m), MASK_SHUFFLED);
    mask_close(m);
    m = must_open("random until 0.5 then sma:control=inverted", SIDE, SIDE);
    cr_expect_eq(mask_control(m), MASK_CONTROL_NONE);
    mask_close(m);
    m = must_open("hpm until 0.5 then hpm:hints=0.1", SIDE, SIDE);
    Mask       *alone = must_open("hpm", SIDE, SIDE);
    MaskLearner a = mask_learner(m), b = mask_learner(alone);
    cr_expect(a.blocks == b.blocks && a.weight == b.weight);
    mask_close(m);
    mask_close(alone);
}

Test(expression, the_ratio_goes_evenly_over_training)
{
    Mask *m = must_open("random ratio 0.9..0.5", 10, 10), *plain = must_open("random", 10, 10);
    for (int i = 0; i <= 40; i++) {
        double progress = i / 40.0, expected = 0.9 - 0.01 * i;
        cr_expect(fabs(mask_ratio(m, 0.75, progress) - expected) < 1e-9);
        cr_expect_eq(mask_visible(100, mask_ratio(m, 0.75, progress)), 10 + i);
        cr_expect_eq(mask_ratio(plain, 0.75, progress), 0.75);
    }
    mask_close(m);
    mask_close(plain);
}
