/* Grids: which keys are varied, over which values. */
#ifndef EXPERIMENTS_RECIPE_GRID_H
#define EXPERIMENTS_RECIPE_GRID_H

#include "core/base/arena.h"
#include "experiments/recipe/schema.h"
#include "experiments/recipe/yaml.h"

enum { GRID_MOST_AXES = 16, GRID_MOST_VALUES = 10000, GRID_MOST_CELLS = 100000 };

typedef struct {
    const char *text; /* in the one way that schema_get writes it */
    Origin      origin;
} AxisValue;

typedef struct {
    int        key; /* row of the schema */
    AxisValue *values;
    int        n;
} Axis;

typedef struct {
    Axis axis[GRID_MOST_AXES];
    int  n;
} Grid;

/* Vary `key` over a list of texts, or over one; "0..5" and "0.1..0.9..0.2" (from, to,
 * step) are ranges where the key is a number.  Replaces an axis of the same key.
 *
 * STATUS_CONFIG, with the origin in front, if a value cannot be accepted, is there
 * twice, or there are too many or none. */
MUST_USE Status grid_vary(Grid *g, Arena *a, int key, const Yaml *values, Origin origin,
                          Err *err);

void grid_drop(Grid *g, int key); /* back to one value */

/* The number of points.  STATUS_CONFIG if there are more than GRID_MOST_CELLS. */
MUST_USE Status grid_count(const Grid *g, int *n, Err *err);

/* Which value of each axis point i has, at [g->n]; the last axis changes fastest. */
void grid_point(const Grid *g, int i, int *at);

/* The values that a setting lists: "[a, b]" is YAML; otherwise commas part them,
 * except that what looks like key=value goes on with a strategy before it:
 * "random,spiral:select=window,sym=1,grid" are three. */
MUST_USE Status grid_parse(Yaml **values, Arena *a, const char *text, Err *err);

#endif
