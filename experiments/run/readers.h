/* Many records read at once, by several processes: HDF5 allows one thread only. */
#ifndef EXPERIMENTS_RUN_READERS_H
#define EXPERIMENTS_RUN_READERS_H

#include "experiments/run/work.h"

/* Sets `done` of each of them, which have so many bytes together.  What takes more than a
 * second is told on stderr. */
void readers_run(Task *const *tasks, size_t n, double bytes, const char *results);

#endif
