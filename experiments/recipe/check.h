/* What must hold between the values of a cell before anything may start. */
#ifndef EXPERIMENTS_RECIPE_CHECK_H
#define EXPERIMENTS_RECIPE_CHECK_H

#include "core/base/arena.h"
#include "experiments/recipe/cell.h"
#include "experiments/recipe/dense_look.h"
#include "experiments/recipe/faults.h"
#include "experiments/recipe/given.h"

/* Data looked at so far, so that cells that share them share the look. */
typedef struct Looked Looked;
struct Looked {
    const char *keys;     /* all data keys and their values, as a text */
    DataConfig  config;   /* with the fallback taken where needed      */
    DataFacts   facts;
    Looked     *next;
};

typedef struct {
    Looked      *data;
    Given       *encoders;
    DenseLooked *dense;
} Looks;

/* Complete and check c->config, look at its data, fill in everything but `at`.
 *
 * STATUS_CONFIG if values do not go together: faults has all keys to blame, and err the
 * first.  STATUS_MISSING or STATUS_FORMAT if the data are not there or not whole. */
MUST_USE Status cell_check(Cell *c, Arena *a, Looks *looks, Faults *faults, Err *err);

#endif
