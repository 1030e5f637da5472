/* Norms and softmax: what they promise of their rows. */
#include "core/tape/maps.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>

#ifdef REAL_IS_DOUBLE
static const double OFF = 1e-12;
#else
static const double OFF = 1e-5; /* measured 2e-6 */
#endif

enum { ROWS = 9, MOST = 70 };

static const int widths[] = { 2, 5, 8, 16, 33, 70 };
enum { N_WIDTHS = sizeof widths / sizeof *widths };

static Tensor *rows_of(Tape *t, int cols, uint64_t stream)
{
    return test_constant(t, 2, (int[]){ ROWS, cols }, stream);
}

/* Mean 0 and variance var / (var + 1e-6) before gain and bias, also where the
 * mean is a thousand times the deviation. */
Test(norm, rows_have_mean_0_and_variance_1)
{
    Tape t;
    tape_open(&t, test_backend());
    for (int w = 0; w < N_WIDTHS; w++) {
        int     D = widths[w];
        Tensor *x = rows_of(&t, D, 1), *gain = tape_constant(&t, 1, &D);
        Tensor *bias = tape_constant(&t, 1, &D);
        for (int i = 0; i < ROWS * D; i++) x->data[i] += 1000;
        for (int j = 0; j < D; j++) gain->data[j] = 2, bias->data[j] = (real)j;
        const real *y = op_norm(&t, x, gain, bias, 1e-6)->data;
        for (int i = 0; i < ROWS; i++) {
            double sum = 0, square = 0;
            for (int j = 0; j < D; j++) {
                double z = ((double)y[i * D + j] - j) / 2;
                sum += z, square += z * z;
            }
            cr_expect(fabs(sum / D) <= 100 * OFF, "width %d: mean %g", D, sum / D);
            cr_expect(fabs(square / D - 1) <= 1e-3, "width %d: variance %g", D, square / D);
        }
    }
    tape_close(&t);
}

Test(norm, constant_row_becomes_the_bias)
{
    Tape t;
    int  D = 19;
    tape_open(&t, test_backend());
    Tensor *x = rows_of(&t, D, 1), *gain = test_constant(&t, 1, &D, 2);
    Tensor *bias = test_constant(&t, 1, &D, 3);
    for (int i = 0; i < ROWS * D; i++) x->data[i] = R(0.25);
    const real *y = op_norm(&t, x, gain, bias, 1e-6)->data;
    for (int i = 0; i < ROWS * D; i++) cr_expect(y[i] == bias->data[i % D]);
    tape_close(&t);
}

/* Of a row whose variance is 1e-8 it decides nearly all. */
Test(norm, eps_is_the_given_one)
{
    Tape t;
    int  D = 32;
    tape_open(&t, test_backend());
    Tensor *x = tape_constant(&t, 1, &D), *gain = tape_constant(&t, 1, &D);
    Tensor *bias = tape_constant(&t, 1, &D);
    for (int j = 0; j < D; j++)
        x->data[j] = j % 2 ? R(1e-4) : R(-1e-4), gain->data[j] = 1, bias->data[j] = 0;
    double small = (double)op_norm(&t, x, gain, bias, 1e-12)->data[1];
    double large = (double)op_norm(&t, x, gain, bias, 1e-6)->data[1];
    cr_expect(fabs(small - 1 / sqrt(1 + 1e-4)) <= OFF, "%g", small);
    cr_expect(fabs(large - 1 / sqrt(1 + 1e2)) <= OFF, "%g", large);
    tape_close(&t);
}

Test(norm, linear_of_norm_equals_the_two)
{
    Tape t;
    int  D = 37, O = 21;
    tape_open(&t, test_backend());
    Tensor *x = rows_of(&t, D, 1), *gain = test_constant(&t, 1, &D, 2);
    Tensor *bias = test_constant(&t, 1, &D, 3), *b = test_constant(&t, 1, &O, 4);
    Tensor *w = test_constant(&t, 2, (int[]){ O, D }, 5);
    const real *one = op_norm_linear(&t, x, gain, bias, 1e-6, w, b)->data;
    const real *two = op_linear(&t, op_norm(&t, x, gain, bias, 1e-6), w, b)->data;
    for (int i = 0; i < ROWS * O; i++)
        cr_expect(fabs((double)one[i] - (double)two[i]) <= OFF, "[%d]", i);
    tape_close(&t);
}

