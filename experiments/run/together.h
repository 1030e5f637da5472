/* One cell after the other, each trained by all ranks: what `mpirun maskgrid run` does in
 * place of the scheduler, in this very process. */
#ifndef EXPERIMENTS_RUN_TOGETHER_H
#define EXPERIMENTS_RUN_TOGETHER_H

#include "core/train/ranks.h"
#include "experiments/run/schedule.h"

/* Rank 0 calls it; the others follow (worker_follow).  Of c counts what is not about
 * processes.  A cell's words go to its log.txt, as a process's do.  One that others are
 * running is waited for, and run if they leave it. */
void together_run(Works *w, const ScheduleConfig *c, const Ranks *ranks, ScheduleResult *result);

#endif
