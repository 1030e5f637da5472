/* Some cells of a recipe: those that a user has named. */
#ifndef EXPERIMENTS_RECIPE_ONLY_H
#define EXPERIMENTS_RECIPE_ONLY_H

#include "experiments/recipe/recipe.h"

/* Leave in the recipe the cells that all of the terms name:
 *
 *   3f2a9c01             whose folder begins so (at least 4 digits)
 *   seed=0..2            whose key has one of these values, as axis_parse lists them;
 *                        a key that is varied, or of pretrain, may be called by its last
 *                        word: strategy=random,grid
 *
 * Folders, and terms of the same key, are alternatives.  Nothing is left out if n is 0.
 * STATUS_CONFIG if a term is neither, or holds of no cell, or no cell is left. */
MUST_USE Status recipe_only(Recipe *r, const char *const *terms, int n, Err *err);

/* recipe_open, and of that recipe_only. */
MUST_USE Status recipe_open_only(Recipe **r, const char *word, const char *const *settings,
                                 int n_settings, const char *const *terms, int n, Err *err);

#endif
