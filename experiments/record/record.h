/* What a stage leaves behind: one HDF5 file.  Its schema stands in fields.h, array by array;
 * tables and figures read nothing but this.
 *
 *     Record *r;
 *     if (record_open(&r, path, &(RecordHead){ .stage = "knn", ... }, err))
 *         return err->code;
 *     record_metric(r, "knn_top1", 72.4, "percent", "k-NN accuracy, k 20", HIGHER);
 *     record_cost(r, wall_s, images);
 *     return record_close(r, err);
 *
 * Between open and close nothing can fail visibly: the first failure is kept
 * and record_close returns it, so a stage reads as the list of what it stores.
 * Nobody sees the file before record_close has renamed it.
 *
 *   /                 attributes: Conventions, schema_version, title, source, history,
 *                     created, stage, config_hash, strategy, seed, ratio, visible,
 *                     patches, realised_ratio, ...; plugins, "NAME@HASH NAME@HASH",
 *                     where the strategy has any: the whole hashes of their files
 *   /entry            what viewers of NeXus files draw first; see views.h
 *   /config           the stage's canonical configuration, exactly as it was hashed
 *   /settings         the same as flat attributes, to search in
 *   /provenance       attributes: commit, tree, compiler, flags, BLAS, threads, host
 *   /cost             wall_s, peak_bytes, images_per_s, sittings
 *   /metrics/NAME     one number each, with units, long_name, better; the attribute
 *                     `primary` of the group names the first, or others; `table` has all
 *   /curves/NAME      one array each over an axis that is an array here too
 *   /outcomes/NAME    one value per image of the evaluation's test set
 *   /maps/NAME        [rows, cols] one value per patch
 *   /reconstruction   see record_reconstruction
 */
#ifndef EXPERIMENTS_RECORD_RECORD_H
#define EXPERIMENTS_RECORD_RECORD_H

#include "core/base/arena.h"
#include "core/base/h5.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raised when something is added that every record must have, or a name changes its meaning.
 * Readers take the older ones since RECORD_OLDEST, and refuse newer ones.
 *   1  the first
 *   2  metrics/table, epochs/table, entry; outcomes and other arrays have dimension scales */
enum { RECORD_OLDEST = 1, RECORD_SCHEMA = 2 };

typedef enum { NEITHER, HIGHER, LOWER } Better;

typedef struct Record Record;

/* What every record says of itself; all of it is required. */
typedef struct {
    const char *stage;    /* "pretrain", "knn", ...                         */
    const char *id;       /* identity of the stage, see experiments/recipe  */
    const char *title;    /* one line for a human                           */
    const char *config;   /* that id is the hash of: lines "key: value"     */
    const char *strategy; /* "spiral:select=window,sym=1"                   */
    int64_t     seed;
    double      ratio;      /* share of hidden patches that was asked for   */
    int         rows, cols; /* patch grid; 0: there is none, and no mask    */
    int         K;          /* visible patches, of rows * cols              */
    int         threads;    /* that compute                                 */
} RecordHead;

MUST_USE Status record_open(Record **r, const char *path, const RecordHead *head,
                            Err *err);

/* More attributes of the root. */
void record_text(Record *r, const char *key, const char *text);
void record_number(Record *r, const char *key, double x);
void record_whole(Record *r, const char *key, int64_t x);

/* units as UDUNITS has them: "1", "percent", "s", "byte", "s-1".  The first metric of
 * a record is its primary one, which tables and figures show unless asked for others;
 * record_primary before it names others, with blanks between. */
void record_primary(Record *r, const char *names);
void record_metric(Record *r, const char *name, double x, const char *units,
                   const char *long_name, Better better);

/* An axis [n] and a curve [n] over it: record_axis(r, "step", ...) comes first,
 * then record_curve(r, "loss", "step", ...).  A value that is not known is NaN. */
void record_axis(Record *r, const char *name, const double *x, size_t n,
                 const char *units, const char *long_name);
