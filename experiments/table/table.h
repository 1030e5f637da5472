/* The comparison table: strategies x metrics, with what is not known said.
 *
 *     Table t;
 *     if (table_open(&t, &results, &(TableAsk){ .baseline = "random" }, err)) return err->code;
 *     table_write(&t, "md", 0, &text);
 *     table_close(&t);
 *
 * A value is mean, deviation and number of seeds; beside it stands the paired difference
 * to the baseline with half of its interval.  What the test does not tell from the best
 * of its column is bold.  A row never disappears: a cell that was not run, failed or
 * cannot be read says so.  The same records give the same bytes.
 *
 * Whatever the grid varies can be rows or columns: a line of the table is a choice of the
 * row keys, a group of columns one of the column keys, and where the two meet there is at
 * most one row of the results.
 */
#ifndef EXPERIMENTS_TABLE_TABLE_H
#define EXPERIMENTS_TABLE_TABLE_H

#include "experiments/record/results.h"
#include "experiments/table/published.h"

typedef struct {
    const char        *baseline; /* a strategy; the others differ from it by pairs       */
    const char *const *metrics;  /* [n_metrics] or stages: "knn_top1", "knn"; none: the  */
    int                n_metrics; /* primary ones of all evaluations                     */
    const char        *rows, *columns; /* "strategy,ratio": keys that the grid varies;
                                  those that are named in neither are rows too; NULL: none */
    const char        *sort;     /* by this metric or key; NULL: as the grid has them    */
    const char        *equal;    /* of different lengths those where this cost is equal  */
    bool               cost;     /* and what each took                                   */
    const Published   *published; /* beside the values; NULL: without                    */
} TableAsk;

enum { TABLE_KEYS = GRID_MOST_AXES + 2, BY_STRATEGY = -1, BY_SEED = -2 };

typedef struct {
    int key[TABLE_KEYS]; /* which of Results.settings, or BY_STRATEGY, BY_SEED */
    int n;
} TableKeys;

typedef struct {
    const char *word[TABLE_KEYS]; /* of each of the keys; "" if it has no say  */
    int         seed;             /* index, if BY_SEED is among them; else -1  */
} TableChoice;

typedef struct {
    Arena            arena;
    Results         *r;
    const char      *baseline, *equal;
    const Published *published;
    int              metrics[METRICS_MOST]; /* as indices into r->metrics         */
    int              n_metrics;
    TableKeys        row_keys, column_keys;
    TableChoice     *lines, *groups;
    int              n_lines, n_groups; /* without column keys one group          */
    int             *at;    /* [n_lines, n_groups] row of the results; -1: none   */
    bool            *leads; /* [n_lines, columns] in the leading group            */
    bool            *compared; /* [columns] are there two strategies, to tell apart?  */
    bool            *told;  /* [columns] is anything told from the best?          */
    int             *note;  /* [published->n_tables] its number below; 0: unused  */
} Table;

/* STATUS_CONFIG names the nearest if no record has a metric of that name, or the grid
 * varies no such key.  With `equal` it drops rows of r; all of ask must outlive it. */
MUST_USE Status table_open(Table *t, Results *r, const TableAsk *ask, Err *err);
void            table_close(Table *t);

/* format is table, md, latex, html, csv or json; width is that of the terminal for `table`,
 * 0: as wide as it is. */
void table_write(const Table *t, const char *format, int width, Text *out);

/* The table with caption and notes, to be put into a page. */
void table_html(const Table *t, Text *out);

/* --- for the formats ----------------------------------------------------- */

/* Columns are metrics, and of each metric the groups. */
int                 table_columns(const Table *t);
const ResultMetric *table_metric(const Table *t, int column);
const TableChoice  *table_group(const Table *t, int column);
const char         *table_head(const Metric *m); /* "knn_top1", "AP(box)": for eyes */

/* Where line and column meet: the row of the results, -1: there is none; and the first
 * of *n values, one for each seed, or of one seed alone. */
int           table_row(const Table *t, int line, int column);
const double *table_seeds(const Table *t, int row, int line, int column, int *n);
Summary       table_value(const Table *t, int line, int column);
bool          table_leads(const Table *t, int line, int column);

/* The row of the baseline that line and column are compared with, -1: it is that one, or there
 * is none, or several.  What has no say in a ratio is compared in each column of the ratio. */
int table_base(const Table *t, int line, int column);

/* To that row; n 0 if there is none. */
Summary table_difference(const Table *t, int line, int column);

/* What table_find knows, ended by NULL; how many. */
enum { TABLE_NAMES = 2 * METRICS_MOST + STAGE_KINDS + 1 };
int table_names(const Results *r, const char *names[TABLE_NAMES]);

/* The metric of that name, or with that head, or the first primary one of that stage; as
 * table_open. */
MUST_USE Status table_find(const Results *r, const char *word, int *metric, Err *err);

/* All these, or without words the primary ones of all evaluations: metrics [METRICS_MOST]. */
MUST_USE Status table_choose(int *metrics, int *n, const Results *r, const char *const *words,
                             int n_words, Err *err);

/* "ratio 0.5, patch 2": a choice of keys as words. */
void table_choice(const Table *t, const TableKeys *keys, const TableChoice *c, Text *out);
void table_key(const Table *t, int key, char out[64]); /* "strategy", "ratio", "seed" */

/* "knn_top1 (%)", "ratio 0.5": the head of a column. */
void table_column(const Table *t, int column, Text *out);

/* What a cell shows: "72.41 ± 0.31 (6)", "missing"; "+0.52 ± 0.20" or ""; "84.9 [1]". */
void table_value_text(const Table *t, int line, int column, Text *out);
void table_difference_text(const Table *t, int line, int column, Text *out);
void table_published_text(const Table *t, int line, int column, Text *out);

/* A number of the metric, with its sign if asked for: "72.41", "+0.52". */
void table_number(const Metric *m, bool sign, double x, Text *out);

/* What is smaller is shown as 0. */
double table_least(const Metric *m);

/* One note a line: how to read it, at which scale, what is missing. */
void table_caption(const Table *t, Text *out);
void table_notes(const Table *t, Text *out);

void table_csv(const Table *t, Text *out);
void table_json(const Table *t, Text *out);

/* Jansson's: null where x is not known; n, mean, sd, interval95. */
struct json_t *table_json_number(double x);
struct json_t *table_json_summary(const Summary *s);

/* --- within the folder ----------------------------------------------------- */

/* Lines, groups and where they meet. */
MUST_USE Status table_lay_out(Table *t, const TableAsk *ask, Err *err);

#endif
