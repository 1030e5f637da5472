/* Hours of mixed faults in some minutes: several runs share one results folder while they
 * and their files are treated badly, and it ends as if nothing had been.
 *
 * A round is the recipe from an empty folder to its end; as many are gone through as there is
 * time for, and one that has begun is ended, in peace.  Then of every record that is done one
 * is damaged, and a last run is to make it anew.
 */
#ifndef EXPERIMENTS_CHAOS_NIGHT_H
#define EXPERIMENTS_CHAOS_NIGHT_H

#include "experiments/chaos/fault.h"

typedef struct {
    double   seconds;
    int      runs;  /* at a time, at most CREW_MOST */
    unsigned kinds; /* of faults, see fault_read    */
} NightConfig;

typedef struct {
    double spent_s;
    int    rounds, begun;      /* runs that were begun         */
    int    times[FAULT_KINDS];
    long   made, anew;         /* records; of these because they were damaged */
    int    records, files;     /* compared, see Verdict        */
    Text   differences;        /* a line for each; empty: survived */
} NightResult;

/* STATUS_FAILED if a run fails that nothing hinders, or does not end. */
MUST_USE Status night_run(NightResult *r, const TrialConfig *t, const NightConfig *c,
                          const Recipe *recipe, Err *err);
void            night_free(NightResult *r);

#endif
