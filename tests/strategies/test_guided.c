/* What is special to strategies that a model guides. */
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

enum { SIDE = 8, L = SIDE * SIDE, K = 16, HALF = L / 2 };

static float seen[L]; /* what image 0 is like, patch 0 most */

static void falling(void)
{
    for (int i = 0; i < L; i++) seen[i] = (float)(L - i) / L;
}

static void draw(const char *spec, int *ids, uint64_t image, float progress)
{
    Mask    *m = must_open(spec, SIDE, SIDE);
    MaskView v = { .progress = progress, .heads = 1, .class_attention = seen, .swept = seen,
                   .losses = seen };
    mask_draw(m, ids, &v, 1, 0, image, K);
    mask_close(m);
}

Test(attmask, hides_high_or_low)
{
    int ids[L];
    falling();
    draw("attmask", ids, 0, 0);
    for (int t = 0; t < K; t++) cr_expect_eq(ids[t], L - K + t);
    draw("attmask:choice=low", ids, 0, 0);
    for (int t = 0; t < K; t++) cr_expect_eq(ids[t], t);
}

/* Of 64 a share of 0.1 * 0.35 is 2 (2.24), from the first 6: they are shown, and the two
 * next are hidden. */
Test(attmask, hints_are_of_the_most_attended_and_made_up_for)
{
    int ids[L], shown[6] = { 0 };
    falling();
    for (uint64_t image = 0; image < 300; image++) {
        draw("attmask:choice=hint,reveal=0.35", ids, image, 0);
        cr_expect(ids[0] < 6 && ids[1] < 6 && ids[2] == L - K + 2, "%d %d %d", ids[0], ids[1],
                  ids[2]);
        shown[ids[0]]++, shown[ids[1]]++;
    }
    for (int i = 0; i < 6; i++) /* 100 +- 8 */
        cr_expect(abs(shown[i] - 100) <= 40, "patch %d shown %d times", i, shown[i]);
}

/* How often patches of the first and of the second half are visible when those of the
 * second count `high`, the others `low`. */
static void odds(const char *spec, float low, float high, double share[2])
{
    enum { IMAGES = 600 };
    int ids[L];
    share[0] = share[1] = 0;
    for (int i = 0; i < L; i++) seen[i] = i < HALF ? low : high;
    for (uint64_t image = 0; image < IMAGES; image++) {
        draw(spec, ids, image, 1);
        for (int t = 0; t < K; t++) share[ids[t] >= HALF] += 1.0 / (IMAGES * HALF);
    }
}

Test(running_loss, hides_with_the_odds_of_the_loss)
{
    double share[2];
    odds("running-loss", 0.5F, 2, share);
    cr_expect(share[0] > share[1] + 0.2, "visible %g and %g", share[0], share[1]);
    odds("running-loss:sharp=0", 0.5F, 2, share);
    cr_expect(fabs(share[0] - share[1]) <= 0.03, "visible %g and %g", share[0], share[1]);
    odds("running-loss", 0, 1, share); /* a loss of nothing is visible if it can be */
    cr_expect(share[1] == 0, "visible %g", share[1]);
}

Test(amt, hides_with_the_odds_of_attention)
{
    double share[2];
    odds("amt", 0.1F, 0.9F, share);
    cr_expect(share[0] > 5 * share[1], "visible %g and %g", share[0], share[1]);
    odds("amt", 0, 0, share); /* no attention at all: random */
    cr_expect(fabs(share[0] - share[1]) <= 0.03, "visible %g and %g", share[0], share[1]);
}

Test(amt, brings_each_head_to_one_scale)
{
    float attention[2][L], out[L];
    Mask *m = must_open("amt", SIDE, SIDE);
    for (int i = 0; i < L; i++) attention[0][i] = (float)i, attention[1][i] = 0.25F;
    mask_sweep(m, out, &(MaskSweep){ .rows = SIDE, .cols = SIDE, .heads = 2,
                                     .class_attention = &attention[0][0] });
    cr_expect(out[0] == 0 && out[L - 1] == 0.5F, "%g..%g", (double)out[0],
              (double)out[L - 1]);
    mask_close(m);
}

Test(sweeps, are_due_when_the_text_says)
{
    static const struct { const char *spec; int epochs; const char *due; } cases[] = {
        { "sgmae", 16, "..x............." },
        { "sgmae:first=0.25,again=0.25", 8, "..x.x.x." },
        { "sgmae:first=1", 4, "...x" },
        { "sgmae", 1, "x" },
        { "amt", 20, "..x.x.x.x.x.x.x.x.x." },
        { "amt:interval=0.5", 4, "..x." },
        { "random", 3, "..." },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Mask *m = must_open(cases[i].spec, SIDE, SIDE);
        for (int e = 0; e < cases[i].epochs; e++)
            cr_expect_eq(mask_sweep_due(m, e, cases[i].epochs), cases[i].due[e] == 'x',
                         "%s, epoch %d of %d", cases[i].spec, e, cases[i].epochs);
        mask_close(m);
    }
}

/* At first 10 % of 64 are hints, of the first 48; in the end 2, of the first 13. */
Test(sgmae, hints_grow_fewer)
{
    int ids[L];
    falling();
    for (int end = 0; end < 2; end++)
        for (uint64_t image = 0; image < 50; image++) {
            int hints = 0, furthest = 0;
            draw("sgmae", ids, image, end ? 1 : 0.125F);
            for (int t = 0; t < K; t++)
                if (ids[t] < L - K) hints++, furthest = ids[t];
            cr_expect(hints == (end ? 2 : 6), "%d hints", hints);
            cr_expect(furthest < (end ? 13 : 48), "a hint at %d", furthest);
        }
}

