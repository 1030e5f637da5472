#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */
#include "core/base/temporary.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Status temporary_open(char folder[TEMPORARY_PATH], const char *what, Err *err)
{
    const char *where = getenv("TMPDIR");
    if (!where) where = P_tmpdir;
    snprintf(folder, TEMPORARY_PATH, "%s/maskgrid-%s-XXXXXX", where, what);
    if (mkdtemp(folder)) return STATUS_OK;
    return err_set(err, STATUS_IO, "%s: %s", folder, strerror(errno));
}

static int drop(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

void temporary_close(const char *folder) { nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS); }
