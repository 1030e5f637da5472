/* A checkpoint, ours or of others, written as another. */
#ifndef EXPERIMENTS_RECORD_CONVERT_H
#define EXPERIMENTS_RECORD_CONVERT_H

#include "core/base/text.h"
#include "core/train/checkpoint.h"

#include <stdio.h>

/* Read `from`, write `out` in one of export_formats (core/train/export.h), or as our own
 * where `format` is NULL.  `said` gets a line with `out`, what the model is, and a line for
 * each thing left out, not found, assumed or resized. */
MUST_USE Status convert(const char *out, const char *format, const char *from,
                        CheckpointHints hints, FILE *said, Err *err);

#endif
