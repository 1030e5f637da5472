/* What check.c (arrays), check_values.c (what is in them), check_outcomes.c (what they
 * say together) and check_head.c (all else) share.
 * Nobody else includes this. */
#ifndef EXPERIMENTS_RECORD_CHECK_INSIDE_H
#define EXPERIMENTS_RECORD_CHECK_INSIDE_H

#include "core/base/arena.h"
#include "experiments/record/fields.h"
#include "experiments/record/record.h"

enum { PATH_MOST = 512, SIZES_MOST = 64 };

/* What a dimension is in this record, and the array that has said so. */
typedef struct {
    char        name[DIMENSION_NAME];
    size_t      size;
    const char *said;
} Size;

typedef struct {
    H5           *f;
    const char   *path, *stage;
    int64_t       schema;
    Arena         arena;
    Size          size[SIZES_MOST];
    int           n_sizes;
    const Metric *metrics; /* [n_metrics]; none, if they cannot be read */
    int           n_metrics;
    Text         *where;
    int           departures;
} Check;

/* A line about an object, named without its first '/'; "" is the root. */
void check_departs(Check *c, const char *object, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* An attribute; NULL: there is no such text. */
const char *check_text(Check *c, const char *object, const char *key);
bool        check_number(Check *c, const char *name, double *x); /* false: there is none */

/* Is each value of an array, whose type is right, one that its row allows? */
void check_values(Check *c, const char *name, const Field *row);

/* Do metrics/table and epochs/table say what the metrics and curves say? */
void check_tables(Check *c);

/* Do metrics follow from what became of each image, and do the outcomes agree?  With `all`
 * also: is no image there twice? */
void check_outcomes(Check *c, bool all);

/* Does the head say what the configuration of a training says?  NULL: the record's own. */
void check_config(Check *c, const char *config);

/* Attributes, and what must agree: the hash, the grid, what is to be shown first. */
void check_head(Check *c);

#endif
