/* Which rows of the results stand side by side, and what one slides over: a number that the
 * grid varies, the ratio if it is one of them, else the epochs, else the first. */
#ifndef EXPERIMENTS_REPORT_STEPS_H
#define EXPERIMENTS_REPORT_STEPS_H

#include "experiments/record/results.h"

enum { STEPS_MOST = 12 }; /* as many as page.css knows; rows of more stand in the last */

typedef struct {
    const Results *r;
    int            setting; /* of the results; -1: nothing to slide over, one step */
    char           key[64]; /* "ratio" */
    double         value[STEPS_MOST]; /* ascending */
    int            n;
} Steps;

void steps_find(Steps *s, const Results *r);

/* Is this row, which is not an untrained one, of that step? */
bool steps_has(const Steps *s, int step, int row);

/* Its label without what the step says. */
void steps_label(const Steps *s, int row, Text *out);

/* What stands before the steps, a radio button for each: arrow keys move between them, and
 * a page without scripts needs no more.  `name` is the group's, unlike all others. */
void steps_open(Text *out, const Steps *s, const char *name);
void steps_close(Text *out);

#endif
