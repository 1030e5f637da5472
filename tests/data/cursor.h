/* A golden file, read from its beginning to its end; its format is told by the script in
 * tests/golden that has made it. */
#ifndef TESTS_DATA_CURSOR_H
#define TESTS_DATA_CURSOR_H

#include "core/data/image.h"

typedef struct {
    char       *bytes;
    const char *at, *end;
} Cursor;

void cursor_open(Cursor *c, const char *path);
void cursor_close(Cursor *c);

/* What comes next; the test ends where the file has not so much. */
int         take_int(Cursor *c);
float       take_float(Cursor *c);
double      take_double(Cursor *c);
const char *take_bytes(Cursor *c, size_t n);

/* Its height, width and channels, then its pixels. */
void take_image(Cursor *c, Image *m);

#endif
