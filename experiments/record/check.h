/* Is a record what fields.h says?  Any file may be given: it is looked at, never believed. */
#ifndef EXPERIMENTS_RECORD_CHECK_H
#define EXPERIMENTS_RECORD_CHECK_H

#include "core/base/h5.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "experiments/recipe/recipe.h"
#include "experiments/record/record.h"

/* Adds a line to `where` for each departure, "FILE: /curves/loss: units percent, expected 1",
 * and counts them in *departures.  Fails as record_read: a file that is damaged, foreign or of
 * a newer schema has no departures to speak of. */
MUST_USE Status record_check(const char *path, Text *where, int *departures, Err *err);

/* Does a record that record_read has taken, with all of its metrics [n], contradict itself?
 * What readers can afford to look at: the head against its own configuration, metrics against
 * outcomes.  STATUS_FORMAT has the first line of record_check. */
MUST_USE Status record_agrees(H5 *f, const char *path, const Metric *metrics, int n, Err *err);

/* record_check of many files: how many were looked at, how many of them are not what they
 * should be, and a line for each fault. */
typedef struct { int files, bad; Text where; } Checked;

void check_record(Checked *c, const char *path);

/* Of all cells of a recipe, in the order of their paths: the records that there are, their
 * models, which must be whole and of their cell (cell_check_model), and their configurations,
 * which must be what their records were hashed of. */
void check_cells(Checked *c, const Recipe *r, const char *results);

#endif
