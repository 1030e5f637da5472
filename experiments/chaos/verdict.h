/* Do two runs of one recipe leave the same? */
#ifndef EXPERIMENTS_CHAOS_VERDICT_H
#define EXPERIMENTS_CHAOS_VERDICT_H

#include "experiments/run/work.h"

typedef struct {
    int  records, files; /* compared; of the files, encoders among them, every bit */
    Text differences;    /* a line each                                            */
} Verdict;

/* The folders of the cells, file by file: what is in only one of them, records as
 * record_compare, all else bit by bit; but for log.txt and lock. */
MUST_USE Status verdict_of(Verdict *v, const Works *quiet, const Works *stormy, Err *err);

#endif
