/* Counts, parameters and what goes wrong; the laws are in tests/strategies. */
#include "core/mask/count.h"
#include "core/mask/draw.h"
#include "core/mask/modify.h"
#include "core/mask/select.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <signal.h>
#include <string.h>

typedef struct {
    double size;
    int    count, colour;
} Own;

static const char *const COLOURS[] = { "red", "green", NULL };

static const MaskParam params[] = {
    MASK_NUMBER(Own, size, 0.1, -1, 1, "a number"),
    MASK_INTEGER(Own, count, 3, 0, 9, "an integer"),
    MASK_CHOICE(Own, colour, 0, COLOURS, "a choice"),
    { 0 }
};

static void by_place(const void *self, float *out, const MaskView *v, Rng *rng)
{
    (void)self, (void)rng;
    for (int i = 0; i < v->rows * v->cols; i++) out[i] = (float)-i;
}

static void not_a_number(const void *self, float *out, const MaskView *v, Rng *rng)
{
    by_place(self, out, v, rng);
    out[5] = NAN;
}

static void twice(const void *self, int *out, int rows, int cols)
{
    (void)self;
    for (int i = 0; i < rows * cols; i++) out[i] = i / 2;
}

MASK_STRATEGY(test, .about = "t", .source = "t", .size = sizeof(Own), .params = params,
              .score = by_place);
MASK_STRATEGY(test_nan, .about = "t", .source = "t", .score = not_a_number);
MASK_STRATEGY(test_twice, .about = "t", .source = "t", .order = twice);

static const MaskView NOTHING = { 0 };

Test(mask, counts_in_decimals)
{
    static const struct { int L; double ratio; int K; } known[] = {
        { 100, 0.9, 10 }, { 100, 0.8, 20 }, { 10, 0.9, 1 }, { 196, 0.75, 49 },
        { 196, 0.6, 78 }, { 49, 0.75, 12 }, { 2, 0.5, 1 }, { 5, 0.99, 1 },
        { 5, 0.001, 4 }, { 640, 0.3, 448 }, { 1000, 0.001, 999 }, { 1000, 0.7, 300 },
        { 7, 1e-300, 6 }, { 3, 1.0 / 3, 2 },
        { 30, 0.1 + 0.2, 20 } /* 0.30000000000000004 hides a little more than 9 */
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int K = mask_visible(known[i].L, known[i].ratio);
        cr_expect_eq(K, known[i].K, "L %d, ratio %.17g: K %d", known[i].L, known[i].ratio,
                     K);
    }
}

