/* Small pictures and archives for tests of data sets. */
#ifndef TESTS_DATA_PICTURES_H
#define TESTS_DATA_PICTURES_H

#include "core/base/text.h"
#include "core/data/data.h"
#include "tests/scratch.h"

/* A PNG whose every pixel is (shade, 7, 9). */
void picture_write(Scratch *s, const char *name, int shade);

/* Red of the first pixel of picture i. */
int picture_shade(const Data *d, int i);

/* A member of a tar archive, as ustar writes it; type '0' is a file.  An archive ends with
 * tar_end. */
void tar_add(Text *t, const char *name, char type, const void *bytes, size_t n);
void tar_end(Text *t);

/* The PNG of picture_write, as a member. */
void tar_add_picture(Text *t, const char *name, int shade);

/* Opening must fail with that status and a message that has `why` in it. */
void expect_open_fails(const DataConfig *c, Split split, Status want, const char *why);

#endif
