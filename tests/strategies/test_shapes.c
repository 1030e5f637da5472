/* The shape of masks on 14 x 14 against what is known of it (known.h): pairs of visible
 * neighbours, connected visible parts, how often each patch is visible. */
#include "experiments/lint/known.h"
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

enum { L = KNOWN_ROWS * KNOWN_COLS, MOST = 100 };

static Measures *measured(const char *spec, int K)
{
    static Measures m;
    Subject subject = { .spec = spec, .open = strategy_open };
    Err     err;
    cr_assert(!measure(&m, &subject, KNOWN_ROWS, KNOWN_COLS, K, 2000, &err),
              "%s", err.text);
    cr_assert_eq(m.K, K);
    return &m;
}

ParameterizedTestParameters(shapes, as_known)
{
    static int index[MOST];
    size_t     n = 0;
    for (; known[n].spec; n++) index[n] = (int)n;
    return cr_make_param_array(int, index, n);
}
ParameterizedTest(int *i, shapes, as_known)
{
    const Known *k = &known[*i];
    Err          err;
    Mask        *m = must_open(k->spec, KNOWN_ROWS, KNOWN_COLS);
    cr_expect_str_eq(mask_spec(m), k->spec);
    cr_expect(!known_check(k, measured(k->spec, k->K), &err), "%s: %s", k->spec, err.text);
    mask_close(m);
}

/* What is between random and a lattice has fewer neighbours than the one and
 * more than the other. */
Test(shapes, strata_lie_between_grid_and_random)
{
    static const char *const specs[] = { "zigzag", "hilbert", "peano", "spiral" };
    for (int i = 0; i < 4; i++) {
        double n = measured(specs[i], 49)->neighbours;
        cr_expect(n > 5 && n < 18, "%s: %.1f visible neighbours", specs[i], n);
    }
}
