/* Laws of every strategy, whatever it is: those there are and those to come. */
#include "experiments/lint/laws.h"
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

enum { MODS = 14 };

/* Selectors and modifiers, each with everything; sma takes no sym and phase. */
static const char *const mods[MODS] = { "",
                                        ":select=topk",
                                        ":select=prefix",
                                        ":select=window",
                                        ":select=stride",
                                        ":select=strata",
                                        ":select=runs,run=3",
                                        ":select=gumbel,tau=0.5",
                                        ":jitter=0.3",
                                        ":hints=0.2",
                                        ":anneal=0.9",
                                        ":start=0.7",
                                        ":control=inverted",
                                        ":select=window,hints=0.3,anneal=1,jitter=0.1" };

/* Strategies made of strategies; what is to be modified ends the first text. */
static const struct { const char *name, *rest; } expressions[] = {
    { "0.7 random + 0.3 spiral", "" },
    { "block + sma", "" },
    { "random until 0.25 then sma", "" },
    { "block until 0.6 then grid", "" },
    { "0.5 random + 0.5 grid", " until 0.6 then block" },
    { "spiral | hilbert", "" },
    { "spiral:select=prefix | zigzag", "" },
    { "grid:offset=fixed | peano:select=prefix | spiral", "" },
    { "random | sma", "" },
    { "block + (spiral | random", ") until 0.9 then grid ratio 0.9..0.5" },
};
enum { EXPRESSIONS = sizeof expressions / sizeof *expressions };

/* Number `which` of the strategies, then of the expressions. */
static const char *name_of(int which)
{
    int n = strategy_count();
    return which < n ? strategies[which].name : expressions[which - n].name;
}

static const char *rest_of(int which)
{
    int n = strategy_count();
    return which < n ? "" : expressions[which - n].rest;
}

/* Criterion hands parameters to a fresh process: an index, no pointers. */
static struct criterion_test_params all_strategies(void)
{
    static int index[64];
    int        n = strategy_count();
    for (int i = 0; i < n; i++) index[i] = i;
    return cr_make_param_array(int, index, (size_t)n);
}

static struct criterion_test_params all_masks(void)
{
    static int index[64 + EXPRESSIONS];
    int        n = strategy_count() + EXPRESSIONS;
    for (int i = 0; i < n; i++) index[i] = i;
    return cr_make_param_array(int, index, (size_t)n);
}

/* Of the modified ones the masks are tried, of a few of them on several threads. */
static bool worth_trying(int law, int mod)
{
    return !mod || law == LAW_OPENS || law == LAW_COUNT || law == LAW_FIXED ||
           (law == LAW_THREADS && mod % 4 == 0);
}

ParameterizedTestParameters(strategies, obey_the_laws) { return all_masks(); }
ParameterizedTest(int *s, strategies, obey_the_laws)
{
    for (int mod = 0; mod < MODS; mod++) {
        char spec[128];
        Err  err;
        snprintf(spec, sizeof spec, "%s%s%s", name_of(*s), mods[mod], rest_of(*s));
        Subject subject = { .spec = spec, .open = strategy_open };
        for (int law = 0; law < LAWS_TRIED; law++)
            if (worth_trying(law, mod))
                cr_expect(!laws[law].holds(&subject, &err), "%s breaks `%s`: %s", spec,
                          laws[law].name, err.text);
    }
}

ParameterizedTestParameters(strategies, every_patch_sometimes) { return all_masks(); }
ParameterizedTest(int *s, strategies, every_patch_sometimes)
{
    enum { DRAWS = 1500, IMAGES = 100, L = 196, K = 49 };
    int      shown[L] = { 0 }, ids[L];
    uint64_t images[IMAGES];
    Invented in;
    char     spec[128];
    snprintf(spec, sizeof spec, "%s%s", name_of(*s), rest_of(*s));
    Mask *m = must_open(spec, 14, 14);
    for (int n = 0; n < IMAGES; n++) images[n] = (uint64_t)n;
    invented_open(&in, mask_needs(m), 14, 14, images, IMAGES);
    for (int e = 0; e < DRAWS; e++) {
        MaskView v = invented_view(&in, e % IMAGES);
        mask_draw(m, ids, &v, 3, (uint64_t)e, images[e % IMAGES], K);
        for (int t = 0; t < K; t++) shown[ids[t]]++;
    }
    for (int i = 0; i < L; i++)
        cr_expect(mask_fixed(m) || (shown[i] > 0 && shown[i] < DRAWS),
                  "%s: patch %d visible in %d of %d masks", mask_spec(m), i, shown[i],
                  DRAWS);
    invented_close(&in);
    mask_close(m);
}

ParameterizedTestParameters(strategies, random_before_its_start)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, random_before_its_start)
{
    char     spec[128];
    int      ids[196], plain[196];
    uint64_t image = 1;
    Invented in;
    snprintf(spec, sizeof spec, "%s:start=0.7", strategies[*s].name);
    Mask *m = must_open(spec, 14, 14), *r = must_open("random", 14, 14);
    invented_open(&in, mask_needs(m), 14, 14, &image, 1);
    mask_draw(m, ids, &in.all, 3, 2, image, 49);
    mask_draw(r, plain, &(MaskView){ 0 }, 3, 2, image, 49);
    cr_expect(!memcmp(ids, plain, sizeof ids), "%s", mask_spec(m));
    invented_close(&in);
    mask_close(m), mask_close(r);
}
