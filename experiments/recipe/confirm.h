/* Is a configuration on disk (cell_yaml) the one that a record was hashed of?
 *
 * Every value that stands in the record's own text is held against it; what the data are is
 * in their identity, which no file of settings can show.
 */
#ifndef EXPERIMENTS_RECIPE_CONFIRM_H
#define EXPERIMENTS_RECIPE_CONFIRM_H

#include "experiments/recipe/config.h"

/* `canonical` is the /config of a record of that stage.  STATUS_FORMAT for another, "knn.k: 5,
 * expected knn.k: 20 as its record has it", and for what is no configuration, "line:2: ...";
 * who calls puts the file in front. */
MUST_USE Status confirm_config(const char *path, StageKind kind, const char *canonical, Err *err);

#endif
