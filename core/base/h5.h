/* The only door to HDF5.  No hid_t leaves h5.c.
 *
 * A file is written aside and renamed when it is whole, and never changed
 * afterwards: whoever finds it, finds it complete.
 *
 *     H5 *f;
 *     if (h5_create(&f, "knn.h5", err)) return err->code;
 *     if (h5_put_text(f, "/", "title", "k-NN", err) ||
 *         h5_put(f, &(H5Set){ .name = "curves/loss", .kind = NUMBER_FLOAT, .rank = 1,
 *                             .dim = { n }, .units = "1", .long_name = "training loss",
 *                             .scale = { "curves/step" } }, loss, err)) {
 *         h5_close(f);
 *         return err->code;
 *     }
 *     return h5_commit(f, err);
 *
 * Files are little-endian and readable by HDF5 1.8 and later, h5py and pandas:
 * attributes are UTF-8 texts or scalars, a bool is the enum h5py uses, larger
 * arrays are chunked, shuffled, packed with gzip and carry a checksum.  The first 512
 * bytes, a user block to HDF5, are a seal over all the others: a line of text each.
 *
 * Reading trusts nothing: a file that is truncated, not HDF5, or whose data has
 * another type, rank or size than asked for is STATUS_FORMAT, and the message
 * names the file and the object.  What is read lives in the caller's arena.
 *
 * One thread at a time, as Debian's library wants it.
 */
#ifndef CORE_BASE_H5_H
#define CORE_BASE_H5_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct H5 H5;

/* NUMBER_BOOL is one byte in memory, 0 or 1. */
typedef enum {
    NUMBER_FLOAT, NUMBER_DOUBLE, NUMBER_INT32, NUMBER_INT64, NUMBER_UINT8, NUMBER_BOOL
} NumberKind;

enum { H5_RANK_MOST = 6 };

/* One array of numbers.  name, kind, rank and dim say what it is; the rest
 * says what it means and is stored beside it.  NULL leaves a text out. */
typedef struct {
    const char *name; /* "curves/loss"; groups on the way are made */
    NumberKind  kind;
    int         rank; /* 0: one number */
    size_t      dim[H5_RANK_MOST];
    const char *units;     /* as UDUNITS has them: "1", "percent", "s", "byte" */
    const char *long_name; /* what stands at the axis of a figure              */
    const char *better;    /* "higher" or "lower"                              */
    const char *scale[H5_RANK_MOST]; /* per dimension: the 1-D array that numbers it */
    double      lo, hi;    /* valid_range, if lo < hi                          */
} H5Set;

/* --- writing ------------------------------------------------------------ */

/* The folder must be there; a file of that name is replaced by h5_commit. */
MUST_USE Status h5_create(H5 **f, const char *path, Err *err);

/* Close, sync, rename.  f is gone either way. */
MUST_USE Status h5_commit(H5 *f, Err *err);

/* x in row-major order.  A float's missing value is NaN, and _FillValue says so. */
MUST_USE Status h5_put(H5 *f, const H5Set *set, const void *x, Err *err);

/* One text, exactly, or n texts of one fixed length each. */
MUST_USE Status h5_put_long_text(H5 *f, const char *name, const char *text, Err *err);
MUST_USE Status h5_put_texts(H5 *f, const char *name, const char *const *texts, size_t n,
                             Err *err);

/* Rows of named columns, as pandas has them: a column is of numbers, x [rows] of that kind, or
 * of texts [rows]. */
typedef struct {
    const char        *name;
    NumberKind         kind;
    const void        *x;
    const char *const *texts; /* NULL: numbers */
} H5Column;

MUST_USE Status h5_put_table(H5 *f, const char *name, const H5Column *columns, int n,
                             size_t rows, const char *long_name, Err *err);

/* The 1-D array `scale` numbers this dimension; nothing happens if it does already. */
MUST_USE Status h5_attach(H5 *f, const char *array, int dim, const char *scale, Err *err);

/* One more name for an object; a name for an object of another file, whose path is found
 * from the folder of this one. */
MUST_USE Status h5_link(H5 *f, const char *name, const char *object, Err *err);
MUST_USE Status h5_link_outside(H5 *f, const char *name, const char *file, const char *object,
                                Err *err);

/* Attributes of "/", of a group (made if it is not there) or of an array. */
MUST_USE Status h5_put_text(H5 *f, const char *object, const char *key, const char *text,
                            Err *err);
MUST_USE Status h5_put_number(H5 *f, const char *object, const char *key, double x,
                              Err *err);
