/* What the tests of strategies share: grids, counts, and something to attend to. */
#ifndef TESTS_STRATEGIES_CASES_H
#define TESTS_STRATEGIES_CASES_H

#include "experiments/lint/invent.h"
#include "strategies/registry.h"

enum { GRIDS = 6, COUNTS = 6, HEADS = INVENTED_HEADS, MOST_L = 640 };

extern const int grids[GRIDS][2]; /* rows, columns; L at most MOST_L */

/* Numbers of visible patches to try on L: 1, L - 1, and those of four ratios. */
void counts(int K[COUNTS], int L);

int strategy_count(void);

/* Open it or fail the test. */
Mask *must_open(const char *spec, int rows, int cols);

#endif
