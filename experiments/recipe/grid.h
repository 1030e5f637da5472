/* Grids: which keys are varied, over which values, and which of the combinations there are.
 *
 * A grid is a product: every combination of its factors.  A factor is a key with its
 * values; or several keys zipped, whose first values go together, and their second; or a
 * union of products, whose points stand one after the other.  From a product, points can
 * be excluded.  recipes/README.md shows how that is written.
 */
#ifndef EXPERIMENTS_RECIPE_GRID_H
#define EXPERIMENTS_RECIPE_GRID_H

#include "experiments/recipe/axis.h"

enum { GRID_MOST_AXES = 16, GRID_MOST_CELLS = 100000, GRID_BASE = -1 };

typedef struct GridPart  GridPart;
typedef struct Factor    Factor;
typedef struct Exclusion Exclusion;

struct Factor {
    Axis      axis[GRID_MOST_AXES]; /* as many values each      */
    int       n;                    /* 0: it is a union instead */
    GridPart *parts;
    Factor   *next;
};

/* Points where each of these keys has one of these values. */
struct Exclusion {
    Axis       axis[GRID_MOST_AXES];
    int        n;
    Exclusion *next;
};

/* A product: the whole grid, or a part of a union. */
struct GridPart {
    Factor    *factors; /* the last one changes fastest */
    Exclusion *exclusions;
    GridPart  *next; /* of a union */
};

typedef struct {
    GridPart all;
    /* By grid_points: */
    Axis axis[GRID_MOST_AXES]; /* all that is varied, with all values it has anywhere    */
    int  n;
    int *points;   /* [n_points, GRID_MOST_AXES] which value of each axis a point has;
                      GRID_BASE where its part of a union does not vary that key         */
    int  n_points;
} Grid;

/* The section `grid` of a recipe, or some of its keys from elsewhere; adds to what is there.
 *
 * STATUS_CONFIG names the line: keys and values that are none, keys that are varied twice,
 * zipped ones of unequal number, exclusions of what is no value of the grid. */
MUST_USE Status grid_add(Grid *g, Arena *a, const Yaml *map, Origin where, Err *err);

/* Vary a key over a list as axis_read has it: in place of what the grid says of it. */
MUST_USE Status grid_vary(Grid *g, Arena *a, int key, const Yaml *values, Origin origin,
                          Err *err);

bool grid_word(const char *name); /* zip, union or exclude: no key but of the grid */

void grid_drop(Grid *g, int key); /* back to one value */

/* List the points.  A key that a setting has dropped is excluded by its value in `base`;
 * `file` is for messages.
 * STATUS_CONFIG if there are more than GRID_MOST_CELLS, or none, or too many axes. */
MUST_USE Status grid_points(Grid *g, Arena *a, const Config *base, const char *file,
                            Err *err);

#endif
