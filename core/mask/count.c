#include "core/mask/count.h"

#include "core/mask/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int within(int K, int L) { return K < 1 ? 1 : K > L - 1 ? L - 1 : K; }

/* The digits of the ratio are multiplied by L from the last to the first, as on
 * paper: the carry in the end is the whole part of L ratio. */
int mask_visible(int L, double ratio)
{
    enum { PLACES = 30 };
    char digits[PLACES + 8];
    CHECK(L >= 2 && 0 < ratio && ratio < 1, "%d patches, ratio %g", L, ratio);
    for (int places = 1; places <= PLACES; places++) {
        snprintf(digits, sizeof digits, "%.*f", places, ratio);
        if (strtod(digits, NULL) == ratio) break;
    }
    int64_t hidden = 0;
    bool    rest = false;
    for (size_t i = strlen(digits) - 1; digits[i] != '.'; i--) {
        hidden += (int64_t)(digits[i] - '0') * L;
        rest |= hidden % 10 != 0;
        hidden /= 10;
    }
    return within(L - (int)hidden - rest, L);
}

bool count_fits(CountRule rule, int rows, int cols)
{
    return rule < COUNT_SIMMIM || (rows % 2 == 0 && cols % 2 == 0);
}

int count_visible(CountRule rule, int rows, int cols, double ratio)
{
    int L = rows * cols, U = L / 4;
    switch (rule) {
    case COUNT_EXACT: return mask_visible(L, ratio);
    case COUNT_MAE: return within((int)(L * (1 - ratio)), L);
    case COUNT_VIDEOMAE: return within(L - (int)(L * ratio), L);
    case COUNT_SIMMIM: return within(4 * (U - (int)ceil(U * ratio)), L);
    case COUNT_SPARK: return within(4 * (int)nearbyint(U * (1 - ratio)), L);
    case COUNT_HIERA: return within(4 * (int)(U * (1 - ratio)), L);
    }
    CHECK(0, "counting rule %d", (int)rule);
}
