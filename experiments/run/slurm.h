/* What Slurm has of a recipe's cells: by the notes that its tasks leave in
 * results/<recipe>/slurm (scripts/slurm/cells.sh) and, where there is an squeue, by the
 * queue itself, which also knows of tasks that could not say how they ended.
 */
#ifndef EXPERIMENTS_RUN_SLURM_H
#define EXPERIMENTS_RUN_SLURM_H

#include "experiments/run/work.h"

typedef enum { SLURM_NOTHING, SLURM_PENDING, SLURM_REQUEUED, SLURM_RUNNING } SlurmState;

typedef struct {
    SlurmState state; /* SLURM_NOTHING: it holds no task of this cell      */
    long       job;   /* of the last task that it held, 12 in 12_3; 0: none */
    int        index; /* 3 in 12_3                                         */
    char       said[80]; /* why it waits, where and since when it runs, how it ended; or "" */
} SlurmTask;

/* [w->n], in the arena; NULL if nothing of the recipe was ever submitted.  What is done,
 * or claimed by a process that can be seen from here, is not looked for. */
SlurmTask *slurm_tasks(Arena *a, const Works *w, const Recipe *r);

const char *slurm_word(SlurmState state); /* "pending", "requeued", "running" */

#endif
