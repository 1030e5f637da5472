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

static Status parse(Idx *x, const char *path, size_t n, int rank, Err *err)
{
    const unsigned char *p = (const unsigned char *)x->bytes;
    const size_t         head = 4 + 4 * (size_t)rank;
    if (n < head)
        return err_set(err, STATUS_FORMAT, "%s: %zu bytes, too short for an IDX file",
                       path, n);
    const uint32_t magic = (uint32_t)UNSIGNED_BYTES << 8 | (uint32_t)rank;
    if (big_endian(p) != magic)
        return err_set(err, STATUS_FORMAT,
                       "%s: magic number %u, expected %u (bytes, %d dimensions)", path,
                       big_endian(p), magic, rank);

    size_t product = 1;
    for (int i = 0; i < rank; i++) {
        uint32_t dim = big_endian(p + 4 + 4 * i);
        if (dim == 0 || dim > LIMIT / product)
            return err_set(err, STATUS_FORMAT,
                           "%s: size %d is %u, with %zu bytes of values", path, i, dim,
                           n - head);
        x->dim[i] = (int)dim;
        product *= dim;
    }
    if (product != n - head)
        return err_set(err, STATUS_FORMAT, "%s: its sizes ask for %zu bytes, it has %zu",
                       path, product, n - head);
    x->values = (uint8_t *)x->bytes + head;
    return STATUS_OK;
}

Status idx_read(Idx *x, const char *path, int rank, Err *err)
{
    size_t n;
    CHECK(rank >= 1 && rank <= IDX_MAX_RANK, "IDX of rank %d", rank);
    if (file_read_gzip(path, LIMIT, &x->bytes, &n, err)) return err->code;
    Status bad = parse(x, path, n, rank, err);
    if (bad) free(x->bytes);
    return bad;
}
