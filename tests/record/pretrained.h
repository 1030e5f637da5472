/* A record of pretrain, of two epochs, without a stage that trains. */
#ifndef TESTS_RECORD_PRETRAINED_H
#define TESTS_RECORD_PRETRAINED_H

#include "experiments/record/record.h"
#include "tests/scratch.h"

/* As it should be, but for the one thing named `wrong`, see faults[] of test_schema.c; NULL: for
 * nothing.  Its path. */
const char *pretrained(Scratch *scratch, const char *wrong);

/* Is `wrong`, which may be NULL, that? */
bool wrong_in(const char *wrong, const char *what);

/* The head of a record; with an identity that is not its configuration's if `foreign`. */
Record *started(const char *path, const char *stage, const char *config, bool foreign);

#endif
