/* Strategies that show whole groups of patches: lines, tubes, squares, cells. */
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

enum { IMAGES = 20 };

static int row(int y, int x, int rows, int cols)
{
    return (void)x, (void)rows, (void)cols, y;
}
static int column(int y, int x, int rows, int cols)
{
    return (void)y, (void)rows, (void)cols, x;
}
static int place_of_three(int y, int x, int rows, int cols)
{
    int high = (rows + 2) / 3;
    return y % high * cols + x;
}
static int square_of_two(int y, int x, int rows, int cols)
{
    return (void)rows, y / 2 * cols + x / 2;
}
static int square_of_three(int y, int x, int rows, int cols)
{
    return (void)rows, y / 3 * cols + x / 3;
}

static const struct {
    const char *spec;
    int (*group)(int y, int x, int rows, int cols);
} grouped[] = {
    { "rows", row },
    { "columns", column },
    { "tube:frames=3", place_of_three },
    { "aligned", square_of_two },
    { "aligned:side=3", square_of_three },
};
enum { GROUPED = sizeof grouped / sizeof *grouped };

/* Visible patches of each group, and patches of each. */
static void count(int shown[MOST_L], int of[MOST_L], const int *ids, int which, int rows,
                  int cols, int K)
{
    memset(shown, 0, MOST_L * sizeof *shown);
    memset(of, 0, MOST_L * sizeof *of);
    for (int i = 0; i < rows * cols; i++) {
        int group = grouped[which].group(ids[i] / cols, ids[i] % cols, rows, cols);
        of[group]++;
        shown[group] += i < K;
    }
}

ParameterizedTestParameters(groups, at_most_one_in_part)
{
    static int index[GROUPED];
    for (int i = 0; i < GROUPED; i++) index[i] = i;
    return cr_make_param_array(int, index, GROUPED);
}
ParameterizedTest(int *g, groups, at_most_one_in_part)
{
    int ids[MOST_L], shown[MOST_L], of[MOST_L], K[COUNTS];
    for (int i = 0; i < GRIDS; i++) {
        int   rows = usual_grids[i][0], cols = usual_grids[i][1];
        Mask *m = must_open(grouped[*g].spec, rows, cols);
        usual_counts(K, rows * cols);
        for (int k = 0; k < COUNTS; k++)
            for (uint64_t image = 0; image < IMAGES; image++) {
                int parts = 0;
                mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, image, K[k]);
                count(shown, of, ids, *g, rows, cols, K[k]);
                for (int n = 0; n < rows * cols; n++)
                    parts += shown[n] && shown[n] < of[n];
                cr_expect(parts <= 1, "%s %dx%d K %d: %d groups in part",
                          grouped[*g].spec, rows, cols, K[k], parts);
            }
        mask_close(m);
    }
}

/* Between cells the counts of visible patches differ by one at most. */
Test(groups, uniform_is_even)
{
    int   ids[196];
    Mask *m = must_open("uniform", 14, 14);
    for (int K = 1; K < 196; K += 9)
        for (uint64_t image = 0; image < IMAGES; image++) {
            int shown[49] = { 0 };
            mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, image, K);
            for (int t = 0; t < K; t++) shown[ids[t] / 28 * 7 + ids[t] % 14 / 2]++;
            for (int c = 0; c < 49; c++)
                cr_expect(shown[c] == K / 49 || shown[c] == K / 49 + 1,
                          "K %d: %d in a cell", K, shown[c]);
        }
    mask_close(m);
}

/* In four frames every place of a frame is visible exactly once. */
Test(groups, running_cells_take_turns)
{
    enum { FRAMES = 4, HIGH = 6, WIDE = 8, PLACES = HIGH * WIDE };
    int   ids[FRAMES * PLACES], first[PLACES] = { 0 };
    Mask *m = must_open("running:frames=4", FRAMES * HIGH, WIDE);
    for (uint64_t image = 0; image < 100; image++) {
        int seen[PLACES] = { 0 };
        mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, image, PLACES);
        for (int t = 0; t < PLACES; t++) {
            seen[ids[t] % PLACES]++;
            first[ids[t] % PLACES] += ids[t] < PLACES;
        }
        for (int i = 0; i < PLACES; i++)
            cr_expect_eq(seen[i], 1, "place %d: %d", i, seen[i]);
    }
    for (int i = 0; i < PLACES; i++) /* 25 +- 4.3 */
        cr_expect(first[i] > 5 && first[i] < 45, "place %d: %d of 100", i, first[i]);
    mask_close(m);
}

/* Their authors' programs never hide, or never show, the last row and column. */
Test(groups, blocks_reach_the_last_row_and_column)
{
    int   ids[196], hidden = 0, shown = 0;
    Mask *targets = must_open("multiblock", 14, 14);
    Mask *square = must_open("block-inverse", 14, 14);
    for (uint64_t image = 0; image < 2000; image++) {
        mask_draw(targets, ids, &(MaskView){ 0 }, 1, 0, image, 160); /* one block */
        hidden += ids[195] == 195;
        mask_draw(square, ids, &(MaskView){ 0 }, 1, 0, image, 49);
        shown += ids[48] == 195;
    }
    cr_expect(hidden > 5, "hidden %d times", hidden);
    cr_expect(shown > 0 && shown < 65, "%d of 2000, not 31 +- 5.5", shown);
    mask_close(targets), mask_close(square);
}

Test(groups, targets_are_whole_rectangles)
{
    int   ids[196], least = 196, most = 0;
    Mask *m = must_open("multiblock:least=0.2,most=0.2,narrow=1,wide=1", 14, 14);
    for (uint64_t image = 0; image < 200; image++) { /* 39 patches: 6 x 6 */
        mask_draw(m, ids, &(MaskView){ 0 }, 1, 0, image, 196 - 36);
        int top = 14, bottom = 0, left = 14, right = 0;
        for (int t = 160; t < 196; t++) {
            int y = ids[t] / 14, x = ids[t] % 14;
            top = y < top ? y : top, bottom = y > bottom ? y : bottom;
            left = x < left ? x : left, right = x > right ? x : right;
        }
        int area = (bottom - top + 1) * (right - left + 1);
        least = area < least ? area : least, most = area > most ? area : most;
    }
    cr_expect(least == 36 && most == 36, "%d to %d patches", least, most);
    mask_close(m);
}
