/* A fresh folder for one test, in $TMPDIR or where the system has such; gone with what
 * is in it at the end. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stddef.h>

typedef struct {
    char folder[120], path[400];
} Scratch;

void scratch_open(Scratch *s);
void scratch_close(Scratch *s);

/* FOLDER/name; the text lives until the next call. */
const char *scratch_path(Scratch *s, const char *name);

/* The same, with these bytes in it: at once, for a child that was forked may be reading
 * what its parent writes again. */
const char *scratch_file(Scratch *s, const char *name, const void *bytes, size_t n);

/* The same bytes at another path, in any folder. */
void scratch_copy(const char *to, const char *from);

/* FOLDER/name, a folder, and those on the way to it. */
const char *scratch_folder(Scratch *s, const char *name);

#endif