void record_curve(Record *r, const char *name, const char *axis, const double *y,
                  size_t n, const char *units, const char *long_name);

/* x [n], in the order of the test set: "predicted" NUMBER_INT32, "correct"
 * NUMBER_BOOL, "rank" NUMBER_INT32. */
void record_outcomes(Record *r, const char *name, NumberKind kind, const void *x,
                     size_t n, const char *units, const char *long_name);

/* Which images the outcomes are of, in the same order: "image", the name of each, its number
 * from 0 where `names` is NULL, and "label", its class. */
void record_pictures(Record *r, const char *const *names, const int *labels, int n);

/* What became of each image under scores [n, classes], labels [n] in 0..classes-1: the
 * metrics NAME_top1 and, unless only one class of each image is `scored`, NAME_top5; the
 * outcomes predicted, rank (of scores alone) and correct. */
void record_accuracy(Record *r, const char *name, const char *how, const float *scores,
                     const int *labels, int n, int classes, bool scored);

/* x [rows, cols] of the head: "visible_share", the share of (image, epoch) pairs
 * in which a patch was visible, 0..1. */
void record_map(Record *r, const char *name, const double *x, const char *units,
                const char *long_name);

/* A few test images to look at, as one would display them:
 *   original        [n, H, W, C]  0..255
 *   hidden          [n, rows * cols]  1 where the patch was hidden
 *   reconstruction  [n, H, W, C]  visible patches from the original, hidden ones
 *                   predicted, in pixels again
 * C is 1 or 3; H and W are multiples of rows and cols. */
void record_reconstruction(Record *r, const uint8_t *original, const uint8_t *hidden,
                           const uint8_t *reconstruction, size_t n, size_t H, size_t W,
                           size_t C);

/* n texts: "outcomes/image", the names of the images. */
void record_texts(Record *r, const char *name, const char *const *texts, size_t n);

/* Anything else, under its own group. */
void record_data(Record *r, const H5Set *set, const void *x);

/* Seconds the stage took and images it processed; the peak memory of the process is
 * added.  images 0 leaves the rate out. */
void record_cost(Record *r, double wall_s, double images);

/* Of a stage that may be stopped and gone on with: how many processes it took, and when
 * the first of them began, in seconds since 1970. */
void record_sittings(Record *r, long sittings, double began_s);

/* Write what is left, sync, rename; or drop.  r is gone either way. */
MUST_USE Status record_close(Record *r, Err *err);
void            record_drop(Record *r);

/* --- reading ------------------------------------------------------------ */

typedef struct {
    const char *name; /* "knn_top1" */
    double      x;
    const char *units, *long_name;
    Better      better;
    bool        primary;
} Metric;

/* Open a record and check that it is one, that every byte is as it was written, that it is
 * of this schema and, unless id is NULL, of that identity.  Read on with core/base/h5.h;
 * h5_close it. */
MUST_USE Status record_read(H5 **f, const char *path, const char *id, Err *err);

/* The schema of a record in which every byte is as it was written, also of one that this
 * program cannot read; 0: there is none. */
int64_t record_schema(const char *path);

/* Two records of one stage: adds a line to `where` for each thing that is not the same bit
 * for bit, but for what tells when it was made and how long that took: /created, /started,
 * /history, /cost, the metrics in seconds (NAME_s) and mask_share.  Fails as h5_open. */
MUST_USE Status record_compare(const char *a, const char *b, Text *where, Err *err);

/* The same, of records of several machines or versions: neither is looked at who made it and
 * when, nor what follows from the numbers (views.h). */
MUST_USE Status record_same(const char *a, const char *b, Text *where, Err *err);

/* All of /metrics, by name. */
MUST_USE Status record_metrics(H5 *f, Arena *a, Metric **metrics, int *n, Err *err);

/* A curve and its axis: *x and *y [*n].  label (may be NULL): its long_name. */
MUST_USE Status record_curve_read(H5 *f, const char *name, const char *axis, Arena *a,
                                  double **x, double **y, size_t *n, const char **label,
                                  Err *err);

#endif
