/* Figures that are known from elsewhere: other programs' generators, or arithmetic. */
#ifndef EXPERIMENTS_LINT_KNOWN_H
#define EXPERIMENTS_LINT_KNOWN_H

#include "experiments/lint/measure.h"

typedef struct {
    const char *spec; /* as mask_spec writes it                          */
    int    K;         /* visible                                         */
    double neighbours, neighbours_sd, parts, least, most; /* as in Measures; NAN: */
                                                          /* not known            */
    double off; /* allowed of pairs and regions, beside chance */
} Known;

enum { KNOWN_ROWS = 14, KNOWN_COLS = 14 };

extern const Known known[]; /* ends with { 0 } */

/* The row of that text, grid and K, or NULL. */
const Known *known_find(const char *spec, const Measures *m);

/* STATUS_FAILED, with both numbers, if m is further off than chance and the rounding
 * of what is known allow. */
MUST_USE Status known_check(const Known *k, const Measures *m, Err *err);

#endif