/* On 14 x 14 patches, and where binary arithmetic has a hair less than 10. */
Test(mask, counts_as_the_code_of_papers)
{
    static const struct { CountRule rule; int at_60, at_75; } known[] = {
        { COUNT_EXACT, 78, 49 },  { COUNT_MAE, 78, 49 },   { COUNT_VIDEOMAE, 79, 49 },
        { COUNT_SIMMIM, 76, 48 }, { COUNT_SPARK, 80, 48 }, { COUNT_HIERA, 76, 48 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        cr_expect_eq(count_visible(known[i].rule, 14, 14, 0.6), known[i].at_60, "rule %zu", i);
        cr_expect_eq(count_visible(known[i].rule, 14, 14, 0.75), known[i].at_75, "rule %zu", i);
    }
    cr_expect_eq(count_visible(COUNT_MAE, 10, 10, 0.9), 9);
    cr_expect_eq(count_visible(COUNT_EXACT, 10, 10, 0.9), 10);
    cr_expect_eq(count_visible(COUNT_HIERA, 2, 2, 0.9), 1);
}

Test(mask, all_but_a_whole_number_of_per_mille_is_visible)
{
    for (int L = 1000; L <= 4000; L += 1000)
        for (int n = 1; n < 1000; n++)
            cr_expect_eq(mask_visible(L, n / 1000.0), L - n * (L / 1000), "%d per mille",
                         n);
}

Test(mask, text_is_canonical)
{
    static const char *const pairs[][2] = {
        { NULL, "test" },
        { "size=0.10,colour=red,sym=0,select=prefix", "test" },
        { "sym=1,count=007,size=1e-1", "test:count=7,sym=1" },
        { "size=-0.0", "test:size=0" },
        { "anneal=2.5E-1,colour=green,size=1.0", "test:size=1,colour=green,anneal=0.25" },
        { "select=runs,run=4", "test:select=runs" },
        { "run=4", "test" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        Mask *m;
        Err   err;
        cr_assert(!mask_open(&m, "test", &mask_test, pairs[i][0], 4, 4, &err), "%s",
                  err.text);
        cr_expect_str_eq(mask_spec(m), pairs[i][1]);
        mask_close(m);
    }
}

static const struct { const char *params, *named; } wrong[] = {
    { "seize=1", "did you mean size?" },
    { "zzzzzzzzz=1", "it has size count colour select run tau sym phase" },
    { "size=2", "size must be a number from -1 to 1, not 2" },
    { "size=nan", "size must be a number" },
    { "size=", "size must be a number" },
    { "size=0x1", "not 0x1" },
    { "count=1.5", "count must be an integer from 0 to 9, not 1.5" },
    { "count=99999999999999999999", "count must be an integer" },
    { "colour=gren", "one of red, green, not gren; did you mean green?" },
    { "size", "expected key=value at \"size\"" },
    { "=1", "has no parameter" },
    { "size=0.5,", "nothing follows the last comma" },
    { ",size=0.5", "expected key=value" },
    { "size=0.5,,count=1", "expected key=value" },
    { "size=0.5,size=0.6", "size is given twice" },
    { "run=7", "run has no effect without select=runs" },
    { "tau=7", "tau has no effect without select=gumbel" },
    { "sym=2", "sym must be an integer from 0 to 1, not 2" },
};
enum { WRONG = sizeof wrong / sizeof *wrong };

Test(mask, says_what_is_wrong)
{
    for (int i = 0; i < WRONG; i++) {
        Mask *m;
        Err   err;
        cr_assert_eq(mask_open(&m, "test", &mask_test, wrong[i].params, 4, 4, &err),
                     STATUS_CONFIG, "%s is accepted", wrong[i].params);
        cr_expect(strstr(err.text, wrong[i].named), "%s: %s", wrong[i].params, err.text);
        cr_expect(!strncmp(err.text, "test", 4), "%s", err.text);
    }
}

Test(mask, refuses_grids_that_are_none)
{
    static const int sizes[][2] = {
        { 0, 4 }, { -1, 4 }, { 1, 1 }, { 129, 128 }, { 1 << 30, 4 }
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        Mask *m;
        Err   err;
        cr_expect_eq(
            mask_open(&m, "test", &mask_test, NULL, sizes[i][0], sizes[i][1], &err),
            STATUS_CONFIG, "%d x %d", sizes[i][0], sizes[i][1]);
    }
}

Test(mask, refuses_another_contract)
{
    MaskStrategy old = mask_test;
    Mask        *m;
    Err          err;
    old.abi = MASK_ABI + 1;
    cr_expect_eq(mask_open(&m, "test", &old, NULL, 4, 4, &err), STATUS_CONFIG);

    old.abi = MASK_ABI; /* shorter: from before the last member */
    old.bytes = offsetof(MaskStrategy, fixed);
    cr_assert(!mask_open(&m, "test", &old, NULL, 4, 4, &err), "%s", err.text);
    cr_expect(!mask_fixed(m));
    mask_close(m);
}

static void draw_once(const MaskStrategy *s, int K)
{
    Mask *m;
    Err   err;
    int   ids[16];
    cr_assert(!mask_open(&m, "test", s, NULL, 4, 4, &err), "%s", err.text);
    mask_draw(m, ids, &NOTHING, 1, 0, 0, K);
}

Test(mask, aborts_on_nothing_visible, .signal = SIGABRT) { draw_once(&mask_test, 0); }
Test(mask, aborts_on_nothing_hidden, .signal = SIGABRT) { draw_once(&mask_test, 16); }
Test(mask, aborts_on_nan, .signal = SIGABRT) { draw_once(&mask_test_nan, 4); }

Test(mask, refuses_a_patch_twice)
{
    Mask *m;
    Err   err;
    cr_expect_eq(mask_open(&m, "test", &mask_test_twice, NULL, 4, 4, &err), STATUS_FORMAT);
}

Test(mask, hides_the_highest_scores)
{
    Mask *m;
    Err   err;
    int   ids[16];
    cr_assert(!mask_open(&m, "test", &mask_test, NULL, 4, 4, &err), "%s", err.text);
    mask_draw(m, ids, &NOTHING, 1, 0, 0, 5);
    for (int t = 0; t < 16; t++) cr_expect_eq(ids[t], t < 5 ? 11 + t : t - 5);
    mask_close(m);
}

Test(mask, hints_swap_as_many)
{
    enum { L = 20, K = 6 };
    int ranking[L];
    for (int t = 0; t < L; t++) ranking[t] = L - 1 - t;
    for (uint64_t i = 0; i < 200; i++) {
        Rng     rng = rng_at(1, STREAM_TEST, 0, i);
        uint8_t visible[L];
        int     shown = 0, hints = 0;
        select_visible(visible, ranking, L, K, MASK_TOPK, 1, &rng);
        modify_hints(visible, ranking, L, K, 0.15, false, &rng); /* of 14: 2 */
        for (int p = 0; p < L; p++) shown += visible[p], hints += visible[p] && p < L - K;
        cr_expect(shown == K && hints == 2, "%d visible, %d of them hints", shown, hints);
        for (int t = 0; t < K; t++) cr_expect_eq(visible[ranking[t]], t < K - 2);
    }
}

Test(mask, hints_for_any)
{
    enum { L = 20, K = 6, DRAWS = 4000 };
    static const double shares[] = { 0.5, 1 };
    int ranking[L];
    for (int t = 0; t < L; t++) ranking[t] = t;
    for (int s = 0; s < 2; s++) {
        int shown[L] = { 0 };
        for (uint64_t i = 0; i < DRAWS; i++) {
            Rng     rng = rng_at(1, STREAM_TEST, 0, i);
            uint8_t visible[L];
            int     all = 0;
            select_visible(visible, ranking, L, K, MASK_TOPK, 1, &rng);
            modify_hints(visible, ranking, L, K, shares[s], true, &rng);
            for (int p = 0; p < L; p++) all += visible[p], shown[p] += visible[p];
            cr_expect_eq(all, K);
        }
        /* Half of 14 are shown, 7 of 13 hidden: 6 / 13 of what was visible is left.
         * At 1, any 6 of 20.  Six standard errors are 0.047. */
        for (int p = 0; p < L; p++) {
            double want = s ? 0.3 : p < K ? 6.0 / 13 : 3.0 / 13;
            cr_expect(fabs((double)shown[p] / DRAWS - want) <= 0.047,
                      "share %g, patch %d: %d", shares[s], p, shown[p]);
        }
    }
}

/* A lone visible patch reaches all places of its orbit, and no others. */
Test(mask, symmetries_of_squares_and_rectangles)
{
    static const struct { int rows, cols; const char *orbit; } grids[] = {
        { 5, 5, ".#.#.#...#.....#...#.#.#." }, { 3, 5, ".#.#.......#.#." }
    };
    for (int g = 0; g < 2; g++) {
        int  L = grids[g].rows * grids[g].cols;
        char reached[26] = { 0 };
        memset(reached, '.', (size_t)L);
        for (uint64_t i = 0; i < 300; i++) {
            Rng     rng = rng_at(1, STREAM_TEST, (uint64_t)g, i);
            uint8_t visible[25] = { 0 };
            visible[1] = 1;
            modify_place(visible, grids[g].rows, grids[g].cols, 1, 0, &rng);
            for (int p = 0; p < L; p++)
                if (visible[p]) reached[p] = '#';
        }
        cr_expect_str_eq(reached, grids[g].orbit);
    }
}
