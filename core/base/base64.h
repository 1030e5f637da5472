/* Bytes as letters, to put a picture into a page or a drawing.
 *
 * Source: RFC 4648, section 4. */
#ifndef CORE_BASE_BASE64_H
#define CORE_BASE_BASE64_H

#include "core/base/text.h"

#include <stdint.h>

void base64_add(Text *out, const uint8_t *x, size_t n);

#endif
