/* What the tests of strategies share: grids, counts, and something to attend to. */
#ifndef TESTS_STRATEGIES_CASES_H
#define TESTS_STRATEGIES_CASES_H

#include "strategies/registry.h"

enum { GRIDS = 6, COUNTS = 6, HEADS = 2, MOST_L = 640 };

extern const int grids[GRIDS][2]; /* rows, columns; L at most MOST_L */

/* Numbers of visible patches to try on L: 1, L - 1, and those of four ratios. */
void counts(int K[COUNTS], int L);

int strategy_count(void);

/* Open it or fail the test. */
Mask *must_open(const char *spec, int rows, int cols);

/* Half way through training, with an invented attention [N, HEADS, L, L] for each
 * of the images if the mask needs it: every patch attends to those near it, and
 * to some that the image likes.  Close it with view_close. */
MaskView view_open(const Mask *m, int rows, int cols, const uint64_t *images, int N);
void     view_close(MaskView *v);

#endif
