/* What was found, for other programs: HDF5 and JSON. */
#ifndef EXPERIMENTS_LINT_WRITE_H
#define EXPERIMENTS_LINT_WRITE_H

#include "core/base/text.h"
#include "experiments/lint/lint.h"

/* One group for each grid, "14x14", of S strategies:
 *
 *   strategy [S], law [laws], kept [S, laws]: 0 not tried, 1 kept, 2 broken; why [S],
 *   plugins [S] as a record has them
 *   each of scalar.h [S]; known_neighbours, known_parts [S], NaN: not known
 *   visible_share [S, rows, cols]; example [S, 3, rows, cols], 1 where visible
 *   frequency [bins], spectrum [S, bins]
 *   attributes rows, cols, visible, draws
 */
MUST_USE Status write_h5(const char *path, Found *const *found, int n, Err *err);

/* An array with an object for each. */
void write_json(Text *out, Found *const *found, int n);

#endif
