/* Norms of channels, pools and resizing: what they promise, by the obvious loops. */
#include "core/base/threads.h"
#include "core/tape/maps.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#ifdef REAL_IS_DOUBLE
static const double OFF = 1e-12;
#else
static const double OFF = 2e-5;
#endif

enum { N = 2, H = 9, W = 7, C = 36 }; /* more channels than a line has */

static double pixel(const Tensor *x, int n, int i, int j, int c)
{
    const int *d = x->dim;
    return (double)x->data[((n * d[1] + i) * d[2] + j) * d[3] + c];
}

/* The greater of off and |by|; NaN is kept. */
static double worse(double off, double by) { return fabs(by) <= off ? off : fabs(by); }

static Tensor *map(Tape *t, double around)
{
    Tensor *x = test_constant(t, 4, (int[]){ N, H, W, C }, 1);
    for (size_t i = 0; i < tensor_count(x); i++) x->data[i] += (real)around;
    return x;
}

static Tape open_tape(void)
{
    Tape t;
    threads_set(2);
    tape_open(&t, test_backend());
    return t;
}

/* Mean and 1 / sqrt(var + 1e-5) of channels [from, end) of images [n, last). */
typedef struct {
    double mean, scale;
} Stats;

static Stats stats_of(const Tensor *x, int n, int last, int from, int end)
{
    double count = (double)(last - n) * H * W * (end - from), sum = 0, square = 0;
    for (int m = n; m < last; m++)
        for (int q = 0; q < H * W; q++)
            for (int c = from; c < end; c++) sum += pixel(x, m, q / W, q % W, c);
    for (int m = n; m < last; m++)
        for (int q = 0; q < H * W; q++)
            for (int c = from; c < end; c++)
                square += pow(pixel(x, m, q / W, q % W, c) - sum / count, 2);
    return (Stats){ sum / count, 1 / sqrt(square / count + 1e-5) };
}

/* Also where the mean is a hundred times the deviation. */
Test(channels, group_norm)
{
    Tape    t = open_tape();
    Tensor *x = map(&t, 100), *gain = test_constant(&t, 1, (int[]){ C }, 2);
    Tensor *bias = test_constant(&t, 1, (int[]){ C }, 3);
    for (int g = 0; g < 3; g++) {
        int     groups = (int[]){ 1, 4, C }[g], width = C / groups;
        Tensor *y = op_group_norm(&t, x, gain, bias, groups);
        double  off = 0;
        for (int n = 0; n < N; n++)
            for (int c = 0; c < C; c++) {
                int   from = c / width * width;
                Stats s = stats_of(x, n, n + 1, from, from + width);
                for (int q = 0; q < H * W; q++) {
                    double z = (pixel(x, n, q / W, q % W, c) - s.mean) * s.scale;
                    double want = z * (double)gain->data[c] + (double)bias->data[c];
                    off = worse(off, pixel(y, n, q / W, q % W, c) - want);
                }
            }
        cr_expect(off <= 20 * OFF, "%d groups: off by %g", groups, off);
    }
    tape_close(&t);
}

Test(channels, batch_norm_of_maps)
{
    Tape    t = open_tape();
    Tensor *x = map(&t, 3), *gain = test_constant(&t, 1, (int[]){ C }, 2);
    Tensor *bias = test_constant(&t, 1, (int[]){ C }, 3);
    Tensor *mean = test_constant(&t, 1, (int[]){ C }, 4);
    Tensor *var = tape_constant(&t, 1, (int[]){ C });
    real    was[C];
    for (int c = 0; c < C; c++) was[c] = mean->data[c], var->data[c] = 2;
    Tensor *y = op_map_norm(&t, x, gain, bias, mean, var, true, 0.1);
    for (int c = 0; c < C; c++) {
        Stats  s = stats_of(x, 0, N, c, c + 1);
        double n = N * H * W, v = (1 / (s.scale * s.scale) - 1e-5) * n / (n - 1);
        double moved = 0.9 * (double)was[c] + 0.1 * s.mean;
        cr_expect(fabs((double)mean->data[c] - moved) <= OFF);
        cr_expect(fabs((double)var->data[c] - 0.9 * 2 - 0.1 * v) <= OFF);
        double z = (pixel(x, 1, 2, 3, c) - s.mean) * s.scale;
        double want = z * (double)gain->data[c] + (double)bias->data[c];
        cr_expect(fabs(pixel(y, 1, 2, 3, c) - want) <= OFF, "channel %d", c);
    }
    y = op_map_norm(&t, x, gain, bias, mean, var, false, 0.1);
    for (int c = 0; c < C; c++) {
        double z = (pixel(x, 1, 2, 3, c) - (double)mean->data[c]) /
                   sqrt((double)var->data[c] + 1e-5);
        double want = z * (double)gain->data[c] + (double)bias->data[c];
        cr_expect(fabs(pixel(y, 1, 2, 3, c) - want) <= OFF, "channel %d", c);
    }
    tape_close(&t);
}

