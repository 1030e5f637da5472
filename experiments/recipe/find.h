/* Where recipes are. */
#ifndef EXPERIMENTS_RECIPE_FIND_H
#define EXPERIMENTS_RECIPE_FIND_H

#include "core/base/arena.h"
#include "core/base/status.h"

/* The file that the user means by `word`: a path, if it has a slash or ends in
 * .yaml; else NAME.yaml in ./experiments/recipes, in the recipes installed with
 * the program, or in those of the tree it was built in.
 *
 * STATUS_CONFIG says where was looked, and the nearest name there is. */
MUST_USE Status recipe_find(const char **path, Arena *a, const char *word, Err *err);

/* All that would be found by their names, sorted, NULL behind the last; how many. */
enum { RECIPE_NAMES = 256 };
int recipe_names(const char *names[RECIPE_NAMES], Arena *a);

/* A file that comes with the program: PREFIX/installed beside PREFIX/bin/maskgrid, or `built`
 * in the tree that the program was built in.  STATUS_MISSING if it is in neither. */
MUST_USE Status program_file(char *out, size_t room, const char *installed, const char *built,
                             Err *err);

/* The path of the running program; "" if the system does not say. */
void program_path(char *out, size_t room);

#endif
