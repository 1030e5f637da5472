/* Recipes for tests: small, on drawn scenes, so that nothing must be installed. */
#ifndef TESTS_RECIPE_RECIPES_H
#define TESTS_RECIPE_RECIPES_H

#include "experiments/recipe/recipe.h"
#include "tests/scratch.h"

/* A complete recipe of one cell; more lines may follow it. */
#define SMALL                                                            \
    "data: {set: scenes, train: 64, test: 16}\n"                         \
    "model: {patch: 4, width: 16, depth: 4, heads: 2, decoder-width: 8," \
    " decoder-depth: 1, decoder-heads: 2}\n"                             \
    "pretrain.batch: 32\n"

/* Every evaluation that there is. */
#define EVALUATED SMALL EVALUATIONS
#define EVALUATIONS                                                           \
    "evaluate: [knn, linear-cached, linear, partial, finetune, detect,"       \
    " segment, reconstruct, represent]\n"                                     \
    "linear.batch: 16\npartial.batch: 16\nfinetune.batch: 16\n"               \
    "detect: {epochs: 2, batch: 16}\nsegment: {epochs: 2, batch: 16}\n"

/* Open a recipe with this text; settings is a list that ends with NULL, or NULL. */
Status recipe_of(Recipe **r, Scratch *s, const char *text, const char *const *settings,
                 Err *err);

/* The same, which must succeed. */
Recipe *recipe_good(Scratch *s, const char *text, const char *const *settings);

#endif