Test(channels, pools)
{
    Tape    t = open_tape();
    Tensor *x = map(&t, 0), *largest = op_max_pool(&t, x, 3, 2);
    Tensor *mean = op_mean_pool(&t, x, 4);
    double  off = 0, off_mean = 0;
    for (int n = 0; n < N; n++)
        for (int c = 0; c < C; c++) {
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 3; j++) {
                    double most = -1e9;
                    for (int q = 0; q < 9; q++)
                        most = fmax(most, pixel(x, n, 2 * i + q / 3, 2 * j + q % 3, c));
                    off = worse(off, pixel(largest, n, i, j, c) - most);
                }
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 4; j++) {
                    double sum = 0, count = 0;
                    for (int u = 0; u < H; u++)
                        for (int v = 0; v < W; v++)
                            if ((u + 1) * 4 > i * H && u * 4 < (i + 1) * H &&
                                (v + 1) * 4 > j * W && v * 4 < (j + 1) * W)
                                sum += pixel(x, n, u, v, c), count++;
                    off_mean = worse(off_mean, pixel(mean, n, i, j, c) - sum / count);
                }
        }
    cr_expect(off <= 0, "the largest are off by %g", off);
    cr_expect(off_mean <= OFF, "means are off by %g", off_mean);
    tape_close(&t);
}

Test(channels, dropped)
{
    Tape    t = open_tape();
    Tensor *x = map(&t, 0), *kept = test_constant(&t, 2, (int[]){ N, C }, 2);
    Tensor *y = op_drop_channels(&t, x, kept);
    for (int i = 0; i < N * H * W * C; i++)
        cr_assert(y->data[i] == x->data[i] * kept->data[i / (H * W * C) * C + i % C]);
    tape_close(&t);
}

Test(channels, first_of_equal_ones_gets_the_gradient)
{
    Tape  t = open_tape();
    Arena leaves;
    arena_open(&leaves, "leaves", NULL, NULL);
    Tensor *x = tensor_new(&leaves, &leaves, 4, (int[]){ 1, 2, 2, 1 }, true);
    for (int i = 0; i < 4; i++) x->data[i] = i ? 3 : 2;
    Tensor *w = tape_constant(&t, 1, (int[]){ 1 });
    w->data[0] = 5;
    tape_backward(&t, op_dot(&t, op_max_pool(&t, x, 2, 2), w));
    for (int i = 0; i < 4; i++) cr_expect(x->grad[i] == (i == 1 ? 5 : 0), "%d", i);
    arena_close(&leaves);
    tape_close(&t);
}

Test(channels, max_pool_keeps_nan)
{
    Tape    t = open_tape();
    Tensor *x = map(&t, 0);
    x->data[C + 1] = (real)NAN;
    Tensor *y = op_max_pool(&t, x, 2, 2);
    cr_expect(isnan(y->data[1]) && !isnan(y->data[0]));
    cr_expect(isnan(op_relu(&t, x)->data[C + 1]));
    tape_close(&t);
}

/* A plane stays a plane between the outermost centres, and beyond them what is there
 * goes on; the size it has already changes nothing. */
Test(channels, resize)
{
    enum { ROWS = 23, COLS = 5 };
    Tape    t = open_tape();
    Tensor *x = map(&t, 0), *plane = tape_constant(&t, 4, x->dim);
    for (int q = 0; q < N * H * W * C; q++) {
        int p = q / C;
        plane->data[q] = (real)(p / W % H + 10 * (p % W) + q % C);
    }
    Tensor *y = op_resize(&t, plane, ROWS, COLS), *same = op_resize(&t, x, H, W);
    double off = 0;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLS; j++) {
            double down = fmin(fmax((i + 0.5) * H / ROWS - 0.5, 0), H - 1);
            double across = fmin(fmax((j + 0.5) * W / COLS - 0.5, 0), W - 1);
            for (int c = 0; c < C; c++)
                off = worse(off, pixel(y, 1, i, j, c) - (down + 10 * across + c));
        }
    cr_expect(off <= 10 * OFF, "off by %g", off);
    cr_expect(!memcmp(same->data, x->data, tensor_count(x) * sizeof(real)));
    tape_close(&t);
}
