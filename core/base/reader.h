/* A file that is read here and there, by several threads at once.
 *
 *     Reader r;
 *     if (reader_open(&r, "train_X.bin", &err) || reader_take(&r, pixels, at, n, &err)) ...
 *     reader_close(&r);
 */
#ifndef CORE_BASE_READER_H
#define CORE_BASE_READER_H

#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *path;  /* belongs to the caller     */
    uint64_t    size;  /* of the file, when opened  */
    int         fd;
    const char *bytes; /* of reader_over, else NULL */
} Reader;

/* STATUS_MISSING if there is no such file, STATUS_FORMAT if it is none to be read here and
 * there (a folder, a pipe), STATUS_IO otherwise. */
MUST_USE Status reader_open(Reader *r, const char *path, Err *err);

/* The same over bytes in memory, which must outlive it; `name` is for messages. */
void reader_over(Reader *r, const void *bytes, size_t n, const char *name);

/* n bytes from `at` on.  STATUS_FORMAT if the file has not so many. */
MUST_USE Status reader_take(const Reader *r, void *to, uint64_t at, size_t n, Err *err);

void reader_close(Reader *r);

#endif
