#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 3, L = 50, K = 6 };

/* Another order in each image; losses that are often equal. */
static Visible fill(int ids[N * L], real losses[N * L])
{
    for (int n = 0; n < N; n++)
        for (int l = 0; l < L; l++) {
            ids[n * L + l] = (l * 7 + 11 * n) % L;
            losses[n * L + l] = (real)((l * 13 + n) % 17);
        }
    return (Visible){ .N = N, .L = L, .K = K, .ids = ids };
}

/* As it is written in the source: all ordered pairs, label and sign. */
static double slowly(const real *guess, const real *losses, const int *ids)
{
    double sum = 0, pairs = 0;
    for (int n = 0; n < N; n++)
        for (int a = K; a < L; a++)
            for (int b = K; b < L; b++) {
                int    i = n * L + ids[n * L + a], j = n * L + ids[n * L + b];
                double p = 1 / (1 + exp(-((double)guess[j] - (double)guess[i])));
                if (losses[i] == losses[j]) continue;
                sum -= losses[j] > losses[i] ? log(p + 1e-6) : log(1 - p + 1e-6);
                pairs++;
            }
    return sum / pairs;
}

Test(predict, order_loss_as_in_the_source)
{
    static int  ids[N * L];
    static real losses[N * L], values[N * L];
    Tape        t;
    Visible     v = fill(ids, losses);
    tape_open(&t, test_backend());
    Tensor *guess = test_constant(&t, 2, (int[]){ N, L }, 1);
    Tensor *cost = tape_constant(&t, 2, (int[]){ N, L });
    t.be->write(cost->data, losses, N * L);
    for (int round = 0; round < 2; round++) { /* then guesses that are surely wrong */
        t.be->read(values, guess->data, N * L);
        double loss = (double)*op_order_loss(&t, guess, cost, &v)->data;
        double want = slowly(values, losses, ids);
        cr_expect(fabs(loss - want) <= 2e-6 * want, "%.9f, slowly %.9f", loss, want);
        for (int i = 0; i < N * L; i++) values[i] = -30 * losses[i];
        t.be->write(guess->data, values, N * L);
    }
    tape_close(&t);
}

/* What a loss says of four patches, of which the third is visible. */
static double by_hand(Tensor *(*op)(Tape *, Tensor *, Tensor *, const Visible *),
                      const real guesses[4], const real losses[4])
{
    Tape       t;
    static int ids[] = { 2, 0, 1, 3 };
    Visible    v = { .N = 1, .L = 4, .K = 1, .ids = ids };
    tape_open(&t, test_backend());
    Tensor *guess = tape_constant(&t, 2, (int[]){ 1, 4 });
    Tensor *cost = tape_constant(&t, 2, (int[]){ 1, 4 });
    t.be->write(cost->data, losses, 4);
    t.be->write(guess->data, guesses, 4);
    double loss = (double)*op(&t, guess, cost, &v)->data;
    tape_close(&t);
    return loss;
}

/* The right order costs nothing, the wrong one -log(1e-6), no pair nothing. */
Test(predict, order_loss_by_hand)
{
    static const real right[] = { -100, 0, -99, 100 }, wrong[] = { 100, 0, -99, -100 };
    static const real losses[] = { 1, 2, 99, 3 }, equal[] = { 5, 5, 99, 5 };
    cr_expect_float_eq(by_hand(op_order_loss, right, losses), 0, 2e-6);
    cr_expect_float_eq(by_hand(op_order_loss, wrong, losses), -log(1e-6), 1e-4);
    cr_expect(by_hand(op_order_loss, wrong, equal) == 0);
}

/* Losses 1, 2, 3 are -1, 0, 1 to the predictor. */
Test(predict, size_loss_by_hand)
{
    static const real guesses[] = { -1, 3, 50, 0 }, losses[] = { 1, 2, 99, 3 };
    cr_expect_float_eq(by_hand(op_size_loss, guesses, losses), 10.0 / 3, 1e-5);
}