Test(norm, batch_norm_moves_its_running_statistics)
{
    Tape t;
    int  D = 5;
    tape_open(&t, test_backend());
    Tensor *x = rows_of(&t, D, 1), *mean = test_constant(&t, 1, &D, 2);
    Tensor *var = tape_constant(&t, 1, &D);
    for (int j = 0; j < D; j++) var->data[j] = 2;
    real    was[5];
    t.be->read(was, mean->data, 5);
    const real *y = op_batch_norm(&t, x, mean, var, true, 0.1)->data;
    for (int j = 0; j < D; j++) {
        double m = 0, v = 0;
        for (int i = 0; i < ROWS; i++) m += (double)x->data[i * D + j] / ROWS;
        for (int i = 0; i < ROWS; i++) v += pow((double)x->data[i * D + j] - m, 2);
        cr_expect(fabs((double)mean->data[j] - (0.9 * (double)was[j] + 0.1 * m)) <= OFF);
        cr_expect(fabs((double)var->data[j] - (0.9 * 2 + 0.1 * v / (ROWS - 1))) <= OFF);
        double z = ((double)x->data[j] - m) / sqrt(v / ROWS + 1e-6);
        cr_expect(fabs((double)y[j] - z) <= OFF, "column %d", j);
    }
    real kept = mean->data[0];
    y = op_batch_norm(&t, x, mean, var, false, 0.1)->data;
    double z = ((double)x->data[0] - (double)kept) / sqrt((double)var->data[0] + 1e-6);
    cr_expect(mean->data[0] == kept && fabs((double)y[0] - z) <= OFF);
    tape_close(&t);
}

/* Sums to 1, keeps the order, does not care for a constant. */
Test(norm, softmax)
{
    Tape t;
    tape_open(&t, test_backend());
    for (int w = 0; w < N_WIDTHS; w++) {
        int     D = widths[w];
        Tensor *x = rows_of(&t, D, 1), *moved = rows_of(&t, D, 1);
        for (int i = 0; i < ROWS * D; i++) moved->data[i] += 500;
        const real *y = op_softmax(&t, x)->data, *z = op_softmax(&t, moved)->data;
        for (int i = 0; i < ROWS; i++) {
            double sum = 0;
            for (int j = i * D; j < (i + 1) * D; j++) {
                sum += (double)y[j];
                cr_expect(fabs((double)y[j] - (double)z[j]) <= 1e-4, "moved by 500");
                double ratio = exp((double)x->data[j] - (double)x->data[i * D]);
                cr_expect(fabs((double)y[j] - ratio * (double)y[i * D]) <= OFF);
            }
            cr_expect(fabs(sum - 1) <= OFF, "width %d: sum %g", D, sum);
        }
    }
    tape_close(&t);
}

Test(norm, gelu_by_hand)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *x = tape_constant(&t, 1, (int[]){ 5 });
    t.be->write(x->data, (real[]){ 0, 1, -1, 3, -40 }, 5);
    const real  *y = op_gelu(&t, x)->data;
    const double want[] = { 0, 0.841344746068543, -0.158655253931457, 2.99595030590511, 0 };
    for (int i = 0; i < 5; i++)
        cr_expect(fabs((double)y[i] - want[i]) <= 1e-6, "gelu(%g) = %.9f",
                  (double)x->data[i], (double)y[i]);
    tape_close(&t);
}

Test(norm, gelu_linear_add_equals_the_three)
{
    Tape t;
    int  D = 23, O = 10;
    tape_open(&t, test_backend());
    Tensor *h = rows_of(&t, D, 1), *residual = rows_of(&t, O, 2);
    Tensor *w = test_constant(&t, 2, (int[]){ O, D }, 3), *b = test_constant(&t, 1, &O, 4);
    const real *one = op_gelu_linear_add(&t, h, w, b, residual)->data;
    const real *two = op_add(&t, residual, op_linear(&t, op_gelu(&t, h), w, b))->data;
    for (int i = 0; i < ROWS * O; i++)
        cr_expect(fabs((double)one[i] - (double)two[i]) <= OFF, "[%d]", i);
    tape_close(&t);
}