/* The authors' int(): on 14 x 14 int(19.6) hints at first and int(3.92) in the end, and
 * for attmask int(0.1 * 0.3 * 196) of int(19.6); rounding gives 20, 4 and 6. */
Test(hints, are_counted_as_the_papers_code_counts)
{
    static const struct { const char *spec; float progress; int hints, among; } cases[] = {
        { "sgmae", 0.125F, 19, 147 }, { "sgmae", 1, 3, 39 },
        { "attmask:choice=hint", 1, 5, 19 },
    };
    enum { PATCHES = 196, VISIBLE = 49 };
    float score[PATCHES];
    for (int i = 0; i < PATCHES; i++) score[i] = (float)(PATCHES - i) / PATCHES;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        Mask    *m = must_open(cases[c].spec, 14, 14);
        MaskView v = { .progress = cases[c].progress, .heads = 1, .class_attention = score,
                       .swept = score };
        int      ids[PATCHES], hints = 0;
        for (uint64_t image = 0; image < 20; image++, hints = 0) {
            mask_draw(m, ids, &v, 1, 0, image, VISIBLE);
            while (hints < VISIBLE && ids[hints] < cases[c].among) hints++;
            cr_expect_eq(hints, cases[c].hints, "%s: %d hints", cases[c].spec, hints);
        }
        mask_close(m);
    }
}

/* Given as parameters: int(12.8) of 64, then an eighth, all among the first 40. */
Test(sgmae, hints_as_many_as_asked_for)
{
    static const char *const text = "sgmae:hint_ratio=0.2,hint_min=0.125,"
                                    "hint_pool=0.625,pool_min=0.625";
    int ids[L];
    falling();
    for (int end = 0; end < 2; end++)
        for (uint64_t image = 0; image < 20; image++) {
            int hints = 0;
            draw(text, ids, image, end ? 1 : 0.125F);
            for (int t = 0; t < K; t++) hints += ids[t] < L - K;
            cr_expect(hints == (end ? 8 : 12), "%d hints", hints);
            for (int t = 0; t < hints; t++) cr_expect(ids[t] < 40, "a hint at %d", ids[t]);
        }
    draw("sgmae:reveal=none", ids, 0, 1);
    for (int t = 0; t < K; t++) cr_expect_eq(ids[t], L - K + t);
}

/* Of the first 48 a quarter counts four times as much as the others: of 6 hints that are
 * drawn with these odds 3.4, evenly 1.5. */
Test(sgmae, hints_by_score_are_of_the_surest)
{
    enum { IMAGES = 400 };
    int    ids[L];
    double high[2] = { 0, 0 };
    for (int i = 0; i < L; i++) seen[i] = i < 12 ? 0.8F : i < 48 ? 0.2F : 0.01F;
    for (int by = 0; by < 2; by++)
        for (uint64_t image = 0; image < IMAGES; image++) {
            draw(by ? "sgmae:reveal=score" : "sgmae", ids, image, 0.125F);
            for (int t = 0; t < K; t++) high[by] += (ids[t] < 12) / (double)IMAGES;
        }
    cr_expect(fabs(high[0] - 1.5) <= 0.3 && high[1] > 2.7, "%g evenly, %g by score", high[0],
              high[1]);
}

/* An image hides now one part, now the other, by a coin. */
Test(sgmae, alternates_between_the_parts)
{
    enum { IMAGES = 200 };
    int ids[L], lower = 0;
    falling();
    for (uint64_t image = 0; image < IMAGES; image++) {
        draw("sgmae:cluster=alternate,reveal=none", ids, image, 1);
        bool low = ids[0] == L - K;
        cr_expect(low || ids[K - 1] == K - 1, "%d..%d", ids[0], ids[K - 1]);
        lower += low;
    }
    cr_expect(abs(lower - IMAGES / 2) <= 35, "%d of %d", lower, IMAGES); /* +- 7 */
}

/* Features of two directions: of the object 1 - 0, of the others 0 - 1. */
Test(sgmae, weighs_one_part_against_the_other)
{
    float x[L][2], out[L];
    Mask *m = must_open("sgmae:cluster=alternate", SIDE, SIDE);
    for (int i = 0; i < L; i++) x[i][0] = i < 10, x[i][1] = i >= 10;
    mask_sweep(m, out, &(MaskSweep){ .rows = SIDE, .cols = SIDE, .heads = 1, .width = 2,
                                     .features = &x[0][0] });
    for (int i = 0; i < L; i++)
        cr_expect(fabsf(out[i]) == 1 && (out[i] > 0) == ((out[0] > 0) == (i < 10)), "%d: %g", i,
                  (double)out[i]);
    mask_close(m);
}

/* Features of two directions: the smaller part gets the higher scores. */
Test(sgmae, scores_what_is_like_the_object)
{
    enum { D = 4 };
    float x[L][D] = { { 0 } }, out[L];
    Mask *m = must_open("sgmae:cluster=small", SIDE, SIDE);
    Rng   rng = rng_at(3, STREAM_TEST, 0, 0);
    for (int i = 0; i < L; i++) {
        bool object = i % SIDE < 3 && i / SIDE < 4;
        for (int c = 0; c < D; c++) x[i][c] = 0.2F * rng_normal(&rng) + (c == object ? 1 : 0);
    }
    mask_sweep(m, out, &(MaskSweep){ .rows = SIDE, .cols = SIDE, .heads = 1, .width = D,
                                     .features = &x[0][0] });
    for (int i = 0; i < L; i++)
        cr_expect((out[i] > 0.6F) == (i % SIDE < 3 && i / SIDE < 4), "patch %d: %g", i,
                  (double)out[i]);
    mask_close(m);
}
