/* Does what is to be run of a recipe fit this machine, and how is the machine shared?
 *
 *     Fit f;
 *     fit_works(&f, &works, jobs, threads);
 *     if (fit_check(&f, &works, recipe, &err)) return cli_fail(&err);
 *     run(f.share.jobs, f.share.threads);
 */
#ifndef EXPERIMENTS_RUN_FIT_H
#define EXPERIMENTS_RUN_FIT_H

#include "experiments/run/machine.h"
#include "experiments/run/share.h"
#include "experiments/run/work.h"

typedef struct {
    Machine     machine;
    Shares      share;
    int         cells, stages;  /* to be run                                         */
    const Work *largest;        /* takes most memory; NULL: nothing is to be run      */
    double      bytes;          /* of memory that it takes                           */
    double      disk;           /* bytes that all of them leave, and take on the way  */
    double      disk_free;      /* where the results are; infinite if nobody says    */
} Fit;

/* jobs and threads as asked for; 0: as it suits.  Sets the bytes of each of w. */
void fit_works(Fit *f, Works *w, int jobs, int threads);

/* STATUS_CONFIG, in numbers, if one cell alone takes more memory than there is for us, or
 * all together more disk than is free. */
MUST_USE Status fit_check(const Fit *f, const Works *w, const Recipe *r, Err *err);

#endif
