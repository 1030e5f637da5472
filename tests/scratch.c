#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void scratch_open(Scratch *s)
{
    strcpy(s->folder, "/tmp/maskgrid-test-XXXXXX");
    cr_assert(mkdtemp(s->folder) != NULL);
}

const char *scratch_path(Scratch *s, const char *name)
{
    snprintf(s->path, sizeof s->path, "%s/%s", s->folder, name);
    return s->path;
}

const char *scratch_file(Scratch *s, const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(scratch_path(s, name), "wb");
    cr_assert(f && fwrite(bytes, 1, n, f) == n);
    fclose(f);
    return s->path;
}

void scratch_close(Scratch *s)
{
    DIR *d = opendir(s->folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlink(scratch_path(s, e->d_name));
    if (d) closedir(d);
    rmdir(s->folder);
}
