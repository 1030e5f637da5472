/* Files: read whole, written whole or not at all. */
#ifndef CORE_BASE_FILE_H
#define CORE_BASE_FILE_H

#include "core/base/hash.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* All of a file, with a NUL behind it that n does not count; free() it.  STATUS_MISSING if
 * there is no such file, STATUS_FORMAT if it is longer than `limit` bytes, a folder, or,
 * outside of /dev, a pipe or device; STATUS_IO otherwise. */
MUST_USE Status file_read(const char *path, size_t limit, char **bytes, size_t *n, Err *err);

/* The same, unpacked if it begins as gzip does, whatever its name; STATUS_FORMAT if what is
 * packed is truncated or damaged. */
MUST_USE Status file_unpack(const char *path, size_t limit, char **bytes, size_t *n, Err *err);

/* The hash of its bytes, whatever its length; STATUS_MISSING, STATUS_FORMAT or STATUS_IO. */
MUST_USE Status file_hash(char hex[HASH_HEX], const char *path, Err *err);

/* Write aside, sync, rename: whoever looks finds the old file or the new one,
 * never half of either.  STATUS_FORMAT if a device or pipe stands there, which stays. */
MUST_USE Status file_write(const char *path, const void *bytes, size_t n, Err *err);

/* The two halves of that for writers that need a path: a name beside `path` to
 * write to, and the sync and rename.  A failed commit removes the aside. */
void            file_aside(const char *path, char *aside, size_t room);
MUST_USE Status file_commit(const char *aside, const char *path, Err *err);

/* The same, and what stood at `path`, if anything, is kept as `before`: at every moment
 * one of the two is whole. */
MUST_USE Status file_replace(const char *aside, const char *path, const char *before,
                             Err *err);

/* Removes the asides of files whose names end so (".h5"), left by writers that died.  Only
 * for whoever alone writes such files in the folder. */
void file_drop_asides(const char *folder, const char *ending);

MUST_USE Status file_make_folders(const char *path, Err *err); /* like mkdir -p */
bool            file_exists(const char *path);
bool            file_same(const char *a, const char *b); /* by two names, be it a link */
bool            file_lies_at(const char *path); /* also a link that leads to nothing */

/* Is it a regular file, so that opening it does not wait?  STATUS_MISSING if there is no
 * such file, STATUS_FORMAT, saying what it is, if it is a folder, a pipe or a device. */
MUST_USE Status file_check_regular(const char *path, Err *err);

#endif
