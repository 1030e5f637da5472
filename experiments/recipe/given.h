/* pretrain.from: an encoder that was trained elsewhere takes the place of a training. */
#ifndef EXPERIMENTS_RECIPE_GIVEN_H
#define EXPERIMENTS_RECIPE_GIVEN_H

#include "core/base/arena.h"
#include "experiments/recipe/config.h"

/* Checkpoints looked at so far, so that cells that share one share the look. */
typedef struct Given Given;
struct Given {
    const char *path, *id; /* id: the hash of its bytes */
    MaeConfig   config;
    Given      *next;
};

/* If c->pretrain.from names a checkpoint, of whomever: its identity, and its sizes in the
 * model's place.  A cell that is to stay untrained takes the sizes alone.  On failure
 * *blame is the key; STATUS_CONFIG where another size is asked for, else as
 * checkpoint_config. */
MUST_USE Status given_look(Config *c, Arena *a, Given **all, const char **blame, Err *err);

#endif
