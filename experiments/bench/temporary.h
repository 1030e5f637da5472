/* A temporary folder, gone with what is in it. */
#ifndef EXPERIMENTS_BENCH_TEMPORARY_H
#define EXPERIMENTS_BENCH_TEMPORARY_H

#include "core/base/status.h"

enum { TEMPORARY_PATH = 1024 };

/* In $TMPDIR or where the system has such folders. */
MUST_USE Status temporary_open(char folder[TEMPORARY_PATH], Err *err);
void            temporary_close(const char *folder);

#endif
