/* Strategies that are wrong, each in one way. */
#ifndef TESTS_LINT_BAD_H
#define TESTS_LINT_BAD_H

#include "experiments/lint/lint.h"

typedef struct {
    const char  *name;
    LawName      breaks; /* LAWS: none, it is good            */
    const char  *says;   /* somewhere in what is said of that */
    MaskStrategy is;
} Bad;

enum { BAD_STRATEGIES = 37 };
extern const Bad bad_strategies[BAD_STRATEGIES];

/* Opens one of them by its name, as strategy_open does. */
Status bad_open(Mask **m, const char *spec, int rows, int cols, Err *err);

#endif
