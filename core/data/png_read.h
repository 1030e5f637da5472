/* PNG pictures. */
#ifndef CORE_DATA_PNG_READ_H
#define CORE_DATA_PNG_READ_H

#include "core/base/status.h"
#include "core/data/image.h"

/* Any PNG as 8-bit gray or RGB, what is transparent over white.  STATUS_MISSING,
 * STATUS_IO, or STATUS_FORMAT if it is damaged or has more than 2^26 pixels. */
MUST_USE Status png_read(Image *m, const char *path, Err *err);

#endif
