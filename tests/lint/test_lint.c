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

static Found *lint(const char *spec, LintOpen *open, int draws)
{
    Found     *f;
    Err        err;
    LintConfig c = { .spec = spec, .open = open, .rows = 14, .cols = 14, .ratio = 0.75,
                     .draws = draws,
                     .patience_s = strcmp(spec, "loops") ? 20 : 0.5 };
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
