/* The values that a grid gives to one key. */
#ifndef EXPERIMENTS_RECIPE_AXIS_H
#define EXPERIMENTS_RECIPE_AXIS_H

#include "core/base/arena.h"
#include "experiments/recipe/schema.h"
#include "experiments/recipe/yaml.h"

enum { AXIS_MOST_VALUES = 10000 };

typedef struct {
    const char *text; /* in the one way that schema_get writes it */
    Origin      origin;
} AxisValue;

typedef struct {
    int        key; /* row of the schema */
    AxisValue *values;
    int        n;
    int       *place; /* [n] of each among all that the key has in a grid; see grid.c */
} Axis;

/* A list of texts, or one; "0..5" and "0.1..0.9..0.2" (from, to, step) are ranges where the
 * key is a number.
 *
 * STATUS_CONFIG, with the origin in front, if a value cannot be accepted, is there
 * twice, or there are too many or none, or the key is of the whole recipe. */
MUST_USE Status axis_read(Axis *x, Arena *a, int key, const Yaml *values, Origin origin,
                          Err *err);

/* Which value has this text?  -1: none. */
int axis_find(const Axis *x, const char *text);

/* The values that a setting lists: "[a, b]" is YAML; otherwise commas part them,
 * except that what looks like key=value goes on with a strategy before it:
 * "random,spiral:select=window,sym=1,grid" are three. */
MUST_USE Status axis_parse(Yaml **values, Arena *a, const char *text, Err *err);

#endif
