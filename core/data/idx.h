/* IDX: the array files of the MNIST family.
 *
 * Bytes 0, 0, type, rank; rank big-endian 32-bit sizes; values.  Only type 8,
 * unsigned bytes, occurs in that family.
 *
 * Source: the description on the home page of MNIST, LeCun, Cortes, Burges.
 */
#ifndef CORE_DATA_IDX_H
#define CORE_DATA_IDX_H

#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

enum { IDX_MAX_RANK = 3 };

typedef struct {
    int            dim[IDX_MAX_RANK]; /* each at least 1       */
    const uint8_t *values;            /* within what was parsed */
} Idx;

/* The array of `rank` dimensions that bytes [n] are; `name` is for the message.
 * STATUS_FORMAT if it is of another type or rank, or not as long as its sizes say. */
MUST_USE Status idx_parse(Idx *x, const void *bytes, size_t n, const char *name, int rank,
                          Err *err);

/* The array of a file, packed by gzip or not; free() bytes, which values lie in.  Also
 * STATUS_MISSING, STATUS_IO, and STATUS_FORMAT if it is truncated or damaged. */
MUST_USE Status idx_read(Idx *x, char **bytes, const char *path, int rank, Err *err);

#endif
