/* Where each row goes, told apart by its values. */
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* 2 images, 3 channels, 4 x 6 pixels, patches of 2: L 6 in a grid of 2 x 3.
 * A pixel's value tells its image, channel, row and column. */
enum { N = 2, C = 3, ROWS = 4, COLS = 6, PX = 2, L = 6, K = 2, D = 5 };

static const int     ids[N * L] = { 1, 5, 0, 2, 3, 4, 0, 3, 1, 2, 4, 5 };
static const Visible some = { .N = N, .L = L, .K = K, .ids = ids };

static double pixel(int n, int c, int y, int x) { return 1000 * n + 100 * c + 10 * y + x; }

static Tensor *images(Tape *t)
{
    Tensor *im = tape_constant(t, 4, (int[]){ N, C, ROWS, COLS });
    real   *to = im->data;
    for (int n = 0; n < N; n++)
        for (int c = 0; c < C; c++)
            for (int y = 0; y < ROWS; y++)
                for (int x = 0; x < COLS; x++) *to++ = (real)pixel(n, c, y, x);
    return im;
}

Test(rows, visible_patches_are_channel_row_column)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *y = op_take_patches(&t, images(&t), &some, PX);
    cr_expect(y->dim[0] == N && y->dim[1] == K && y->dim[2] == C * PX * PX);
    const real *at = y->data;
    for (int n = 0; n < N; n++)
        for (int k = 0; k < K; k++)
            for (int c = 0; c < C; c++)
                for (int i = 0; i < PX; i++)
                    for (int j = 0; j < PX; j++) {
                        int id = ids[n * L + k];
                        cr_expect((double)*at++ ==
                                  pixel(n, c, id / 3 * PX + i, id % 3 * PX + j));
                    }
    tape_close(&t);
}

Test(rows, targets_are_row_column_channel)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *y = op_target_patches(&t, images(&t), PX, false);
    cr_expect(y->dim[1] == L && y->dim[2] == PX * PX * C);
    const real *at = y->data;
    for (int n = 0; n < N; n++)
        for (int l = 0; l < L; l++)
            for (int i = 0; i < PX; i++)
                for (int j = 0; j < PX; j++)
                    for (int c = 0; c < C; c++)
                        cr_expect((double)*at++ ==
                                  pixel(n, c, l / 3 * PX + i, l % 3 * PX + j));
    tape_close(&t);
}

Test(rows, normalized_targets_have_mean_0_and_unbiased_variance_1)
{
    enum { P = PX * PX * C };
    Tape t;
    tape_open(&t, test_backend());
    Tensor *im = test_constant(&t, 4, (int[]){ N, C, ROWS, COLS }, 1);
    Tensor *raw = op_target_patches(&t, im, PX, false);
    Tensor *y = op_target_patches(&t, im, PX, true);
    for (int l = 0; l < N * L; l++) {
        double mean = 0, var = 0;
        for (int i = 0; i < P; i++) mean += (double)raw->data[l * P + i] / P;
        for (int i = 0; i < P; i++) var += pow((double)raw->data[l * P + i] - mean, 2);
        for (int i = 0; i < P; i++) {
            double want = ((double)raw->data[l * P + i] - mean) / sqrt(var / (P - 1) + 1e-6);
            cr_expect(fabs((double)y->data[l * P + i] - want) <= 1e-5);
        }
    }
    tape_close(&t);
}

Test(rows, tokens_carry_their_own_position)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *x = test_constant(&t, 3, (int[]){ N, K, D }, 1);
    Tensor *cls = test_constant(&t, 3, (int[]){ 1, 1, D }, 2);
    Tensor *pos = test_constant(&t, 3, (int[]){ 1, L + 1, D }, 3);
    const real *y = op_tokens(&t, x, cls, pos, &some)->data;
    for (int n = 0; n < N; n++)
        for (int k = -1; k < K; k++)
            for (int c = 0; c < D; c++) {
                real from = k < 0 ? cls->data[c] : x->data[(n * K + k) * D + c];
                int  place = k < 0 ? 0 : 1 + ids[n * L + k];
                cr_expect(y[(n * (K + 1) + k + 1) * D + c] ==
                          from + pos->data[place * D + c]);
            }
    tape_close(&t);
}

