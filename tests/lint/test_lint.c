/* The laboratory names what is wrong with strategies, and outlives it. */
#include "core/base/threads.h"
#include "experiments/lint/heap.h"
#include "strategies/registry.h"
#include "tests/lint/bad.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Only those that never end shall be waited for shortly. */
static double patience(const char *spec)
{
    static const char *const endless[] = { "loops", "sleeps", "slow" };
    for (int i = 0; i < 3; i++)
        if (!strcmp(spec, endless[i])) return 0.3;
    return 20;
}

static Found *lint(const char *spec, LintOpen *open, int draws)
{
    Found     *f;
    Err        err;
    LintConfig c = { .spec = spec, .open = open, .rows = 14, .cols = 14, .ratio = 0.75,
                     .draws = draws,
                     .patience_s = patience(spec) };
    cr_assert(!lint_run(&f, &c, &err), "%s", err.text);
    return f;
}

ParameterizedTestParameters(lint, names_the_law)
{
    static int index[BAD_STRATEGIES];
    for (int i = 0; i < BAD_STRATEGIES; i++) index[i] = i;
    return cr_make_param_array(int, index, BAD_STRATEGIES);
}
ParameterizedTest(int *i, lint, names_the_law)
{
    const Bad *b = &bad_strategies[*i];
    Found     *f = lint(b->name, bad_open, 100);
    for (int law = 0; law < LAWS; law++)
        cr_expect(law == (int)b->breaks || f->verdict[law].kept != BROKEN,
                  "%s breaks %s: %s", b->name, laws[law].name, f->verdict[law].text);
    if (b->breaks == LAWS) {
        cr_expect_eq(lint_broken(f), 0);
        cr_expect(f->measured);
    } else {
        const Verdict *v = &f->verdict[b->breaks];
        cr_expect(v->kept == BROKEN && strstr(v->text, b->says), "%s, %s: %s", b->name,
                  laws[b->breaks].name, v->text);
    }
    cr_expect_str_eq(f->spec, b->name);
    lint_free(f);
}

static Status try_fixed(const char *spec, LintOpen *open, Err *err)
{
    return laws[LAW_FIXED].holds(&(Subject){ .spec = spec, .open = open }, err);
}

/* What stands still for some of the time, or on some grids, is no fault. */
Test(lint, what_repeats_by_its_modifiers_and_parts_keeps_the_law)
{
    static const char *const specs[] = {
        "spiral:select=prefix until 0.5 then hilbert:select=prefix",
        "random until 0.5 then spiral:select=prefix",
        "clmae until 0.5 then spiral:select=prefix",
        "spiral:select=prefix until 0.4 then random until 0.45 then hilbert:select=prefix",
        "spiral:select=prefix,start=0.3",
        "spiral:select=prefix,anneal=0.5",
        "spiral:select=prefix,hints=0.001",
        "spiral:select=prefix,sym=1",
        "spiral:select=prefix | hilbert:select=prefix",
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        Err err;
        cr_expect(!try_fixed(specs[i], strategy_open, &err), "%s: %s", specs[i], err.text);
    }
}

/* Random masks at first do not hide that there is one mask afterwards. */
Test(lint, a_modifier_does_not_hide_who_repeats)
{
    Err err;
    cr_expect_eq(try_fixed("ignores_rng:start=0.5", bad_open, &err), STATUS_FAILED);
    cr_expect(strstr(err.text, "ignores_rng:start=0.5: on no grid"), "%s", err.text);
}

/* A mask of `shuffled` is one of its image and its partner, whatever else is drawn. */
Test(lint, controls_keep_the_laws)
{
    static const char *const specs[] = {
        "sma:control=shuffled", "attmask:control=shuffled", "amt:control=shuffled",
        "sgmae:control=shuffled", "clmae:control=shuffled", "cluster:control=shuffled",
        "running-loss:control=shuffled", "sma:control=untrained", "hpm:control=ignored",
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        Err     err;
        Subject s = { .spec = specs[i], .open = strategy_open };
        cr_expect(!laws[LAW_PURE].holds(&s, &err) && !laws[LAW_THREADS].holds(&s, &err),
                  "%s: %s", specs[i], err.text);
    }
}
