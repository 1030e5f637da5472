/* Files that stand in for what stages leave: with nothing in them, but sealed. */
#ifndef TESTS_RUN_WHOLE_H
#define TESTS_RUN_WHOLE_H

#include "core/base/status.h"

MUST_USE Status whole_record(const char *path, Err *err);
MUST_USE Status whole_encoder(const char *path, const char *of, Err *err); /* checkpoint_save */

/* One bit in the middle of a file is turned over. */
void whole_harm(const char *path);

#endif
