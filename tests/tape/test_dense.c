/* The way back of the ops of detection and segmentation, against finite differences. */
#include "core/tape/dense.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>

#define OP(name, call) \
    static Tensor *name(Tape *t, Tensor *const *x) { return call; }

/* Within, across edges, outside, flat, of several samples a cell; of two images. */
static const real boxes[] = {
    4,  4,  13, 11, -9, -8, 12, 9,  20, 8, 60, 50, 90, 90,
    99, 99, 8,  8,  8,  20, 0,  0,  44, 36, 3, 3,  4,  5,
};
static const int  images[] = { 0, 1, 0, 1, 0, 1, 0 }, levels[] = { 0, 1, 1, 0, 0, 0, 1 };
static const Rois rois = { .count = 7, .image = images, .box = boxes, .level = levels };
static const Rois one_map = { .count = 7, .image = images, .box = boxes };

OP(roi_one, op_roi_align(t, x, (double[]){ 0.25 }, 1, &one_map, 2))
OP(roi_two, op_roi_align(t, x, (double[]){ 0.25, 0.125 }, 2, &rois, 3))

OP(to_windows, op_to_windows(t, x[0], 2))
OP(from_windows, op_from_windows(t, x[0], 3, 5))
OP(windows_twice, op_add(t, op_to_windows(t, x[0], 3), op_to_windows(t, x[0], 3)))

OP(relative_3_4, op_relative_attention(t, x[0], 2, 3, 4, x[1], x[2]))
OP(relative_row, op_relative_attention(t, x[0], 1, 1, 5, x[1], x[2]))
OP(relative_9_9, op_relative_attention(t, x[0], 1, 9, 9, x[1], x[2]))
OP(relative_7_7, op_relative_attention(t, x[0], 2, 7, 7, x[1], x[2]))
OP(table_3_4, op_table_attention(t, x[0], 2, 3, 4, x[1]))
OP(table_9_9, op_table_attention(t, x[0], 1, 9, 9, x[1]))

/* Where gradients lie in place of qkv, and where one table is for two. */
static Tensor *relative_over(Tape *t, Tensor *const *x)
{
    Tensor *qkv = op_linear(t, x[0], x[1], NULL);
    return op_relative_attention(t, qkv, 2, 2, 3, x[2], x[3]);
}

static Tensor *table_over_twice(Tape *t, Tensor *const *x)
{
    Tensor *y = op_table_attention(t, op_linear(t, x[0], x[1], NULL), 2, 2, 2, x[2]);
    Tensor *z = op_table_attention(t, op_linear(t, x[0], x[3], NULL), 2, 2, 2, x[2]);
    return op_add(t, y, z);
}

/* Tables are constant, or what is attended to. */
static Tensor *relative_alone(Tape *t, Tensor *const *x)
{
    Tensor *rows = test_constant(t, 2, (int[]){ 3, 2 }, 71);
    Tensor *cols = test_constant(t, 2, (int[]){ 5, 2 }, 72);
    return op_relative_attention(t, x[0], 2, 2, 3, rows, cols);
}

static Tensor *tables_alone(Tape *t, Tensor *const *x)
{
    Tensor *qkv = test_constant(t, 3, (int[]){ 2, 6, 12 }, 73);
    return op_add(t, op_relative_attention(t, qkv, 2, 2, 3, x[0], x[1]),
                  op_table_attention(t, qkv, 2, 2, 3, x[2]));
}

static const int     some_at[] = { 5, 0, 11, 7, 5 }; /* one of them twice */
static const real    some_values[] = { R(0.4), 1, 0, R(0.7), 1 };
static const real    far[] = { 4, -4, 5, -5, R(-3.5) };
static const Targets some = { 5, some_at, some_values }, none = { 0, NULL, NULL };
static const Targets beyond = { 5, some_at, far };
static const int     labels[] = { 2, 255, 0, 2 };

OP(sigmoid_ce, op_sigmoid_cross_entropy(t, x[0], &some, 3))
OP(l1, op_smooth_l1(t, x[0], &beyond, 0, 2))
OP(smooth_l1_far, op_smooth_l1(t, x[0], &beyond, 0.5, 2))
OP(smooth_l1_near, op_smooth_l1(t, x[0], &beyond, 50, 2))
OP(label_ce, op_label_cross_entropy(t, x[0], labels, 255, 4))
OP(label_ce_map,
   op_label_cross_entropy(t, op_linear(t, x[0], x[1], NULL), labels, 255, 7))

