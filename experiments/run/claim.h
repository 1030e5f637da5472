/* One writer per folder: a claim is held by at most one process, and dies with it.
 *
 * A claim is an advisory lock (flock) on `lock` in the cell's folder, so nothing
 * has to be cleaned up after a crash.  The file stays; it names who held it last.
 *
 * The lock is of the open file: a process that was started with the descriptor holds it
 * too, until the last of both has closed it or died.  So whoever prepares a cell hands its
 * claim over to the process that runs it, and nobody comes between.
 */
#ifndef EXPERIMENTS_RUN_CLAIM_H
#define EXPERIMENTS_RUN_CLAIM_H

#include "core/base/status.h"

#include <stdbool.h>

/* *fd is -1 if another process holds the claim.  STATUS_IO if the file system
 * cannot lock.  close(*fd), or the end of the process, gives it back. */
MUST_USE Status claim_take(int *fd, const char *folder, Err *err);

/* A claim that was taken by the process that has started us and is handed over as *fd, which
 * is not believed: STATUS_IO unless it is the folder's lock, and *fd is -1 if another process
 * holds that.  From here on nobody inherits it. */
MUST_USE Status claim_accept(int *fd, const char *folder, Err *err);

/* Removes what processes that died in the folder had begun to write, and states of stages
 * whose records are there: only who holds the claim writes records, models, states,
 * configurations and why it failed. */
void claim_clear(const char *folder);

/* Does somebody hold it?  False if there is no such folder. */
bool claim_held(const char *folder);

#endif
