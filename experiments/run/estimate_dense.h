/* What detect and segment will cost: a part of estimate.c. */
#ifndef EXPERIMENTS_RUN_ESTIMATE_DENSE_H
#define EXPERIMENTS_RUN_ESTIMATE_DENSE_H

#include "experiments/recipe/cell.h"

/* Floating point operations; bytes besides the process and what it is told by. */
double estimate_dense_flop(const Cell *c, StageKind kind);
double estimate_dense_memory(const Cell *c, StageKind kind);

#endif
