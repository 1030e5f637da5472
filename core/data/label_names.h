/* What the classes of label maps are called.
 *
 * ADE20K comes with objectInfo150.txt: a line of headings, then for each label, from 1 on,
 * its number, some figures, and its name with synonyms, of which the first is taken:
 *
 *     1  0.1576  11664  1172  wall
 *     2  0.1072  6046   612   building, edifice
 */
#ifndef CORE_DATA_LABEL_NAMES_H
#define CORE_DATA_LABEL_NAMES_H

#include "core/base/arena.h"
#include "core/base/status.h"

#define LABEL_NAMES "objectInfo150.txt"

/* name [classes]: those that the file at `path` names are replaced, in `a`; class k is
 * label k + first.  STATUS_FORMAT says which line is of no class, or has no name. */
MUST_USE Status label_names_read(const char **name, Arena *a, int classes, int first,
                                 const char *path, Err *err);

#endif
