/* The keys of a map of a recipe: sections opened, names found, each told once. */
#ifndef EXPERIMENTS_RECIPE_WALK_H
#define EXPERIMENTS_RECIPE_WALK_H

#include "experiments/recipe/schema.h"
#include "experiments/recipe/yaml.h"

/* What is done with a key; or, if key is NO_KEY, with one of the words. */
enum { NO_KEY = -1 };
typedef Status KeySeen(void *self, int key, const Yaml *value, Origin origin, Err *err);

/* `pretrain: {epochs: 6}` and `pretrain.epochs: 6` are told alike.  `words`, which end with
 * NULL, are names at the top of the map that are no keys.  The origin of a value is `where`,
 * with its own line if that is a file.
 *
 * STATUS_CONFIG for a name that is neither, with the nearest one, and for a section that
 * is given a value; or what `seen` returns. */
MUST_USE Status keys_walk(const Yaml *map, Origin where, const char *const *words,
                          KeySeen *seen, void *self, Err *err);

/* "-s seed: no such key": the error of a name that is none. */
MUST_USE Status key_unknown(Origin origin, const char *name, Err *err);

/* The origin of what stands on that line. */
Origin origin_at(Origin where, int line);

#endif
