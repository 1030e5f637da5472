#include "tests/strategies/cases.h"

#include <criterion/criterion.h>

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
