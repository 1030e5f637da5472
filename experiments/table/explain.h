/* Where a number of a table comes from: its seeds, their records, its configuration. */
#ifndef EXPERIMENTS_TABLE_EXPLAIN_H
#define EXPERIMENTS_TABLE_EXPLAIN_H

#include "experiments/table/table.h"

/* Folded to `width` columns.  row is a line of the table as it is called there, "spiral" or
 * "spiral, ratio 0.5", or another that begins like no second one; column likewise: a metric,
 * a stage, "ratio 0.5", "knn_top1, ratio 0.5".  STATUS_CONFIG names the nearest, or those
 * that are meant. */
MUST_USE Status table_explain(const Table *t, const char *row, const char *column, int width,
                              Text *out, Err *err);

#endif
