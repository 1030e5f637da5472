/* Tar archives, read in place: what is in one, and where.
 *
 *     Tar t;
 *     tar_start(&t, &reader);
 *     for (TarMember m; !(bad = tar_next(&t, &m, err)) && m.name;)
 *         if (m.is_file) ...m.size bytes from m.at on...
 *
 * Headers as POSIX ustar, GNU and pax write them, with long names and sizes.  Names are
 * told as they are and are of no path: nothing is ever unpacked.
 *
 * Source: POSIX.1-2017, pax, section "ustar Interchange Format"; GNU tar manual, "Basic Tar
 * Format".
 */
#ifndef CORE_DATA_TAR_H
#define CORE_DATA_TAR_H

#include "core/base/reader.h"

#include <stdbool.h>

enum { TAR_NAME = 4096, TAR_EXTRA = 1 << 16 };

typedef struct {
    const char *name;    /* lives until the next call; NULL: there are no more */
    bool        is_file; /* else a folder, a link, a device                    */
    uint64_t    at, size;
} TarMember;

typedef struct {
    const Reader *from;
    uint64_t      at; /* of the next header */
    char          name[TAR_NAME];
    char          extra[TAR_EXTRA]; /* a pax header */
} Tar;

void tar_start(Tar *t, const Reader *from);

/* STATUS_FORMAT "FILE: what is wrong at byte N": a checksum or number that is none, a member
 * that reaches beyond the file, a file that ends without the block of zeros at the end, a
 * sparse file, a name of TAR_NAME bytes, a pax header of more than TAR_EXTRA. */
MUST_USE Status tar_next(Tar *t, TarMember *m, Err *err);

#endif