Test(rows, hidden_targets_are_those_of_the_hidden)
{
    enum { P = PX * PX * C, M = L - K - 1 };
    const Visible v = { .N = N, .L = L, .K = K, .ids = ids, .thrown = 1 };
    Tape          t;
    tape_open(&t, test_backend());
    Tensor *all = op_target_patches(&t, images(&t), PX, true);
    Tensor *y = op_target_hidden(&t, images(&t), &v, PX, true);
    cr_expect(y->dim[1] == M && y->dim[2] == P);
    for (int n = 0; n < N; n++)
        for (int m = 0; m < M; m++)
            cr_expect(!memcmp(y->data + (n * M + m) * P,
                              all->data + (n * L + ids[n * L + K + m]) * P, P * sizeof(real)));
    tape_close(&t);
}

/* The class token, the visible, then masks, each with its position. */
Test(rows, restore_has_the_hidden_last)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor *x = test_constant(&t, 3, (int[]){ N, K + 1, D }, 1);
    Tensor *mask = test_constant(&t, 3, (int[]){ 1, 1, D }, 2);
    Tensor *pos = test_constant(&t, 3, (int[]){ 1, L + 1, D }, 3);
    const real *y = op_spread(&t, op_restore(&t, x, mask, pos, &some), &some)->data;
    for (int n = 0; n < N; n++)
        for (int k = -1; k < L; k++) {
            const real *from = k < K ? x->data + (n * (K + 1) + k + 1) * D : mask->data;
            int         place = k < 0 ? 0 : 1 + ids[n * L + k];
            for (int c = 0; c < D; c++)
                cr_expect(y[(n * (L + 1) + k + 1) * D + c] ==
                          from[c] + pos->data[place * D + c], "image %d, patch %d", n, k);
        }
    tape_close(&t);
}

Test(rows, places_are_those_of_ids)
{
    const Visible v = { .N = N, .L = L, .K = K, .ids = ids, .thrown = 2 };
    Tape          t;
    tape_open(&t, test_backend());
    Tensor     *x = test_constant(&t, 3, (int[]){ N, L - 2 + 1, D }, 1);
    const real *y = op_to_places(&t, x, &v)->data;
    for (int n = 0; n < N; n++)
        for (int k = -1; k < L; k++)
            for (int c = 0; c < D; c++) {
                int  place = k < 0 ? 0 : 1 + ids[n * L + k];
                real want = k < L - 2 ? x->data[(n * (L - 1) + k + 1) * D + c] : 0;
                cr_expect(y[(n * (L + 1) + place) * D + c] == want);
            }
    tape_close(&t);
}

Test(rows, class_and_patches_part)
{
    Tape t;
    tape_open(&t, test_backend());
    Tensor     *x = test_constant(&t, 3, (int[]){ N, L + 1, D }, 1);
    const real *first = op_take_class(&t, x)->data, *rest = op_drop_class(&t, x)->data;
    const real *last = op_last_rows(&t, x, 2)->data;
    const real *mean = op_mean_patches(&t, x)->data;
    for (int n = 0; n < N; n++)
        for (int c = 0; c < D; c++) {
            const real *image = x->data + n * (L + 1) * D;
            double      sum = 0;
            cr_expect(first[n * D + c] == image[c]);
            cr_expect(last[n * 2 * D + c] == image[(L - 1) * D + c]);
            for (int l = 0; l < L; l++) {
                cr_expect(rest[(n * L + l) * D + c] == image[(l + 1) * D + c]);
                sum += (double)image[(l + 1) * D + c];
            }
            cr_expect(fabs((double)mean[n * D + c] - sum / L) <= 1e-6);
        }
    tape_close(&t);
}
