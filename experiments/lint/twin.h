/* Masks of another process: one key, one mask, wherever and whenever it is drawn.
 *
 * Both processes draw the same keys.  The twin has another number, other addresses of
 * all that it allocates and loads, and, where that can matter, another second.
 */
#ifndef EXPERIMENTS_LINT_TWIN_H
#define EXPERIMENTS_LINT_TWIN_H

#include "core/base/hash.h"
#include "experiments/lint/subject.h"

/* Hashes of masks, grid by grid. */
typedef struct { char hex[GRIDS + 1][HASH_HEX]; } Prints;

/* In the twin, before anything is opened. */
void twin_move(void);

MUST_USE Status twin_draw(Prints *to, const Subject *s, Err *err);

/* STATUS_FAILED names the first grid whose masks differ. */
MUST_USE Status twin_compare(const Prints *a, const Prints *b, const Subject *s, Err *err);

#endif
