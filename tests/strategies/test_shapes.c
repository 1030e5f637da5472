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

/* Of a mask of 49 visible patches: the hidden parts that hang together, and how many
 * pairs of hidden neighbours there are. */
static int hidden_parts(const int *ids, int *pairs)
{
    int part[L], parts = 0, changed = 1;
    for (int i = 0; i < L; i++) part[i] = -1;
    for (int t = 49; t < L; t++) part[ids[t]] = ids[t];
    while (changed) {
        changed = *pairs = 0;
        for (int i = 0; i < L; i++)
            for (int way = 0; way < 2; way++) {
                int to = way ? i + 1 : i + KNOWN_COLS;
                if (to >= L || (way && to % KNOWN_COLS == 0)) continue;
                if (part[i] < 0 || part[to] < 0) continue;
                int least = part[i] < part[to] ? part[i] : part[to];
                changed |= part[i] != part[to];
                part[i] = part[to] = least;
                ++*pairs;
            }
    }
    for (int i = 0; i < L; i++) parts += part[i] == i;
    return parts;
}

/* No block of so many patches fits, so that all is left to the fix-up. */
Test(block, fixes_its_count_up_as_asked)
{
    static const char *const specs[] = { "block:least=16384", "block:least=16384,fixup=adjacent",
                                         "block:least=16384,fixup=lowest_score" };
    int ids[L], pairs[3], parts[3];
    for (int i = 0; i < 3; i++) {
        Mask *m = must_open(specs[i], KNOWN_ROWS, KNOWN_COLS);
        mask_draw(m, ids, &(MaskView){ .progress = 0 }, 1, 0, 5, 49);
        parts[i] = hidden_parts(ids, &pairs[i]);
        mask_close(m);
    }
    cr_expect(parts[0] > 1 && parts[1] == 1 && parts[2] == 1, "%d %d %d parts", parts[0],
              parts[1], parts[2]);
    cr_expect(pairs[0] < pairs[1] && pairs[1] + 10 < pairs[2], "%d %d %d pairs", pairs[0],
              pairs[1], pairs[2]);
}

/* Blocks of one patch each are random patches: 22.4 visible neighbours, not 62. */
Test(block, hides_no_more_than_most_at_once)
{
    double n = measured("block:least=1,most=1,aspect=1", 49)->neighbours;
    cr_expect(n > 21 && n < 24, "%.1f visible neighbours", n);
}
