/* The records of a recipe as a block of numbers: rows x metrics x seeds.
 *
 * A row is a point of the grid without its seed: a strategy, with the values of
 * whatever else the grid varies.  Tables and figures are made from this alone,
 * and this from records alone.  What is not there is NaN, and `state` says why;
 * a damaged or foreign record is named in `notes` and counts as not there.
 */
#ifndef EXPERIMENTS_RECORD_RESULTS_H
#define EXPERIMENTS_RECORD_RESULTS_H

#include "core/base/arena.h"
#include "core/base/text.h"
#include "experiments/recipe/recipe.h"
#include "experiments/record/provenance.h"
#include "experiments/record/record.h"
#include "experiments/stats/stats.h"

enum { METRICS_MOST = 128 };

typedef enum {
    POINT_NONE,    /* the grid has no such cell, or it does not ask for the stage */
    POINT_DONE,
    POINT_MISSING, /* not run yet */
    POINT_FAILED,
    POINT_DAMAGED, /* there is a file, but not this record */
    POINT_NEWER    /* a record that a newer program has written, of a schema unknown here */
} PointState;

typedef struct {
    const char  *strategy; /* "spiral:sym=1" */
    bool         untrained;
    const char **settings; /* [n_settings] of each varied key; "" if it has no say */
    const Cell **cells;    /* [n_seeds] NULL where the grid has none */
} ResultRow;

typedef struct {
    Metric    is; /* its x is not used */
    StageKind stage;
} ResultMetric;

typedef struct {
    Arena         arena;
    const Recipe *recipe;
    const char   *folder;   /* that holds cells/                                */
    int          *settings; /* [n_settings] keys that vary, beside strategy, seed */
    int           n_settings;
    ResultRow    *rows;     /* in the order of the grid; the untrained ones last */
    int           n_rows;
    uint64_t     *seeds;    /* ascending                                        */
    int           n_seeds;
    ResultMetric  metrics[METRICS_MOST]; /* by stage, then by name              */
    int           n_metrics;
    double       *x;        /* [n_metrics, n_rows, n_seeds]                     */
    PointState   *state;    /* [STAGE_KINDS, n_rows, n_seeds]                   */
    Text          notes;    /* a line for each record that could not be used    */
    int64_t       newest_schema; /* of those; 0: none of them says                */
    int           free_setting; /* whose values no longer tell rows apart: see   */
                            /* results_equal; -1: none                          */

    /* Program and commit of the records; says so if they differ; "" without any. */
    char source[PROVENANCE_TEXT];
} Results;

/* Reads every record there is.  recipe and folder must outlive it. */
void results_open(Results *r, const Recipe *recipe, const char *folder);
void results_close(Results *r);

int results_find(const Results *r, const char *metric); /* -1: no record has it */
const double *results_values(const Results *r, int metric, int row); /* [n_seeds] */
PointState    results_state(const Results *r, StageKind stage, int row, int seed);
int           results_count(const Results *r, StageKind stage, int row, PointState state);

const char   *results_state_word(PointState state); /* "done", "damaged" */

/* STATUS_MISSING if nothing of the recipe has been run: no record, no failure. */
MUST_USE Status results_there(const Results *r, Err *err);

/* Of rows that differ in pretrain.epochs alone, keep the one whose metric, such as
 * train_gflop, comes nearest to that of the baseline's longest training: a comparison
 * at equal cost.  Where none is known the longest stays.  STATUS_CONFIG if the grid does
 * not vary pretrain.epochs, or no record has the metric. */
MUST_USE Status results_equal(Results *r, const char *metric, const char *baseline, Err *err);

/* For who could not use what a record has, though it is whole and its numbers agree: those that
 * are not what record_check asks for are named in `notes` and count as damaged.  How many they
 * are; each is read whole. */
int results_doubt(Results *r);

/* Open the record of a point whose state is POINT_DONE; h5_close it. */
MUST_USE Status results_record(const Results *r, StageKind stage, int row, int seed,
                               H5 **f, Err *err);

/* STATUS_CONFIG names the nearest if the recipe has no strategy of that name. */
MUST_USE Status results_strategy(const Results *r, const char *name, Err *err);

/* What the others are compared with where nobody says what.  A recipe may do without it,
 * but not without another that somebody has named: STATUS_CONFIG, as results_strategy. */
#define BASELINE "random"
MUST_USE Status results_check_baseline(const Results *r, const char *baseline, Err *err);

/* Do two rows share all settings in which both have a say? */
bool results_beside(const Results *r, int row, int other);

/* The row of `strategy` that shares all other settings with `row`; -1 if there is
 * none, or more than one, as for an untrained row where the ratio varies. */
int results_baseline(const Results *r, int row, const char *strategy);

/* What paired differences to the baseline deviate by from seed to seed, pooled by their degrees
 * of freedom over the trained rows, or over the untrained ones where no trained one stands
 * beside it. */
typedef struct {
    double sd;         /* NaN where no row has two pairs                                 */
    int    pairs;      /* the fewest of a row of STATS_PAIRS_LEAST or more; where there is
                          none, the most of any; 0 where no row has two                   */
    int    rows_short; /* rows with fewer than STATS_PAIRS_LEAST, where others have them  */
} Deviation;

Deviation results_deviation(const Results *r, int metric, const char *baseline);

/* "ratio 0.5, patch 2": the settings of a row, "" if the grid varies none. */
void results_settings(const Results *r, int row, Text *out);

/* "spiral", "spiral, ratio 0.5": a row in a figure. */
void results_label(const Results *r, int row, Text *out);

/* The last word of a key as prose: "decoder depth". */
void results_key(const Results *r, int setting, char out[64]);

/* Data, model and training in one or two sentences, the scale that all numbers
 * were made at.  What the grid varies is left to the rows. */
void results_scale(const Results *r, Text *out);

#endif
