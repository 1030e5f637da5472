/* Zip archives: what is in them, and single entries.
 *
 *     Zip z;
 *     if (zip_open(&z, path, err)) return err->code;
 *     const ZipEntry *e = zip_find(&z, "labels.npy");
 *     if (e && zip_read(&z, e, limit, &a, &bytes, err)) ...
 *     zip_close(&z);
 *
 * The reader trusts nothing.  The central directory alone says what there is; entries
 * that lie outside the file, over each other or over the directory, names given twice
 * and sizes that do not agree are STATUS_FORMAT, with the file and the entry.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.9, with the fields of 64 bits; stored and deflated
 * entries, nothing encrypted, one volume.
 */
#ifndef CORE_BASE_ZIP_H
#define CORE_BASE_ZIP_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *name;
    size_t      at;     /* where its bytes begin in the file    */
    size_t      packed; /* bytes there                          */
    size_t      size;   /* bytes once unpacked                  */
    bool        stored; /* as they are: packed is size          */
    uint32_t    crc;
} ZipEntry;

typedef struct {
    const char *path;
    FILE       *file;
    Arena       arena;
    ZipEntry   *entries; /* ordered by where they lie */
    size_t      n;
} Zip;

/* Does the file begin as an archive does?  False too if it cannot be read. */
bool zip_is(const char *path);

MUST_USE Status zip_open(Zip *z, const char *path, Err *err);
void            zip_close(Zip *z);

const ZipEntry *zip_find(const Zip *z, const char *name); /* or NULL */

/* All of an entry, unpacked and its checksum compared, with a NUL behind it that
 * e->size does not count.  STATUS_FORMAT if it is longer than `limit` bytes. */
MUST_USE Status zip_read(const Zip *z, const ZipEntry *e, size_t limit, Arena *a,
                         char **bytes, Err *err);

#endif
