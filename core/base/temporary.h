/* A temporary folder, gone with what is in it. */
#ifndef CORE_BASE_TEMPORARY_H
#define CORE_BASE_TEMPORARY_H

#include "core/base/status.h"

enum { TEMPORARY_PATH = 1024 };

/* In $TMPDIR or where the system has such folders; `what` it is for is in its name. */
MUST_USE Status temporary_open(char folder[TEMPORARY_PATH], const char *what, Err *err);
void            temporary_close(const char *folder);

#endif
