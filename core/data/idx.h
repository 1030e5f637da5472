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
    int      dim[IDX_MAX_RANK]; /* each at least 1 */
    uint8_t *values;            /* within bytes    */
    char    *bytes;             /* free() this one */
} Idx;

/* An array of `rank` dimensions from a gzip file.  STATUS_FORMAT if the file is
 * damaged, of another type or rank, or not as long as its sizes say. */
MUST_USE Status idx_read(Idx *x, const char *path, int rank, Err *err);

#endif
