#include "tests/strategies/cases.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

const int grids[GRIDS][2] = { { 1, 37 },  { 7, 7 },  { 8, 8 },
                              { 14, 14 }, { 9, 27 }, { 32, 20 } };

void counts(int K[COUNTS], int L)
{
    static const double ratio[] = { 0.25, 0.5, 0.75, 0.9 };
    K[0] = 1, K[1] = L - 1;
    for (int i = 2; i < COUNTS; i++) K[i] = mask_visible(L, ratio[i - 2]);
}

int strategy_count(void)
{
    int n = 0;
    while (strategies[n].name) n++;
    return n;
}

Mask *must_open(const char *spec, int rows, int cols)
{
    Mask *m = NULL;
    Err   err;
    cr_assert(!strategy_open(&m, spec, rows, cols, &err), "%s", err.text);
    return m;
}

static void attend(float *row, int query, const float *liked, int rows, int cols)
{
    double sum = 0;
    int    L = rows * cols;
    for (int k = 0; k < L; k++) {
        int down = k / cols - query / cols, right = k % cols - query % cols;
        row[k] = expf(3 * liked[k] - 0.1F * (float)(down * down + right * right));
        sum += row[k];
    }
    for (int k = 0; k < L; k++) row[k] = (float)(row[k] / sum);
}

MaskView view_open(const Mask *m, int rows, int cols, const uint64_t *images, int N)
{
    MaskView v = { .progress = 0.5F };
    if (!(mask_needs(m) & MASK_NEEDS_ATTENTION)) return v;

    size_t L = (size_t)(rows * cols);
    float *a = malloc((size_t)N * HEADS * L * L * sizeof *a), *row = a, liked[MOST_L];
    cr_assert(a);
    for (int n = 0; n < N; n++)
        for (int h = 0; h < HEADS; h++) {
            Rng rng = rng_at(7, STREAM_TEST, (uint64_t)h, images[n]);
            rng_units(&rng, liked, L);
            for (size_t q = 0; q < L; q++, row += L)
                attend(row, (int)q, liked, rows, cols);
        }
    v.heads = HEADS;
    v.attention = a;
    return v;
}

void view_close(MaskView *v) { free((void *)(uintptr_t)v->attention); }