MUST_USE Status h5_put_whole(H5 *f, const char *object, const char *key, int64_t x,
                             Err *err);

/* --- reading ------------------------------------------------------------ */

/* STATUS_MISSING if there is no such file. */
MUST_USE Status h5_open(H5 **f, const char *path, Err *err);

/* A file that was being created is dropped.  f may be NULL. */
void h5_close(H5 *f);

bool h5_has(H5 *f, const char *name);

/* Reads all of a file: STATUS_FORMAT unless every byte is as h5_commit has left it.  So has a
 * file without a seal, which others have written or changed. */
MUST_USE Status h5_verify(const char *path, Err *err);

/* The same; *all: each of n texts shorter than 256 bytes stands somewhere in the bytes as
 * they are.  Twice as fast as asking HDF5 for a text; one that is packed is not found. */
MUST_USE Status h5_verify_has(const char *path, const char *const *texts, int n, bool *all,
                              Err *err);

/* Names in a group, in alphabetical order; *names ends with NULL. */
MUST_USE Status h5_list(H5 *f, const char *group, Arena *a, const char *const **names,
                        Err *err);

/* In: set's name, kind and rank; out: its dim, units, long_name, better (NULL if
 * it has none) and *x.  A float is read as a double and an int32 as an int64 if
 * asked so; nothing else is converted. */
MUST_USE Status h5_get(H5 *f, H5Set *set, Arena *a, void **x, Err *err);

/* The same, but the sizes in set->dim must be the file's; x has room for them. */
MUST_USE Status h5_get_into(H5 *f, const H5Set *set, void *x, Err *err);

/* Names of a table's columns, as h5_list; and one of them.  In: its name and kind, and texts,
 * not NULL if it is of texts; out: x or texts, and how many rows. */
MUST_USE Status h5_columns(H5 *f, const char *table, Arena *a, const char *const **names,
                           Err *err);
MUST_USE Status h5_get_column(H5 *f, const char *table, H5Column *column, Arena *a, size_t *rows,
                              Err *err);

MUST_USE Status h5_get_long_text(H5 *f, const char *name, Arena *a, const char **text,
                                 Err *err);
MUST_USE Status h5_get_texts(H5 *f, const char *name, Arena *a, const char *const **texts,
                             size_t *n, Err *err);

MUST_USE Status h5_get_text(H5 *f, const char *object, const char *key, Arena *a,
                            const char **text, Err *err);
MUST_USE Status h5_get_number(H5 *f, const char *object, const char *key, double *x,
                              Err *err);
MUST_USE Status h5_get_whole(H5 *f, const char *object, const char *key, int64_t *x,
                             Err *err);

/* What stands under a name, without reading it. */
typedef enum { H5_GROUP, H5_NUMBERS, H5_TEXTS, H5_TABLE, H5_OTHER } H5What;
typedef struct {
    H5What     what;
    NumberKind kind; /* of numbers                   */
    int        rank; /* 0: one; of an array or table */
    size_t     dim[H5_RANK_MOST];
    size_t     bytes; /* that it takes in the file   */
} H5Look;
MUST_USE Status h5_look(H5 *f, const char *name, H5Look *look, Err *err);

/* Is it a name for an object of another file?  *file: its path, as h5_link_outside has it. */
bool h5_leads_outside(H5 *f, const char *name, Arena *a, const char **file);

bool h5_is_attached(H5 *f, const char *array, int dim, const char *scale);

/* Names of the attributes of an object, as h5_list. */
MUST_USE Status h5_attributes(H5 *f, const char *object, Arena *a, const char *const **names,
                              Err *err);

/* --- comparing ---------------------------------------------------------- */

/* Adds a line to `where` for each group, array, text and attribute that one file has and
 * the other has not, or that is not the same bit for bit: "/metrics/knn_top1: differs".  An
 * attribute stands below its object: "/created".  What `skip` says yes to is left alone.
 * Fails as h5_open. */
MUST_USE Status h5_compare(const char *a, const char *b, bool (*skip)(const char *path),
                           Text *where, Err *err);

/* --- what others do ------------------------------------------------------ */

/* Writes and reads a file at `path` with HDF5's own locks, which we do without and other
 * programs take (h5py, h5dump), and removes it.  *locks: it was locked while it was open;
 * false, and all is well, where HDF5_USE_FILE_LOCKING turns them off.  STATUS_IO where HDF5
 * is refused a lock: others can read our records there with that variable at FALSE only. */
MUST_USE Status h5_try_locks(const char *path, bool *locks, Err *err);

#endif
