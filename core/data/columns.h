/* Rows of numbers out of anyone's file: CSV, .npy, .npz, HDF5.
 *
 *     static const char *const names[] = { "labels", "label", NULL };
 *     Columns c;
 *     if (columns_read(&c, &arena, "truth.csv", names, err)) ...
 *
 * The path may say which array of an .npz or HDF5 file is meant: FILE:NAME; else it is the
 * first of `names` that is there, or the only one.  In CSV a first line that is not all
 * numbers, or is 0,1,2 and so on, names the columns; a column named id, image, file, name
 * or index, or the first where it holds words or has no name, says which image a row is
 * about, and all others are numbers.
 */
#ifndef CORE_DATA_COLUMNS_H
#define CORE_DATA_COLUMNS_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stddef.h>

typedef struct {
    const char  *path;  /* of the file alone                                       */
    size_t       rows, cols;
    double      *x;     /* [rows, cols]                                            */
    const char **ids;   /* [rows], or NULL                                         */
    size_t      *lines; /* [rows] of a CSV file, from 1; NULL: rows are from 0     */
} Columns;

/* STATUS_FORMAT names file and line, or array and row, of what is not a number, not
 * finite, or of another length than the rest. */
MUST_USE Status columns_read(Columns *c, Arena *a, const char *path, const char *const *names,
                             Err *err);

/* "truth.csv:7" or "truth.npy, row 6": for messages. */
void columns_where(const Columns *c, size_t row, char *out, size_t room);

#endif
