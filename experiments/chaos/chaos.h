/* A proof by trial: a run that is killed again and again ends as one that is not.
 *
 * The recipe is run twice, with `maskgrid run` as a user would start it: once left alone,
 * once killed at random moments, with SIGKILL to every process at once, while states are
 * saved after every step.  The moments are spread over the run: some are at its start,
 * many fall into a write.  Between kills states are cut short and bits flipped in them,
 * and some sittings find a disk on which no model fits.  Should it come to its end before it
 * was killed often enough, it begins again.
 */
#ifndef EXPERIMENTS_CHAOS_CHAOS_H
#define EXPERIMENTS_CHAOS_CHAOS_H

#include "experiments/chaos/trial.h"
#include "experiments/chaos/verdict.h"

typedef struct {
    long    steps;           /* of all trainings                                 */
    double  quiet_s, stormy_s;
    int     sittings, kills, in_writes; /* kills while a file was being written   */
    int     storms;          /* runs that were killed, from an empty folder to their end */
    int     full;            /* sittings on a full disk                          */
    int     cut, flipped, noticed; /* states harmed, and named in a log          */
    Verdict verdict;         /* of the last storm; those before it were survived */
} ChaosResult;

/* STATUS_FAILED if a sitting fails by itself, the message says where it is told; or if it
 * cannot be killed so often. */
MUST_USE Status chaos_run(ChaosResult *r, const TrialConfig *c, int kills,
                          const Recipe *recipe, Err *err);
void            chaos_free(ChaosResult *r);

/* Were all harms noticed, and is nothing different? */
bool chaos_survived(const ChaosResult *r);

#endif
