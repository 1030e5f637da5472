/* Recipes: a YAML file becomes cells, all of them checked before one starts.
 *
 *     Recipe *r;
 *     if (recipe_open(&r, "demo", settings, n, &err)) return cli_fail(&err);
 *     for (int i = 0; i < r->n_cells; i++) use(&r->cells[i]);
 *     recipe_close(r);
 *
 * The keys are in schema.c; recipes/README.md explains the file.
 */
#ifndef EXPERIMENTS_RECIPE_RECIPE_H
#define EXPERIMENTS_RECIPE_RECIPE_H

#include "core/base/arena.h"
#include "experiments/recipe/cell.h"
#include "experiments/recipe/grid.h"
#include "experiments/recipe/schema.h"

typedef struct {
    Arena       arena;
    const char *path;    /* of the file, as found                              */
    const char *name;    /* `name:` of the file; without it the file's own     */
    const char *notice;  /* what the user should be told, one line; or NULL    */
    Config      base;    /* without the grid                                   */
    Origin     *origin;  /* [schema_count()] where each value of base is from  */
    Grid        grid;
    Cell       *cells;   /* without repetition, in the order of the grid; the  */
    int         n_cells; /* untrained ones last                                */
} Recipe;

/* word is the path of a file, or a name that is looked for as NAME.yaml in
 * ./experiments/recipes and in the recipes that were installed or built with the
 * program.  Settings are "key=value" and "grid.key=values".
 *
 * Checks every cell: types and ranges, strategies, sizes that must divide each
 * other, and that the data are there and whole.
 *
 * STATUS_CONFIG names file, line, key and the nearest valid word; STATUS_MISSING
 * the recipe or the data; STATUS_FORMAT a damaged data file. */
MUST_USE Status recipe_open(Recipe **r, const char *word, const char *const *settings,
                            int n_settings, Err *err);
void            recipe_close(Recipe *r); /* NULL is allowed */

/* Where the value of a key comes from in this cell: "demo.yaml:12", "-s",
 * "default", "preset". */
void recipe_origin(const Recipe *r, const Cell *c, int key, Text *out);

#endif
