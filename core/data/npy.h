/* NumPy's arrays of numbers: .npy, the entries of .npz.
 *
 * Source: numpy/lib/format.py, versions 1 to 3. */
#ifndef CORE_DATA_NPY_H
#define CORE_DATA_NPY_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { NPY_RANK = 4 };

typedef struct {
    int     rank;
    size_t  dim[NPY_RANK], count;
    double *x;
} Npy;

bool npy_is(const char *bytes, size_t n); /* does it begin as one does? */

/* Any whole number, floats of 2 to 8 bytes, bool, in either order of bytes and of indices;
 * x is in C order.  STATUS_FORMAT if it is anything else, truncated, or longer than its
 * shape says. */
MUST_USE Status npy_parse(Npy *out, Arena *a, const char *bytes, size_t n, const char *path,
                          Err *err);

#endif
