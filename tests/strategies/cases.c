#include "tests/strategies/cases.h"

#include <criterion/criterion.h>

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
