/* A record in a terminal, 80 columns wide: what it says of itself, its metrics and arrays. */
#ifndef EXPERIMENTS_RECORD_OUTLINE_H
#define EXPERIMENTS_RECORD_OUTLINE_H

#include "core/base/h5.h"
#include "core/base/text.h"

/* Its configuration follows, as it is. */
MUST_USE Status record_outline(Text *out, H5 *f, Err *err);

#endif
