/* A recipe as a batch script for Slurm: an array with a cell a task, then the table.
 *
 * The head is written here, what follows it is scripts/slurm/cells.sh.  A task is
 * `maskgrid run RECIPE --only CELL`, so whatever Slurm does to it, what is guaranteed of
 * `run` is guaranteed of it.
 */
#ifndef EXPERIMENTS_RUN_SLURM_SCRIPT_H
#define EXPERIMENTS_RUN_SLURM_SCRIPT_H

#include "experiments/run/work.h"

typedef struct {
    const char        *recipe; /* as the user calls it */
    const char *const *settings;
    int                n_settings;
    int                threads; /* of each cell                        */
    int                at_once; /* tasks that may run; 0: no limit     */
    double             seconds; /* that the longest cell should take   */
    double             bytes;   /* of memory that the largest takes    */
} SlurmScript;

/* Where Slurm's logs and notes of a recipe are, RESULTS/NAME/slurm. */
void slurm_folder(char out[CELL_PATH], const char *results, const Recipe *r);

/* The script for all of w that is not done.  STATUS_CONFIG if nothing is left to do, or a
 * path that Slurm could not take; STATUS_MISSING without scripts/slurm/cells.sh. */
MUST_USE Status slurm_script(Text *out, const Works *w, const Recipe *r, const SlurmScript *s,
                             Err *err);

#endif
