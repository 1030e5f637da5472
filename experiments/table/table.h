/* The comparison table: strategies x metrics, with what is not known said.
 *
 *     Table t;
 *     if (table_choose(&t, &results, "random", NULL, 0, err)) return err->code;
 *     table_write(&t, "md", &text);
 *
 * A value is mean, deviation and number of seeds; beside it stands the paired
 * difference to the baseline with half of its interval.  A row never disappears:
 * a cell that was not run, failed or cannot be read says so.  The same records
 * give the same bytes.
 */
#ifndef EXPERIMENTS_TABLE_TABLE_H
#define EXPERIMENTS_TABLE_TABLE_H

#include "experiments/record/results.h"

typedef struct {
    const Results *r;
    const char    *baseline;             /* a strategy; rows differ from it by pairs */
    int            metrics[METRICS_MOST]; /* columns, as indices into r->metrics */
    int            n_metrics;
    const char    *equal; /* the cost that rows were chosen by; NULL: they were not */
} Table;

/* The named metrics, or without names the primary one of each evaluation.
 * STATUS_CONFIG names the nearest if no record has a metric of that name. */
MUST_USE Status table_choose(Table *t, const Results *r, const char *baseline,
                             const char *const *names, int n_names, Err *err);

/* One more column, unless it is there. */
MUST_USE Status table_add(Table *t, const char *name, Err *err);

/* format is table, md, latex, csv or json. */
void table_write(const Table *t, const char *format, Text *out);

/* --- for the formats ----------------------------------------------------- */

const ResultMetric *table_metric(const Table *t, int column);
const char         *table_head(const Metric *m); /* "knn_top1", "AP(box)": for eyes */
Summary             table_value(const Table *t, int row, int column);

/* To the row of the baseline; n 0 for itself, or if there is none. */
Summary table_difference(const Table *t, int row, int column);

/* "72.41", with a sign "+72.41": a value, or a difference of two. */
void table_number(const Metric *m, bool sign, double x, Text *out);

/* What a cell shows: "72.41 ± 0.31 (6)", "missing"; and "+0.52 ± 0.20" or "". */
void table_value_text(const Table *t, int row, int column, Text *out);
void table_difference_text(const Table *t, int row, int column, Text *out);

/* One note a line: how to read it, at which scale, what is missing. */
void table_caption(const Table *t, Text *out);
void table_notes(const Table *t, Text *out);

void table_csv(const Table *t, Text *out);
void table_json(const Table *t, Text *out);

#endif
