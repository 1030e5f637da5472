#include "core/data/idx.h"

#include "core/base/file.h"

#include <stdlib.h>

enum { UNSIGNED_BYTES = 8 };

/* More than any file of the family unpacks to (EMNIST: 640 MB). */
static const size_t LIMIT = (size_t)1 << 30;

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

Status idx_parse(Idx *x, const void *bytes, size_t n, const char *name, int rank, Err *err)
{
    const unsigned char *p = bytes;
    const size_t         head = 4 + 4 * (size_t)rank;
    CHECK(rank >= 1 && rank <= IDX_MAX_RANK, "IDX of rank %d", rank);
    if (n < head)
        return err_set(err, STATUS_FORMAT, "%s: %zu bytes, too short for an IDX file",
                       name, n);
    const uint32_t magic = (uint32_t)UNSIGNED_BYTES << 8 | (uint32_t)rank;
    if (big_endian(p) != magic)
        return err_set(err, STATUS_FORMAT,
                       "%s: magic number %u, expected %u (bytes, %d dimensions)", name,
                       big_endian(p), magic, rank);

    size_t product = 1;
    for (int i = 0; i < rank; i++) {
        uint32_t dim = big_endian(p + 4 + 4 * i);
        if (dim == 0 || dim > LIMIT / product)
            return err_set(err, STATUS_FORMAT,
                           "%s: size %d is %u, with %zu bytes of values", name, i, dim,
                           n - head);
        x->dim[i] = (int)dim;
        product *= dim;
    }
    if (product != n - head)
        return err_set(err, STATUS_FORMAT, "%s: its sizes ask for %zu bytes, it has %zu",
                       name, product, n - head);
    x->values = p + head;
    return STATUS_OK;
}

Status idx_read(Idx *x, char **bytes, const char *path, int rank, Err *err)
{
    size_t n;
    if (file_unpack(path, LIMIT, bytes, &n, err)) return err->code;
    Status bad = idx_parse(x, *bytes, n, path, rank, err);
    if (bad) free(*bytes);
    return bad;
}
