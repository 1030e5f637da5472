#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */
#include "tests/scratch.h"

#include "core/base/file.h"

#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void scratch_open(Scratch *s)
{
    const char *where = getenv("TMPDIR");
    snprintf(s->folder, sizeof s->folder, "%s/maskgrid-test-XXXXXX",
             where && *where ? where : P_tmpdir);
    cr_assert(mkdtemp(s->folder) != NULL, "%s", s->folder);
}

const char *scratch_path(Scratch *s, const char *name)
{
    snprintf(s->path, sizeof s->path, "%s/%s", s->folder, name);
    return s->path;
}

const char *scratch_file(Scratch *s, const char *name, const void *bytes, size_t n)
{
    char aside[sizeof s->path + 16];
    snprintf(aside, sizeof aside, "%s.%d", scratch_path(s, name), (int)getpid());
    FILE *f = fopen(aside, "wb");
    cr_assert(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0, "%s", aside);
    cr_assert(rename(aside, s->path) == 0, "%s", s->path);
    return s->path;
}

void scratch_copy(const char *to, const char *from)
{
    char  *bytes;
    size_t n;
    Err    err;
    cr_assert(!file_read(from, 1 << 24, &bytes, &n, &err), "%s", err.text);
    cr_assert(!file_write(to, bytes, n, &err), "%s", err.text);
    free(bytes);
}

const char *scratch_folder(Scratch *s, const char *name)
{
    Err err;
    cr_assert(!file_make_folders(scratch_path(s, name), &err), "%s", err.text);
    return s->path;
}

static int drop(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

void scratch_close(Scratch *s) { nftw(s->folder, drop, 16, FTW_DEPTH | FTW_PHYS); }