static const GradCase cases[] = {
    { "roi_align, one map", roi_one, 4, { { 2, 9, 11, 2 } } },
    { "roi_align, two maps", roi_two, 4, { { 2, 6, 7, 3 }, { 2, 3, 4, 3 } } },
    { "to_windows, to the edge", to_windows, 4, { { 2, 4, 2, 3 } } },
    { "to_windows, over it", to_windows, 4, { { 2, 3, 5, 2 } } },
    { "to_windows, twice", windows_twice, 4, { { 1, 4, 5, 2 } } },
    { "from_windows", from_windows, 3, { { 6, 4, 3 } } },
    { "relative attention", relative_3_4, 3, { { 2, 12, 12 }, { 5, 2 }, { 7, 2 } } },
    { "relative attention, heads of 8", relative_3_4, 3,
      { { 1, 12, 48 }, { 5, 8 }, { 7, 8 } } },
    { "relative attention, a row", relative_row, 3, { { 2, 5, 9 }, { 1, 3 }, { 9, 3 } } },
    { "relative attention, 49 tokens", relative_7_7, 3,
      { { 1, 49, 6 }, { 13, 1 }, { 13, 1 } } },
    { "relative attention, two blocks", relative_9_9, 3,
      { { 1, 81, 3 }, { 17, 1 }, { 17, 1 } } },
    { "relative attention over a result", relative_over, 3,
      { { 2, 6, 3 }, { 48, 3 }, { 3, 8 }, { 5, 8 } } },
    { "relative attention, tables constant", relative_alone, 3, { { 2, 6, 12 } } },
    { "tables alone", tables_alone, 2, { { 3, 2 }, { 5, 2 }, { 15, 2 } } },
    { "table attention", table_3_4, 3, { { 2, 12, 12 }, { 35, 2 } } },
    { "table attention, class token", table_3_4, 3, { { 2, 13, 12 }, { 38, 2 } } },
    { "table attention, two blocks", table_9_9, 3, { { 1, 82, 3 }, { 292, 1 } } },
    { "table attention, one table", table_over_twice, 3,
      { { 2, 4, 3 }, { 12, 3 }, { 9, 2 }, { 12, 3 } } },
    { "sigmoid_cross_entropy", sigmoid_ce, 2, { { 3, 4 } } },
    { "smooth_l1, beta 0", l1, 2, { { 3, 4 } } },
    { "smooth_l1, straight", smooth_l1_far, 2, { { 3, 4 } } },
    { "smooth_l1, bent", smooth_l1_near, 2, { { 3, 4 } } },
    { "label_cross_entropy", label_ce, 2, { { 4, 5 } } },
    { "label_cross_entropy over a result", label_ce_map, 4,
      { { 1, 2, 2, 3 }, { 5, 3 } } },
};
enum { N_CASES = sizeof cases / sizeof *cases };

ParameterizedTestParameters(dense, gradient)
{
    static int index[N_CASES];
    for (int i = 0; i < N_CASES; i++) index[i] = i;
    return cr_make_param_array(int, index, N_CASES);
}

ParameterizedTest(int *i, dense, gradient)
{
    double off = gradcheck(&cases[*i], 50 + (uint64_t)*i);
    cr_expect(off <= GRAD_LIMIT, "%s: off by %.2e, allowed %.0e", cases[*i].name, off,
              GRAD_LIMIT);
}

/* Nothing to learn from is a loss of 0 and gradients of 0, not of whatever was there. */
Test(dense, nothing_to_learn)
{
    Tape t;
    real values[4] = { 1, 2, 3, 4 }, grad[4] = { 5, 6, 7, 8 }, loss = 1;
    tape_open(&t, test_backend());
    Tensor x = { .rank = 1, .dim = { 4 }, .wants_grad = true, .data = values,
                 .grad = grad };
    tape_backward(&t, op_sigmoid_cross_entropy(&t, &x, &none, 3));
    x.has_grad = false;
    Tensor *y = op_smooth_l1(&t, &x, &none, 0, 3);
    t.be->read(&loss, y->data, 1);
    tape_backward(&t, y);
    cr_expect(loss == 0);
    for (int i = 0; i < 4; i++)
        cr_expect(grad[i] == 0, "gradient %d is %g", i, (double)grad[i]);
    tape_close(&t);
}

static void one_region(int image, int level, real x1)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor    *map = test_constant(&t, 4, (int[]){ 2, 3, 3, 1 }, 70);
    const Rois r = { 1, &image, (real[]){ 0, 0, x1, 4 }, &level };
    op_roi_align(&t, &map, (double[]){ 0.25 }, 1, &r, 2);
    tape_close(&t);
}

Test(dense, region_of_an_image_that_is_not_there, .signal = SIGABRT)
{
    one_region(2, 0, 4);
}
Test(dense, region_of_a_map_that_is_not_there, .signal = SIGABRT) { one_region(1, 1, 4); }
Test(dense, region_that_never_ends, .signal = SIGABRT) { one_region(1, 0, R(1e9)); }

Test(dense, label_of_no_class, .signal = SIGABRT)
{
    Tape t;
    tape_open(&t, test_backend());
    op_label_cross_entropy(&t, test_constant(&t, 2, (int[]){ 1, 3 }, 70), (int[]){ 3 },
                           255, 1);
}
