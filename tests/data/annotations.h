/* Folders of annotated pictures for tests. */
#ifndef TESTS_DATA_ANNOTATIONS_H
#define TESTS_DATA_ANNOTATIONS_H

#include "core/data/dense.h"
#include "tests/scratch.h"

/* The data set `name` in the scratch folder, which s keeps. */
DenseConfig dense_in(const Scratch *s, const char *name);

/* These must succeed, or fail with a message that has `why` in it. */
DenseData *dense_opened(const DenseConfig *c, Split split);
void       dense_identified(char hex[HASH_HEX], const DenseConfig *c, Split split);
void       expect_dense_fails(const DenseConfig *c, Split split, Status want, const char *why);

#endif
