/* Grids: which keys are varied, over which values. */
#ifndef EXPERIMENTS_RECIPE_GRID_H
#define EXPERIMENTS_RECIPE_GRID_H

#include "core/base/arena.h"
#include "experiments/recipe/schema.h"
#include "experiments/recipe/yaml.h"

enum { GRID_MOST_AXES = 16, GRID_MOST_VALUES = 10000, GRID_MOST_CELLS = 100000 };

typedef struct {
    int          key;    /* row of the schema */
    const char **values; /* [n] as written, ranges written out */
    int          n;
    Origin       origin;
} Axis;

typedef struct {
    Axis axis[GRID_MOST_AXES];
    int  n;
} Grid;

/* Vary `key` over the texts of a list, or over one text; "0..5" and "0..1..0.25"
 * are ranges where the key is a number.  Replaces an axis of the same key.
 * STATUS_CONFIG if there is no value, one twice, or too many. */
MUST_USE Status grid_vary(Grid *g, Arena *a, int key, const Yaml *values, Origin origin,
                          Err *err);

void grid_drop(Grid *g, int key); /* back to one value */

/* The number of points, the last axis changing fastest.  STATUS_CONFIG if there
 * are more than GRID_MOST_CELLS. */
MUST_USE Status grid_count(const Grid *g, int *n, Err *err);
void            grid_point(const Grid *g, int i, int *at); /* at [g->n] */

/* "random,spiral:select=window,sym=1,grid" as a list of three: a part with `=`
 * and no `:` before it goes on with the part before.  "[a, b]" is YAML. */
MUST_USE Status grid_parse(Yaml **list, Arena *a, const char *text, Err *err);

#endif
