/* Scan orders: every patch once (mask_open checks that), steps, ends, and the
 * classical curves where they exist. */
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>
#include <string.h>

enum { SIDE = 40 };

static int step(const int *walk, int t, int cols)
{
    return abs(walk[t] / cols - walk[t - 1] / cols) +
           abs(walk[t] % cols - walk[t - 1] % cols);
}

static int never(int rows, int cols) { return (void)rows, (void)cols, 0; }
static int both_even(int rows, int cols) { return rows % 2 == 0 && cols % 2 == 0; }
static int odd_longer(int rows, int cols)
{
    int longer = rows > cols ? rows : cols, shorter = rows > cols ? cols : rows;
    return longer % 2 && shorter % 2 == 0 && shorter > 2;
}

static int all_but_edges(int rows, int cols) { return (rows - 1) * (cols - 1); }

static const struct {
    const char *name;
    int (*diagonals)(int rows, int cols);
} walks[] = {
    { "zigzag", never },
    { "spiral", never },
    { "hilbert", odd_longer },
    { "peano", both_even },
    { "diagonal", all_but_edges }, /* 169 on 14 x 14 */
};

ParameterizedTestParameters(orders, step_to_a_neighbour)
{
    static int index[] = { 0, 1, 2, 3, 4 };
    return cr_make_param_array(int, index, 5);
}
ParameterizedTest(int *w, orders, step_to_a_neighbour)
{
    for (int rows = 1; rows <= SIDE; rows++)
        for (int cols = rows == 1 ? 2 : 1; cols <= SIDE; cols++) {
            Mask      *m = must_open(walks[*w].name, rows, cols);
            const int *walk = mask_order(m);
            int        diagonals = 0, longest = 1;
            for (int t = 1; t < rows * cols; t++) {
                int d = step(walk, t, cols);
                diagonals += d == 2;
                longest = d > longest ? d : longest;
            }
            cr_expect(longest <= 2, "%s %dx%d: a step of %d", walks[*w].name, rows, cols,
                      longest);
            cr_expect(diagonals == walks[*w].diagonals(rows, cols),
                      "%s %dx%d: %d diagonal steps", walks[*w].name, rows, cols,
                      diagonals);
            mask_close(m);
        }
}

/* The walk of `name` on n x n is that of `want`, up to a symmetry. */
static void expect_curve(const char *name, int n, const int *want)
{
    Mask *m = must_open(name, n, n);
    bool  equal = false;
    for (int s = 0; s < 8 && !equal; s++) {
        equal = true;
        for (int t = 0; t < n * n && equal; t++) {
            int y = mask_order(m)[t] / n, x = mask_order(m)[t] % n;
            if (s & 1) y = n - 1 - y;
            if (s & 2) x = n - 1 - x;
            equal = want[t] == (s & 4 ? x * n + y : y * n + x);
        }
    }
    cr_expect(equal, "%s is not the classical curve on %d x %d", name, n, n);
    mask_close(m);
}

/* Source: the usual conversion of a distance to a place, from the lowest digit. */
static void hilbert(int *out, int n)
{
    for (int t = 0; t < n * n; t++) {
        int x = 0, y = 0, rest = t;
        for (int s = 1; s < n; s *= 2, rest /= 4) {
            int right = 1 & (rest / 2), down = 1 & (rest ^ right);
            if (!down) {
                if (right) x = s - 1 - x, y = s - 1 - y;
                int was = x;
                x = y, y = was;
            }
            x += s * right, y += s * down;
        }
        out[t] = y * n + x;
    }
}

/* Peano's own definition: digits in base 3, each complemented when the digits of
 * the other coordinate before it have an odd sum. */
static void peano(int *out, int n)
{
    for (int t = 0; t < n * n; t++) {
        int x = 0, y = 0, sum_x = 0, sum_y = 0;
        for (int scale = n * n / 9, s = n / 3; s; s /= 3, scale /= 9) {
            int digits = t / scale % 9, a = digits / 3, b = digits % 3;
            x += s * (sum_y % 2 ? 2 - a : a);
            sum_x += a;
            y += s * (sum_x % 2 ? 2 - b : b);
            sum_y += b;
        }
        out[t] = y * n + x;
    }
}

Test(orders, hilbert_is_classical_on_powers_of_two)
{
    int want[32 * 32];
    for (int n = 2; n <= 32; n *= 2) {
        hilbert(want, n);
        expect_curve("hilbert", n, want);
    }
}

Test(orders, peano_is_classical_on_powers_of_three)
{
    int want[27 * 27];
    for (int n = 3; n <= 27; n *= 3) {
        peano(want, n);
        expect_curve("peano", n, want);
    }
}

Test(orders, begin_and_end_where_they_say)
{
    static const struct { const char *name; int first, last;
    } ends[] = { { "zigzag", 0, 182 },
                 { "hilbert", 0, 13 },
                 { "peano", 0, 195 },
                 { "spiral", 104, 0 },
                 { "diagonal", 0, 195 } };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        Mask *m = must_open(ends[i].name, 14, 14);
        cr_expect_eq(mask_order(m)[0], ends[i].first, "%s begins at %d", ends[i].name,
                     mask_order(m)[0]);
        cr_expect_eq(mask_order(m)[195], ends[i].last, "%s ends at %d", ends[i].name,
                     mask_order(m)[195]);
        mask_close(m);
    }
}

/* Source: ITU-T T.81, figure 5, its first 36 of 64 places. */
Test(orders, diagonal_is_that_of_jpeg)
{
    static const int want[] = { 0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25,
                                18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34,
                                27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56 };
    Mask *m = must_open("diagonal", 8, 8);
    for (int t = 0; t < 36; t++)
        cr_expect_eq(mask_order(m)[t], want[t], "step %d is %d", t, mask_order(m)[t]);
    mask_close(m);
}

Test(orders, squares_of_the_spiral)
{
    Mask *m = must_open("spiral:select=prefix", 14, 14);
    int   ids[196];
    mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, 0, 49);
    for (int t = 0; t < 49; t++)
        cr_expect_eq(ids[t], (4 + t / 7) * 14 + 3 + t % 7, "patch %d is %d", t, ids[t]);
    mask_close(m);
}

/* The last of the walk instead of the first; it has one name, and no control beside. */
Test(orders, suffix_is_the_prefix_turned_round)
{
    int   ids[196];
    Err   err;
    Mask *m = must_open("spiral:select=suffix", 14, 14), *none;
    mask_draw(m, ids, &(MaskView){ .progress = 0 }, 0, 0, 0, 49);
    for (int t = 0; t < 49; t++) {
        int last = 0;
        for (int k = 196 - 49; k < 196; k++) last |= mask_order(m)[k] == ids[t];
        cr_expect(last, "patch %d", ids[t]);
    }
    cr_expect_str_eq(mask_spec(m), "spiral:select=suffix");
    cr_expect(mask_fixed(m));
    mask_close(m);
    m = must_open("spiral:select=prefix,control=inverted", 14, 14);
    cr_expect_str_eq(mask_spec(m), "spiral:select=suffix");
    mask_close(m);
    m = must_open("sma:select=suffix", 14, 14);
    cr_expect_str_eq(mask_spec(m), "sma:control=inverted");
    mask_close(m);
    cr_expect_eq(strategy_open(&none, "sma:select=suffix,control=shuffled", 14, 14, &err),
                 STATUS_CONFIG);
}
