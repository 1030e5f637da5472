/* The folder of a cell, by what a user calls it, whatever recipe it is of. */
#ifndef EXPERIMENTS_RUN_NAMED_H
#define EXPERIMENTS_RUN_NAMED_H

#include "core/base/status.h"
#include "experiments/recipe/cell.h"

/* `name` is the first digits of the folder, at least 4, or KEY=VALUE[,KEY=VALUE...] as in its
 * config.yaml, where the last word of a key is enough: "strategy=spiral,seed=0".  STATUS_CONFIG
 * if no cell is so called, or several are, some of which the message lists. */
MUST_USE Status named_cell(char folder[CELL_PATH], const char *results, const char *name,
                           Err *err);

#endif
