/* What the tests of strategies share. */
#ifndef TESTS_STRATEGIES_CASES_H
#define TESTS_STRATEGIES_CASES_H

#include "experiments/lint/invent.h"
#include "experiments/lint/laws.h"
#include "strategies/registry.h"

enum { HEADS = INVENTED_HEADS, MOST_L = 640 /* of the usual grids */ };

int strategy_count(void);

/* Open it or fail the test. */
Mask *must_open(const char *spec, int rows, int cols);

#endif
