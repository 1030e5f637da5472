/* One line that says how a run is going: a bar on a terminal, redrawn in place;
 * elsewhere a line now and then.
 */
#ifndef EXPERIMENTS_RUN_PROGRESS_H
#define EXPERIMENTS_RUN_PROGRESS_H

#include "core/base/status.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    const char *name;  /* of the recipe */
    FILE       *to;    /* NULL: say nothing */
    bool        bar;   /* to is a terminal */
    bool        drawn; /* the cursor stands behind a bar */
    double      shown_s;

    int    total, done, failed, running, elsewhere; /* cells */
    double share;        /* of all that is to be done, 0..1    */
    double images_per_s; /* of all running cells, 0: not known */
    double left_s;       /* NaN: not known                     */
    double since_s;      /* above 0: there are no cells but one thing; when it began */
} Progress;

void progress_open(Progress *p, const char *name, FILE *to);
void progress_show(Progress *p, bool now); /* at most 5 times a second, or every 30 s */
void progress_say(Progress *p, const char *fmt, ...) PRINTF_LIKE(2, 3); /* a line above it */
void progress_close(Progress *p);

/* What the line says, in place of what is in out, in less than so many columns: with a shorter
 * bar, or none, and at last without its end.  0: however long it is. */
void progress_text(const Progress *p, Text *out, int columns);

/* "41 s", "12 min", "3.5 h", "2.1 days". */
void progress_span(char out[32], double seconds);

#endif
