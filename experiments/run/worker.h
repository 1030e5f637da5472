/* The process of one cell: runs its stages, one after the other. */
#ifndef EXPERIMENTS_RUN_WORKER_H
#define EXPERIMENTS_RUN_WORKER_H

#include "experiments/stages/stages.h"

/* Exit code between the program and itself: another process has the claim. */
enum { EXIT_CLAIMED = 76 };

typedef Status StageRun(const Cell *c, StageKind kind, const StageContext *x, Err *err);

/* Run the named stages ("pretrain", "knn-1f0c9a33") in results/cells/FOLDER, whose
 * configurations stand there as config.yaml and NAME.yaml.  Returns an exit code:
 * EXIT_DONE, EXIT_STOPPED after a signal, EXIT_CLAIMED, or that of the failure,
 * which is then on stderr and in failed.txt.
 *
 * The stop signals (stop.h) are blocked from here on and only asked for; a stage that keeps
 * no state ends with EXIT_STOPPED at once, and so does any by the second SIGINT. */
int worker_run(const char *results, const char *folder, char *const *stages, int n,
               double save_every_s, StageRun *run);

/* Has a signal come that worker_run asks for, or does one within so many seconds?  It is taken
 * away.  They must be blocked. */
bool worker_asked(double seconds);

/* May another try end better than the one with this exit code?  What a cell says of its recipe
 * or data stays so. */
bool worker_may_do_better(int code);

/* worker_run with a claim that was taken before (claim_accept), which it gives back; 0: none.
 * And where ranks run it together (core/train/ranks.h): rank 0 does what worker_run does, and
 * calls the others for a pre-training; in all else they sleep.  They follow until rank 0
 * dismisses them, with the exit code of all. */
int  worker_lead(const char *results, const char *folder, int claim, char *const *stages, int n,
                 double save_every_s, StageRun *run, const Ranks *ranks);
int  worker_follow(const char *results, StageRun *run, const Ranks *ranks);
void worker_dismiss(const Ranks *ranks, int code);

#endif
