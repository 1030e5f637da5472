/* What was found, as one picture: a row for each strategy, from the most scattered to
 * the most clumped, with masks, visibility, spectrum and neighbours. */
#ifndef EXPERIMENTS_LINT_ATLAS_H
#define EXPERIMENTS_LINT_ATLAS_H

#include "experiments/lint/lint.h"

/* STATUS_CONFIG if there are too many for a picture. */
MUST_USE Status atlas_write(const char *path, Found *const *found, int n, Err *err);

#endif
