/* What classes are called where they are shown. */
#ifndef CORE_DATA_CLASS_NAMES_H
#define CORE_DATA_CLASS_NAMES_H

#include "core/base/arena.h"

#include <stdint.h>

/* name [n] in `a`, fit for a terminal; "door (id 7)" where another is called so too, where
 * there is no name, and where it is `taken`, what the reader takes for something else (NULL:
 * nothing).  id NULL: they are places. */
const char *const *class_names_shown(Arena *a, const char *const *name, const int64_t *id, int n,
                                     const char *taken);

#endif
