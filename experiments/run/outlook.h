/* How far a run is and how long it will take, in floating point operations. */
#ifndef EXPERIMENTS_RUN_OUTLOOK_H
#define EXPERIMENTS_RUN_OUTLOOK_H

#include "experiments/run/progress.h"
#include "experiments/run/work.h"

typedef struct {
    double start_s;
    double all_flop;   /* of what was not done in the beginning */
    double over_flop;  /* ... of work that is over              */
    double first_flop; /* ... that was behind us at first sight */
    bool   seen;
} Outlook;

double outlook_left(const Work *w); /* operations still to be done */

/* Operations of a running piece of work that are behind it, by its journal; adds its rate. */
double outlook_behind(const Work *w, const char *results, double *images_per_s);

/* Sets share and left_s when so many operations of running work are behind us, of p->total
 * cells.  At first the estimate is all there is: so many seconds for an operation, 0 if nobody
 * knows.  It leaves out what starting takes: of short cells left_s is NaN until some are done. */
void outlook_tell(Outlook *o, Progress *p, double running_flop, double s_per_flop);

#endif
