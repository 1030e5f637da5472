/* Is a record what fields.h says?  Any file may be given: it is looked at, never believed. */
#ifndef EXPERIMENTS_RECORD_CHECK_H
#define EXPERIMENTS_RECORD_CHECK_H

#include "core/base/status.h"
#include "core/base/text.h"

/* Adds a line to `where` for each departure, "FILE: /curves/loss: units percent, expected 1",
 * and counts them in *departures.  Fails as record_read: a file that is damaged, foreign or of
 * a newer schema has no departures to speak of. */
MUST_USE Status record_check(const char *path, Text *where, int *departures, Err *err);

#endif
