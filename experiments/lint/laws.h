/* The laws of strategies: what must hold of every one, whatever it draws.
 *
 *     Subject s = { .spec = "spiral:sym=1", .open = strategy_open };
 *     for (int i = 0; i < LAWS_TRIED; i++)
 *         if (laws[i].holds(&s, &err)) ...  err.text says where it is broken
 *
 * A law ends with STATUS_FAILED where it is broken.  What a strategy does to the
 * process (crash, loop for ever, exit, abort) befalls the caller: see lint.h for a
 * process that can afford it.
 */
#ifndef EXPERIMENTS_LINT_LAWS_H
#define EXPERIMENTS_LINT_LAWS_H

#include "experiments/lint/subject.h"

/* In the order in which they are tried: a law stands on those before it. */
typedef enum {
    LAW_OPENS,
    LAW_BOUNDS,
    LAW_SCORES,
    LAW_COUNT,
    LAW_PURE,
    LAW_THREADS,
    LAW_FIXED,
    LAWS_TRIED,
    LAW_KNOWN = LAWS_TRIED, /* known.h, after measuring  */
    LAW_RETURNS,            /* lint.h, by looking on     */
    LAWS
} LawName;

typedef struct {
    const char *name, *about; /* "pure", and the law in one line */
    Status (*holds)(const Subject *s, Err *err); /* NULL behind LAWS_TRIED */
} Law;

extern const Law laws[LAWS];

#endif
