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
#include "core/base/text.h"
#include "experiments/recipe/cell.h"
#include "experiments/recipe/grid.h"
#include "experiments/recipe/schema.h"

typedef struct {
    Arena       arena;
    const char *word;    /* what the user called it                              */
    const char *path;    /* of the file, as found                                */
    const char **setting; /* [n_settings] that came from elsewhere than the file */
    int         n_settings;
    const char *name;    /* `name:` of the file; without it the file's own       */
    const char *notice;  /* what the user should be told, one line; or NULL      */
    Config      base;    /* without the grid; what comes from other keys is 0    */
    Origin     *origin;  /* [schema_count()] where each value of base is from    */
    Grid        grid;
    Cell       *cells;   /* [n_cells] all different, in the order of the grid;   */
    int         n_cells; /* the untrained ones last                              */
    int         n_whole; /* ... before some were left out, see only.h            */
} Recipe;

/* word is a path or a name, see find.h.  Settings are "key=value" and
 * "grid.key=values"; a value set here takes the key out of the file's grid.
 *
 * Checks every cell: types and ranges, strategies, sizes that must divide each
 * other, and that the data are there and whole.
 *
 * STATUS_CONFIG names file, line, key and the nearest valid word; STATUS_MISSING
 * the data set; STATUS_FORMAT a damaged data file. */
MUST_USE Status recipe_open(Recipe **r, const char *word, const char *const *settings,
                            int n_settings, Err *err);
void            recipe_close(Recipe *r); /* NULL is allowed */

/* What a shell may be told: "maskgrid VERB WORD -s KEY=VALUE --results FOLDER", the last only
 * if it is not the one where results are unless somebody says so. */
void recipe_command(const Recipe *r, const char *verb, const char *results, Text *out);

/* STATUS_MISSING, in words: none of it is in `results`, and what makes them. */
Status recipe_no_records(const Recipe *r, const char *results, Err *err);

/* Where the value that a key has in this cell is from. */
Origin recipe_origin(const Recipe *r, const Cell *c, int key);

#endif
