/* A program beside ours that answers each line with a line. */
#ifndef CORE_MASK_PIPE_H
#define CORE_MASK_PIPE_H

#include "core/base/status.h"
#include "core/base/text.h"

typedef struct Pipe Pipe;

/* Start the executable `file`, with both ends of the conversation as its standard
 * input and output; its standard error is ours.  It dies with this process. */
MUST_USE Status pipe_open(Pipe **p, const char *file, Err *err);
void            pipe_close(Pipe *p); /* kills it; NULL is allowed */

/* Send line[n], which ends with a newline, and fetch one line, without it.
 * STATUS_FORMAT if there is none within so many seconds, if it is longer than a MiB,
 * or if the program has ended.  One thread at a time. */
MUST_USE Status pipe_ask(Pipe *p, Text *answer, const char *line, size_t n, double seconds,
                         Err *err);

#endif
